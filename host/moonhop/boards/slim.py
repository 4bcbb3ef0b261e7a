"""Makes Python text take less of a board's heap, and do the same.

A board's heap holds, besides functions, each name that a module's dict has, and each different name
at all, arguments included. So out go annotations, docstrings, what only type checkers read, methods
that only say NotImplementedError; constants stand where they are used; arguments that nobody
passes by name share a few names, and so does what is private to a module.
"""

import ast
import importlib
import zlib
from collections.abc import Iterable

from moonhop.boards.attributes import rename_attributes, short_attributes


def stripped(tree: ast.Module) -> ast.Module:
    """Return a module without what only people and type checkers read."""
    found: ast.Module = _Stripper().visit(tree)
    return found


class Slimmer:
    """Slims the modules of a board: all of them, so that it knows who imports and names what."""

    def __init__(self, sources: dict[str, str]) -> None:
        """``sources`` has the text of each module by dotted name."""
        self._trees = {name: stripped(ast.parse(source)) for name, source in sources.items()}
        self._by_name: set[str] = set()  # what calls pass by name
        attributes: set[str] = set()
        for node in self._nodes(self._trees.values()):
            if isinstance(node, ast.keyword) and node.arg:
                self._by_name.add(node.arg)
            elif isinstance(node, ast.Attribute):
                attributes.add(node.attr)
        self._constants = {
            name: {key: value for key, value in _constants(tree).items() if key not in attributes}
            for name, tree in self._trees.items()
        }

        self._private = _short_names(self._trees)
        self._attributes = short_attributes(self._trees, self._private.values())

    @property
    def attributes(self) -> dict[str, str]:
        """The new names of attributes."""
        return self._attributes

    def text(self, name: str) -> str:
        """Return a module's slimmed text."""
        tree = self._trees[name]
        rename_attributes(tree, self._attributes)
        _Renamer(self._private[name]).visit(tree)
        known = dict(self._constants[name])
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in self._constants:
                there = self._constants[node.module]
                known |= {a.name: there[a.name] for a in node.names if a.name in there}
        stored = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del)
        } - set(self._constants[name])
        bound = stored | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        known = {key: value for key, value in known.items() if key not in bound}
        kept = {key for key in self._constants[name] if key not in known}
        tree = _Inliner(known, kept).visit(tree)
        for node in list(ast.walk(tree)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._share_arguments(node)
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"

    @staticmethod
    def _nodes(trees: Iterable[ast.AST]) -> Iterable[ast.AST]:
        for tree in trees:
            yield from ast.walk(tree)

    def _share_arguments(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Give a function's arguments names that other functions' have as well."""
        own = function.args
        listed = own.posonlyargs + own.args + [a for a in (own.vararg, own.kwarg) if a]
        rebound: set[str] = set()  # by inner functions, or where only a text names them
        used = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                used.add(node.id)
            elif isinstance(node, ast.arg):
                used.add(node.arg)
                if node not in listed:
                    rebound.add(node.arg)
            elif isinstance(node, ast.Nonlocal | ast.Global):
                rebound.update(node.names)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                rebound.add(node.name)
            elif isinstance(node, ast.alias):
                rebound.add(node.asname or node.name)
            elif node is not function and isinstance(
                node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ListComp
            ):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                        rebound.add(inner.id)
        names = {}
        number = 0
        for argument in listed:
            name = argument.arg
            if name == "self" or name in rebound or name in self._by_name:
                continue
            while f"a{number}" in used:
                number += 1
            names[name] = f"a{number}"
            number += 1
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                node.id = names.get(node.id, node.id)
            elif isinstance(node, ast.arg):
                node.arg = names.get(node.arg, node.arg)


def _constants(tree: ast.Module) -> dict[str, ast.Constant]:
    """Return the module's names that stand for one integer or text for good."""
    found: dict[str, ast.Constant] = {}
    often: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            often.update(node.names)
        elif isinstance(node, ast.Assign) and node in tree.body and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if (
                isinstance(target, ast.Name)
                and isinstance(value, ast.Constant)
                and type(value.value) in (int, str)
            ):
                found[target.id] = value
    counts: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            counts[node.id] = counts.get(node.id, 0) + 1
    return {key: value for key, value in found.items() if counts[key] == 1 and key not in often}


def _short_names(trees: dict[str, ast.Module]) -> dict[str, dict[str, str]]:
    """Return for each module new names of what is private in it: `_0`, `_1` …

    They are the same ones in all modules, but different where classes inherit from each other.
    """
    places: dict[str, set[str]] = {}  # private name -> modules that have it
    texts: set[str] = set()
    family = {name: name for name in trees}  # module -> one of those it shares objects with

    def head(name: str) -> str:
        while family[name] != name:
            name = family[name]
        return name

    for name, tree in trees.items():
        imported: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in trees:
                imported |= {alias.asname or alias.name: node.module for alias in node.names}
            for found in _names_in(node):
                if found.startswith("_") and not found.startswith("__") and found != "_":
                    places.setdefault(found, set()).add(name)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if isinstance(node, ast.Import):  # `_thread` is the firmware's
                texts.update(alias.name for alias in node.names)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for base in node.bases:
                    if isinstance(base, ast.Name) and base.id in imported:
                        family[head(name)] = head(imported[base.id])
    numbers: dict[str, int] = {}
    short: dict[str, dict[str, str]] = {name: {} for name in trees}
    for found in sorted(places):
        if len(places[found]) == 1 and found not in texts:
            (name,) = places[found]
            number = numbers.get(head(name), 0)
            numbers[head(name)] = number + 1
            short[name][found] = f"_{number}"
    return short


def _names_in(node: ast.AST) -> list[str]:
    """Return the names that a node of a tree has itself."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.alias):
        return [node.name, node.asname or node.name]
    if isinstance(node, ast.Global | ast.Nonlocal):
        return node.names
    return []


class _Renamer(ast.NodeTransformer):
    """Gives names other names."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Rename what a node has, and what is in it."""
        for field in ("id", "attr", "name", "arg", "asname"):
            found = getattr(node, field, None)
            if isinstance(found, str) and found in self._names:
                setattr(node, field, self._names[found])
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [self._names.get(name, name) for name in node.names]
        return super().generic_visit(node)


class _Inliner(ast.NodeTransformer):
    """Puts constants where they are named."""

    def __init__(self, known: dict[str, ast.Constant], kept: set[str]) -> None:
        self._known = known
        self._kept = kept

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Replace a constant's name."""
        if isinstance(node.ctx, ast.Load) and node.id in self._known:
            return ast.Constant(self._known[node.id].value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        """Drop a constant's definition."""
        target = node.targets[0]
        if (
            isinstance(target, ast.Name)
            and target.id in self._known
            and isinstance(node.value, ast.Constant)
        ):
            return None
        return self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        """Drop constants from what is imported."""
        node.names = [a for a in node.names if a.name not in self._known or a.asname]
        return node if node.names else None


class _Stripper(ast.NodeTransformer):
    """Takes out of a module what a board has no use for."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt] | None:
        """Drop `if TYPE_CHECKING:`."""
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return [self.visit(inner) for inner in node.orelse] or None
        return self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> ast.AST | None:
        """Drop the import of TYPE_CHECKING."""
        first = node.body[0]
        if isinstance(first, ast.ImportFrom) and first.module == "typing":
            return None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """Turn an annotated assignment into a plain one."""
        if node.value is None:
            return None
        return ast.Assign([node.target], self.visit(node.value))

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Drop docstrings."""
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return None
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        """Drop annotations, and methods that stand for those of other classes."""
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST | None:
        """Do the same."""
        return self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Leave no class without a body."""
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST | None:
        last = node.body[-1]
        if (
            isinstance(last, ast.Raise)
            and isinstance(last.exc, ast.Name)
            and last.exc.id == "NotImplementedError"
            and len(node.body) <= 2
        ):
            return None
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        return node


def slim_program(text: str) -> str:
    """Return an emitted program (`lang/emit_python.py`), text of Python, with less in it that
    stays in a board's heap. Lines stay where they are: errors are looked up by them."""
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - BOUND
    lines = text.split("\n")
    for node in tree.body:
        at = node.lineno - 1
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            lines[at] = "; ".join(_imports_of(used, str(node.module)))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ABOUT":
            packed = zlib.compress(ast.literal_eval(node.value).encode(), 9, wbits=9)
            lines[at : node.end_lineno] = [f"ABOUT = {packed!r}"]
    return "\n".join(lines)


def _imports_of(used: set[str], support: str) -> list[str]:
    """Return the imports of what a program uses: rare names from their own modules."""
    left = used & set(dir(importlib.import_module(support)))
    found = []
    for module in RARE:
        there = importlib.import_module(module)
        names = {n for n in left if getattr(getattr(there, n, None), "__module__", "") == module}
        if names:
            found.append(f"from {module} import {', '.join(sorted(names))}")
            left -= names
    if left:
        found.insert(0, f"from {support} import {', '.join(sorted(left))}")
    return found


# What only some programs use of `support` is loaded with the first of them, and no sooner.
RARE = (
    "moonhop_core.lua.bitwise",
    "moonhop_core.lua.iteration",
    "moonhop_core.lua.loops",
)
BOUND = {"g", "G", "P", "M", "method"}  # by the program's own load()
