"""The house keeps its order: imports go one way (docs/architecture.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.micropython import ROOT, SHARED

CORE = SHARED / "moonhop_core"
MQTT_LIBRARIES = {"amqtt", "paho", "umqtt"}
# What every MicroPython target has: ESP32, unix, browser. A module that only some have may be
# imported inside a ``try``.
MICROPYTHON = {
    *("array", "asyncio", "binascii", "builtins", "cmath", "collections", "deflate", "errno", "gc"),
    *("hashlib", "heapq", "io", "json", "math", "micropython", "os", "platform", "random", "re"),
    *("struct", "sys", "time"),
}
# part of the core: the parts it must not know
LAYERS = {
    "lang": {"process", "node"},
    "lua": {"process", "node"},
    "process": {"node"},
    "things": {"process", "node"},
}


class Import(NamedTuple):
    """One imported module: its dotted name, where it stands, whether its absence is handled."""

    module: str
    place: str
    guarded: bool


def imports_of(path: Path) -> list[Import]:
    """Return all imports in a file, relative ones resolved, those inside functions included."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    package = path.parent.relative_to(path_root(path)).parts
    return [
        Import(module, f"{path.relative_to(ROOT)}:{node.lineno} imports {module}", guarded)
        for node, guarded in import_nodes(tree, guarded=False)
        for module in modules_of(node, package)
    ]


def path_root(path: Path) -> Path:
    """Return the folder that the file's imports start from, such as ``shared``."""
    return ROOT / path.relative_to(ROOT).parts[0]


def import_nodes(
    parent: ast.AST, *, guarded: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, guarded
        else:
            yield from import_nodes(node, guarded=guarded or is_guard(node))


def is_guard(node: ast.AST) -> bool:
    """Tell whether imports below the node may fail: ``try:`` or ``if TYPE_CHECKING:``."""
    if isinstance(node, ast.Try):
        return True
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def modules_of(node: ast.Import | ast.ImportFrom, package: tuple[str, ...]) -> list[str]:
    """Return the modules that a statement may import: ``from a import b`` may mean ``a.b``."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = package[: len(package) + 1 - node.level] if node.level else ()
    start = ".".join([*base, *([node.module] if node.module else [])])
    return [f"{start}.{alias.name}" for alias in node.names]


def names(module: str, *prefix: str) -> bool:
    """Tell whether a dotted name is ``prefix`` or below it."""
    return tuple(module.split("."))[: len(prefix)] == prefix


def imports_below(folder: Path) -> list[Import]:
    return [found for path in sorted(folder.rglob("*.py")) for found in imports_of(path)]


def test_core_imports_neither_host_nor_firmware() -> None:
    outside = {"moonhop", *(path.stem for path in (ROOT / "firmware").glob("*.py"))} - MICROPYTHON
    found = [i.place for i in imports_below(CORE) if i.module.split(".")[0] in outside]
    assert found == []


def test_core_imports_nothing_that_micropython_lacks() -> None:
    known = MICROPYTHON | {"moonhop_core"}
    found = [
        i.place
        for i in imports_below(CORE)
        if not i.guarded and i.module.split(".")[0] not in known
    ]
    assert found == []


@pytest.mark.parametrize("part", LAYERS)
def test_core_part_knows_nothing_of_the_parts_above_it(part: str) -> None:
    found = [
        i.place
        for i in imports_below(CORE / part)
        if any(names(i.module, "moonhop_core", above) for above in LAYERS[part])
    ]
    assert found == []


def test_core_imports_no_mqtt_library() -> None:
    found = [i.place for i in imports_below(CORE) if i.module.split(".")[0] in MQTT_LIBRARIES]
    assert found == []


def test_firmware_imports_nothing_of_the_host() -> None:
    found = [i.place for i in imports_below(ROOT / "firmware") if names(i.module, "moonhop")]
    assert found == []
