"""The compiler itself runs on MicroPython and emits the same text there."""

from pathlib import Path
from typing import Any

import pytest

from moonhop.programs.linking import beside, link
from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.emit_python import emit_python
from moonhop_core.process.octets import from_bytes, to_bytes
from moonhop_core.process.program import FORMS, Program
from tests.language.programs import all_programs
from tests.micropython import run_micropython

# What MicroPython compiles to. Form "python" is the same without checks.
THERE = tuple(form for form in FORMS if form != "python")

# What both Pythons run: the emitted text, or the error, as bytes.
EMIT = """
from moonhop_core.process.octets import from_bytes, to_bytes
from moonhop_core.process.program import Program

def emit(path, form):  # path: of a text or bundle
    with open(path, "rb") as file:
        source = from_bytes(file.read())
    try:
        found = Program.from_source(source, path.split("/")[-1]).form(form)
    except Exception as error:
        found = repr(error)
    if not isinstance(found, str):
        found = found.text + found.info
    return to_bytes(found)
"""
EMIT_ALL = """
for path, form, target in ORDERS:
    with open(target, "wb") as file:
        file.write(emit(path, form))
"""


@pytest.fixture(scope="module")
def emitted_there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with each program's emitted texts, as MicroPython made them."""
    folder = tmp_path_factory.mktemp("emitted")
    orders = []
    for path in all_programs():
        bundle = folder / f"{path.parent.name}-{path.name}"
        bundle.write_bytes(to_bytes(linked(path)))
        for form in THERE:
            orders.append((str(bundle), form, f"{bundle}.{form}"))
    program = f"ORDERS = {orders!r}\n{EMIT}{EMIT_ALL}"
    result = run_micropython(program, heap="64M", timeout=110)
    assert (result.returncode, result.stderr) == (0, "")
    return folder


def linked(path: Path) -> str:
    """Return a program with its modules."""
    return link(from_bytes(path.read_bytes()), path.name, beside(path.parent))


@pytest.mark.parametrize("form", THERE)
@pytest.mark.parametrize("path", all_programs(), ids=lambda path: path.stem)
def test_compiler_emits_the_same_text_on_micropython(
    path: Path, form: str, emitted_there: Path
) -> None:
    here: dict[str, Any] = {}
    exec(EMIT, here)
    bundle = emitted_there / f"{path.parent.name}-{path.name}"
    there = Path(f"{bundle}.{form}").read_bytes()
    assert there.splitlines() == here["emit"](str(bundle), form).splitlines()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", all_programs(), ids=lambda path: path.stem)
def test_compiler_emits_text_for_every_program(path: Path, form: str) -> None:
    assert Program.from_source(linked(path), path.name).form(form)


COMPILE = """
from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.emit_python import emit_python

with open(PATH) as file:
    source = file.read()
print(len(emit_python(compile_lua(source, "deltablue.lua"))))
"""


def test_a_program_of_8_kb_compiles_in_a_heap_of_1_mb() -> None:
    path = Path(__file__).parents[1] / "bench" / "programs" / "deltablue.lua"
    result = run_micropython(f"PATH = {str(path)!r}\n{COMPILE}", heap="1M", timeout=60)
    expected = len(emit_python(compile_lua(path.read_text(), path.name)))
    assert (result.stderr, result.stdout) == ("", f"{expected}\n")
