"""Gives attributes of a board's own classes short names, which its modules' private names have too.

Each different name takes room in a board's heap, and each string that a program makes is looked
for among all of them.
"""

import ast
import builtins
import importlib
import pkgutil
import re
from collections.abc import Collection, Iterable
from pathlib import Path

import moonhop_core.lang
from moonhop_core.process import api

OWN = "moonhop_core."  # attributes that other modules of a board mention are not all ours
# Modules whose objects ours get, as far as CPython has them.
FOREIGN = (
    *("asyncio", "binascii", "errno", "gc", "hashlib", "heapq", "io", "json", "math", "os"),
    *("select", "socket", "ssl", "struct", "sys", "time", "_thread", "zlib"),
)

# What MicroPython itself calls of objects that stand for files and file systems.
PROTOCOLS = frozenset(
    (
        *("chdir", "close", "getcwd", "ilistdir", "import_stat", "ioctl", "mkdir", "mount", "open"),
        *("read", "readinto", "remove", "rename", "rmdir", "stat", "statvfs", "umount", "write"),
    )
)


def short_attributes(
    trees: dict[str, ast.Module], private: Collection[dict[str, str]]
) -> dict[str, str]:
    """Return new names for the attributes that only our classes have; ``private`` are the names of
    the modules that get others anyway, `_0` and so on: these go on from there."""
    found: dict[str, None] = {}
    kept = _emitted_names() | _foreign_names() | PROTOCOLS | _called_of_things()
    first = max((1 + int(new[1:]) for names in private for new in names.values()), default=0)
    kept = kept.union(*private)
    prefixes: list[str] = []
    for name, tree in trees.items():
        modules = _modules_in(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found |= dict.fromkeys(_members(node))
                kept |= _loaded_in_body(node)
            elif isinstance(node, ast.Attribute):
                if isinstance(node.ctx, ast.Store):
                    found[node.attr] = None
                if not name.startswith(OWN) or (
                    isinstance(node.value, ast.Name) and node.value.id in modules
                ):
                    kept.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                kept.add(node.value)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
                prefixes += [
                    inner.value
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
                ]
    free = [
        name
        for name in sorted(found)
        if name not in kept and not name.startswith(("__", *prefixes))
    ]
    return {name: f"_{first + number}" for number, name in enumerate(free)}


def rename_attributes(tree: ast.Module, names: dict[str, str]) -> None:
    """Give attributes and the members of classes their new names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            node.attr = names.get(node.attr, node.attr)
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    inner.name = names.get(inner.name, inner.name)
                elif isinstance(inner, ast.Assign):
                    for target in inner.targets:
                        if isinstance(target, ast.Name):
                            target.id = names.get(target.id, target.id)


def _emitted_names() -> set[str]:
    """Return all words in the texts that emitted programs are made of: boards get these as they
    are, and they name attributes of the runtime."""
    found: set[str] = set()
    for path in Path(str(moonhop_core.lang.__file__)).parent.glob("emit_python*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(re.findall(r"[A-Za-z_]\w*", node.value))
    return found


def _called_of_things() -> set[str]:
    """Return the methods that devices of things are asked for by name (process/things.py)."""
    return {name.partition(".")[2] for name in api.names() if name[0].isupper()} | {"state"}


def _foreign_names() -> set[str]:
    """Return the names of attributes that modules and types of Python have."""
    found: set[str] = set()
    places: list[object] = [builtins, *(importlib.import_module(name) for name in FOREIGN)]
    for place in places:
        for name in dir(place):
            found.add(name)
            value = getattr(place, name)
            if isinstance(value, type):
                found.update(dir(value))
    for module in pkgutil.iter_modules(importlib.import_module("asyncio").__path__):
        if not module.name.startswith(("windows", "__")):
            streams = importlib.import_module(f"asyncio.{module.name}")
            for value in vars(streams).values():
                if isinstance(value, type):
                    found.update(dir(value))
    return found


def _modules_in(tree: ast.Module) -> set[str]:
    """Return the names that may stand for modules."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def _members(node: ast.ClassDef) -> Iterable[str]:
    """Give the names that a class has itself."""
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            yield inner.name
        elif isinstance(inner, ast.Assign):
            for target in inner.targets:
                if isinstance(target, ast.Name):
                    yield target.id


def _loaded_in_body(node: ast.ClassDef) -> set[str]:
    """Return the names that a class mentions outside of its methods' bodies."""
    outside: list[ast.AST] = []
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            outside += [*inner.decorator_list, inner.args]
        else:
            outside.append(inner)
    return {
        name.id
        for part in outside
        for name in ast.walk(part)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load)
    }
