"""Joins modules into one: a board pays for each module, and for each name that one imports.

Modules whose top-level names collide get them renamed; what one imports from another of them is
simply there. Importers outside import from the one module instead.
"""

import ast
import builtins
from collections.abc import Collection, Iterable

from moonhop_core.errors import MoonhopError

BUILTINS = set(dir(builtins))


class Joiner:
    """Joins some of a board's modules."""

    def __init__(
        self,
        trees: dict[str, ast.Module],
        order: list[str],
        name: str,
        shown: str = "",
        kept: Collection[str] = (),
    ) -> None:
        """``order`` lists the modules to join, each behind those that it imports at once; they
        become the module ``name``. ``trees`` has all modules. ``shown`` is one of the joined ones:
        it is imported as a whole, so its names stay and no others are public. So do those of
        ``kept``."""
        self._trees = trees
        self._order = order
        self._name = name
        self._origins: dict[
            str, dict[str, tuple[str, str]]
        ] = {}  # module: name -> where it is from
        self._modules: dict[str, dict[str, str]] = {}  # module: name -> the joined module it means
        self._imports = {module: _imports(tree) for module, tree in trees.items()}
        self._final: dict[tuple[str, str], str] = {}  # (module, name) -> name in the one module
        taken: set[str] = set()
        fixed = _fixed(trees.values()).union(kept)
        for module in trees:
            self._read_imports(module)
        if shown:
            for known in _bound(trees[shown].body):
                if known not in self._modules[shown]:
                    place, origin = self._origin(shown, known)
                    self._final[self._key(place, origin)] = known
                    taken.add(known)
        for module in order:
            for key in self._defined(module):
                if key not in self._final:
                    self._final[key] = found = _short(key, taken, fixed)
                    taken.add(found)
        self._renamed = {module: self._all_names(module) for module in order}

    def _origin(self, module: str, name: str) -> tuple[str, str]:
        """Follow imports to where a name is defined."""
        while name in self._origins[module]:
            module, name = self._origins[module][name]
        return module, name

    def joined(self) -> ast.Module:
        """Return the one module."""
        body: list[ast.stmt] = []
        for module in self._order:
            tree = _Rewriter(self, module, inside=True).visit(self._trees[module])
            body += [node for node in tree.body if not isinstance(node, ast.Pass)]
        return ast.Module(_without_doubles(body), [])

    def importer(self, module: str) -> ast.Module:
        """Return a module that is not joined, importing from the one."""
        tree: ast.Module = _Rewriter(self, module, inside=False).visit(self._trees[module])
        return tree

    def concerns(self, module: str) -> bool:
        """Tell whether a module imports something that is joined."""
        return bool(self._origins[module] or self._modules[module])

    def shims(self) -> dict[str, str]:
        """Return, for what others import by name, a text for each module that was joined."""
        found = {}
        for module in self._order:
            if module != self._name:
                names = self.renamed(module)
                listed = [f"{names[k]} as {k}" for k in sorted(names) if not k.startswith("_")]
                found[module] = f"from {self._name} import {', '.join(listed)}\n" if listed else ""
        return found

    # -- names -------------------------------------------------------------------------------------

    def _read_imports(self, module: str) -> None:
        origins = self._origins[module] = {}
        modules = self._modules[module] = {}
        for node in ast.walk(self._trees[module]):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    known = alias.asname or alias.name
                    if self.is_joined(full) and full != self._name:
                        modules[known] = full
                    elif node.module in self._order:
                        origins[known] = (node.module, alias.name)

    def _defined(self, module: str) -> Iterable[tuple[str, str]]:
        """Give a key for each top-level name that stays."""
        for name in _bound(self._trees[module].body):
            if name not in self._origins[module] and name not in self._modules[module]:
                yield self._key(module, name)

    def _key(self, module: str, name: str) -> tuple[str, str]:
        """Return what identifies a top-level name: imports of the same thing are the same."""
        return self._imports[module].get(name) or (module, name)

    def resolve(self, module: str, name: str) -> str:
        """Return a module's top-level name as the one module has it."""
        module, name = self._origin(module, name)
        found = self._final.get(self._key(module, name))
        if found is None:
            raise MoonhopError(f"{module} has no {name!r} at its top level")
        return found

    def _all_names(self, module: str) -> dict[str, str]:
        found = {name: self.resolve(module, name) for name in self._origins[module]}
        for key in self._defined(module):
            found[key[1]] = self._final[key]
        return found

    def renamed(self, module: str) -> dict[str, str]:
        """Return for a joined module its names and imports -> their names in the one module."""
        return self._renamed[module]

    def is_joined(self, module: str | None) -> bool:
        """Tell whether a module is in the one."""
        return module in self._order

    def modules(self, module: str) -> dict[str, str]:
        """Return a module's names for joined modules."""
        return self._modules[module]

    @property
    def name(self) -> str:
        """The one module's name."""
        return self._name


def _imports(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Return for each name that a module imports, whatever happens, what identifies it."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                origin = getattr(node, "module", None) or "import"
                name = alias.asname or alias.name
                found[name] = (f"{origin} {alias.name}", name)
    return found


def _without_doubles(body: list[ast.stmt]) -> list[ast.stmt]:
    """Drop imports that came before."""
    seen: set[str] = set()
    kept: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = getattr(node, "module", None)
            node.names = [a for a in node.names if f"{origin} {a.name} {a.asname}" not in seen]
            seen.update(f"{origin} {a.name} {a.asname}" for a in node.names)
            if not node.names:
                continue
        kept.append(node)
    return kept


def _bound(body: list[ast.stmt]) -> list[str]:
    """Return the names that statements bind in their own scope."""
    found: dict[str, None] = {}
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = None
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            found[node.id] = None
        elif isinstance(node, ast.alias):
            found[node.asname or node.name.split(".")[0]] = None
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found[node.name] = None
        todo.extend(ast.iter_child_nodes(node))
    return list(found)


def _fixed(trees: Iterable[ast.Module]) -> set[str]:
    """Return the constant strings of modules, for Python's errors name the types of values, and
    what they import as a package."""
    found: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.Import):
                found |= {a.name.split(".")[0] for a in node.names if "." in a.name}
    return found


def _short(key: tuple[str, str], taken: set[str], fixed: set[str]) -> str:
    """Return a new name for a top-level one: `_0`, `_1` …, which attributes have as well.

    Builtins keep theirs, which each MicroPython has anyway, and errors theirs, which people see.
    """
    origin, name = key
    if origin.startswith("builtins "):
        name = origin.split(" ")[1]
    elif not name.endswith("Error") and name not in fixed:
        name = "_0"
    found = name
    number = 0
    while found in taken or (found in BUILTINS and not origin.startswith("builtins ")):
        number += 1
        found = f"{name}_{number}" if name != "_0" else f"_{number}"
    return found


class _Rewriter(ast.NodeTransformer):
    """Gives the names of a module those of the one module, where they mean the top level's."""

    def __init__(self, joiner: Joiner, module: str, *, inside: bool) -> None:
        self._joiner = joiner
        self._inside = inside
        self._names = joiner.renamed(module) if inside else {}
        self._module = module
        self._modules = joiner.modules(module)
        self._local: list[set[str]] = []

    def _is_local(self, name: str) -> bool:
        return any(name in scope for scope in self._local)

    def visit_Module(self, node: ast.Module) -> ast.AST:
        """Rewrite; outside, import what is used of joined modules."""
        self._used: dict[str, str] = {}
        node.body = self._body(node.body)
        if self._used:
            names = [ast.alias(final, known) for known, final in self._used.items()]
            node.body.insert(0, ast.ImportFrom(self._joiner.name, names, 0))
        return node

    def _body(self, body: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for inner in body:
            made = self.visit(inner)
            if made is not None:
                found.append(made)
        return found or [ast.Pass()]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        """Drop imports of joined modules, or import from the one."""
        joined = self._joiner.is_joined(node.module)
        kept = [a for a in node.names if (a.asname or a.name) not in self._modules]
        if joined and self._inside:
            return ast.Pass()
        if joined:
            names = []
            for alias in kept:
                final = self._joiner.resolve(str(node.module), alias.name)
                known = alias.asname or alias.name
                names.append(ast.alias(final, known if known != final else None))
            return ast.ImportFrom(self._joiner.name, names, 0) if names else ast.Pass()
        node.names = kept
        if not kept:
            return ast.Pass()
        if self._inside and not self._local:
            for alias in node.names:
                known = alias.asname or alias.name
                final = self._names[known]
                alias.asname = final if final != alias.name else None
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST:
        """Rename what it binds."""
        if self._inside and not self._local:
            for alias in node.names:
                known = alias.asname or alias.name
                final = self._names.get(known, known)
                alias.asname = final if final != alias.name else None
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Turn `module.name` into the name."""
        value = node.value
        if (
            isinstance(value, ast.Name)
            and value.id in self._modules
            and not self._is_local(value.id)
        ):
            final = self._joiner.resolve(self._modules[value.id], node.attr)
            if not self._inside:
                known = f"{value.id}_{node.attr}"
                self._used[known] = final
                final = known
            return ast.Name(final, node.ctx)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Rename."""
        if not self._is_local(node.id):
            if node.id in self._modules:
                raise MoonhopError(f"{self._module} uses the module {node.id} as a value")
            node.id = self._names.get(node.id, node.id)
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        """Rename."""
        node.names = [self._names.get(name, name) for name in node.names]
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        """Rename what it binds."""
        if node.name and not self._is_local(node.name):
            node.name = self._names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Rename it, and what it uses but not what it has."""
        node.bases = [self.visit(base) for base in node.bases]
        node.decorator_list = [self.visit(inner) for inner in node.decorator_list]
        if not self._is_local(node.name):
            node.name = self._names.get(node.name, node.name)
        own = set(_bound(node.body))
        body: list[ast.stmt] = []
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                body.append(self._function(inner, rename=False))
            else:
                self._local.append(own)
                made = self.visit(inner)
                self._local.pop()
                if made is not None:
                    body.append(made)
        node.body = body
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Rename it and what it uses."""
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Do the same."""
        return self._function(node)

    def _function(
        self, node: "ast.FunctionDef | ast.AsyncFunctionDef", *, rename: bool = True
    ) -> ast.stmt:
        node.decorator_list = [self.visit(inner) for inner in node.decorator_list]
        own = node.args
        own.defaults = [self.visit(inner) for inner in own.defaults]
        own.kw_defaults = [inner and self.visit(inner) for inner in own.kw_defaults]
        if rename and not self._is_local(node.name):
            node.name = self._names.get(node.name, node.name)
        shared = {
            name
            for inner in ast.walk(node)
            if isinstance(inner, ast.Global)
            for name in inner.names
        }
        local = set(_bound(node.body)) - shared
        local -= set(self._modules)
        local -= (
            {
                a.asname or a.name
                for inner in ast.walk(node)
                if isinstance(inner, ast.ImportFrom) and self._joiner.is_joined(inner.module)
                for a in inner.names
            }
            if self._inside
            else set()
        )
        local |= {inner.arg for inner in ast.walk(own) if isinstance(inner, ast.arg)}
        self._local.append(local)
        node.body = self._body(node.body)
        self._local.pop()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """Rename what it uses."""
        node.args.defaults = [self.visit(inner) for inner in node.args.defaults]
        self._local.append({a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)})
        node.body = self.visit(node.body)
        self._local.pop()
        return node
