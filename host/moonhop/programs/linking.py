"""Finds the modules that a program requires, when it is submitted, and makes one bundle of them.

Where they are looked for is `moonhop_core.lang.modules.PATH`: beside the program's file, then in
the fleet's file server below ``/lib``. What a program may require under names made at run time
stands in its manifest.
"""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from moonhop_core.errors import MoonhopError
from moonhop_core.lang import tree
from moonhop_core.lang.manifest import parse_manifest
from moonhop_core.lang.modules import STANDARD, Module, places, wrong_name
from moonhop_core.lang.parser import parse
from moonhop_core.lang.requires import arguments_of, is_require, text_of
from moonhop_core.process.bundle import pack, unpack
from moonhop_core.process.program import LARGEST

MOST_MODULES = 200
OWN = ("loaded", "preload", "searchers")  # fields of `package` through which modules are made

# Gives the text under a path of the search path, or None. Relative: beside the program's file.
Find = Callable[[str], bytes | None]


class LinkError(MoonhopError):
    """A module cannot be linked; the message begins with the file and line that require it."""


class Wanted(NamedTuple):
    """A module that a text requires, and where; ``optional``: only if there is one."""

    name: str
    file: str
    line: int
    optional: bool


class Survey(NamedTuple):
    """What a text says about modules: those it requires, and those that it makes itself (None: they
    may have any name)."""

    wanted: list[Wanted]
    made: set[str | None]


def link(text: str, name: str, find: Find) -> str:
    """Return a program's text (code points 0..255; a bundle's modules are at hand) as a bundle with
    all modules that it needs.

    Raises LinkError, the manifest's error, and the compiler's.
    """
    source, given = unpack(text)
    at_hand = {module.path: module.source for module in given}
    listed = parse_manifest(source, name).get("modules") or []
    assert isinstance(listed, list)
    waiting = [Wanted(module, name, line_of(module, source), False) for module in listed]
    made: set[str | None] = set()
    found: dict[str, Module] = {}
    missing: list[tuple[Wanted, str]] = []

    def read(source: str, file: str) -> None:
        said = survey(source, file)
        waiting.extend(said.wanted)
        made.update(said.made)

    read(source, name)
    size = len(source)
    while waiting:
        wanted = waiting.pop(0)
        if wanted.name in found or wanted.name in STANDARD:
            continue
        module, problem = look_up(wanted.name, at_hand, find)
        if module is None:
            missing.append((wanted, problem))
            continue
        found[wanted.name] = module
        size += len(module.source)
        check_size(wanted, len(found), size)
        read(module.source, module.path)
    for wanted, problem in missing:
        if not wanted.optional and not made & {wanted.name, None}:
            raise LinkError(f"{wanted.file}:{wanted.line}: {problem}")
    linked = pack(source, list(found.values()))
    if len(linked) > LARGEST:
        raise LinkError(f"{name} is larger than {LARGEST >> 20} MB; split the program")
    return linked


def line_of(module: str, source: str) -> int:
    """Return the line of the manifest that names a module."""
    lines = source.split("\n")
    return next((at for at, line in enumerate(lines, 1) if f'"{module}"' in line), 1)


def look_up(name: str, at_hand: dict[str, str], find: Find) -> tuple[Module | None, str]:
    """Return the module of a name, or None and why there is none."""
    wrong = wrong_name(name)
    if wrong:
        return None, f"'{name}' cannot be a module's name: {wrong}"
    for path in places(name):
        if path in at_hand:
            return Module(name, path, at_hand[path]), ""
        content = find(path)
        if content is not None:
            return Module(name, path, content.decode("latin-1")), ""
    tried = ", ".join(f"no file '{path}'" for path in places(name))
    return None, f"module '{name}' not found: {tried}"


def check_size(wanted: Wanted, count: int, size: int) -> None:
    """Raise LinkError if a program has too many modules, or too much text."""
    if count > MOST_MODULES:
        raise LinkError(
            f"{wanted.file}:{wanted.line}: module '{wanted.name}' is one too many: "
            f"a program can have {MOST_MODULES}"
        )
    if size > LARGEST:
        raise LinkError(
            f"{wanted.file}:{wanted.line}: with module '{wanted.name}' the program is larger than "
            f"{LARGEST >> 20} MB; split it"
        )


def survey(source: str, file: str) -> Survey:
    """Return what a text says about modules. Raises the compiler's error."""
    wanted: list[Wanted] = []
    made: set[str | None] = set()
    if "require" in source or "package" in source:
        chunk = parse(source, file)
        own = own_requires(chunk)
        for node in nodes_of(chunk):
            given = arguments_of(node)
            if given is not None:
                name = text_of(given[0])
                if name is not None:
                    wanted.append(Wanted(name, file, node.line, given[1] or own))
            elif isinstance(node, tree.Index):
                made.update(made_by(node))
            elif isinstance(node, tree.Global) and node.name == "package":
                made.add(None)
            elif isinstance(node, tree.Const) and "package." in str(node.value):
                made.add(None)  # a text for `load`, say
    return Survey(wanted, made)


def own_requires(chunk: tree.Chunk) -> bool:
    """Tell whether a text has a `require` of its own, which may do as it likes."""
    if "require" in chunk.globals_assigned:
        return True
    for function in chunk.functions:
        if any(var.name == "require" for var in function.params):
            return True
    for node in nodes_of(chunk):
        if isinstance(node, tree.LocalFunction) and node.var.name == "require":
            return True
        if isinstance(node, tree.Local):
            for var, expr in zip_longest(node.vars, node.exprs):
                named = var is not None and var.name == "require"
                if named and (var.assigned or expr is None or not is_require(expr)):
                    return True
    return False


def made_by(node: tree.Index) -> set[str | None]:
    """Return the names of modules that a program makes with this mention of `package`."""
    if field_of_package(node) in OWN:
        return {None}
    if isinstance(node.obj, tree.Index) and field_of_package(node.obj) in OWN:
        if isinstance(node.key, tree.Const) and isinstance(node.key.value, str):
            return {node.key.value}
        return set() if field_of_package(node.obj) == "loaded" else {None}
    return set()


def field_of_package(node: tree.Index) -> str | None:
    """Return NAME if the expression is `package.NAME`."""
    obj, key = node.obj, node.key
    if isinstance(obj, tree.Global) and obj.name == "package" and isinstance(key, tree.Const):
        return key.value if isinstance(key.value, str) else None
    return None


def nodes_of(chunk: tree.Chunk) -> Iterator[tree.Node]:
    """Give the nodes of a text; of `package.name` and `package.loaded.name` only the whole."""
    waiting: list[tree.Node] = [chunk.main]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, tree.Index) and of_package(node):
            waiting.append(node.key)
        else:
            waiting.extend(reversed(list(tree.children(node))))


def of_package(node: tree.Index) -> bool:
    """Tell whether the expression is `package.NAME`, or an index of that."""
    if isinstance(node.obj, tree.Index):
        return field_of_package(node.obj) is not None
    return field_of_package(node) is not None


def beside(folder: Path) -> Find:
    """Return what finds modules in the folder of a program's file."""

    def find(path: str) -> bytes | None:
        if path.startswith("/"):
            return None
        place = folder / path
        try:
            return place.read_bytes() if place.is_file() else None
        except OSError as error:
            raise LinkError(f"cannot read {place}: {error.strerror}") from None

    return find
