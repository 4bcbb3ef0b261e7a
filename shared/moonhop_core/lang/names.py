"""What the names of a program mean: which are surely builtins or known functions.

A local that is bound once to a builtin is another name of it; a field of a library that the program
sets is the library's no more.
"""

from moonhop_core.lang import tree

# Places that functions may be at, for many of a kind at once.
PASSED = "(passed)"  # arguments to unknown callees, results
ELEMENT = "(element)"  # table elements by position or computed key
FIELDS = "(fields)"  # any named field
RESULT = "(result)"  # what calls give and loops bring that comes out of tables


class Names:
    """Of a whole program.

    bound           locals bound once -> the function that they are
    aliases         locals bound once -> the dotted name of the builtin that they are
    patched         fields of libraries that the program sets, by dotted name
    changed         globals set to something else than a function's text
    named           globals that the program mentions
    computed_index  some `__index` may be a function
    """

    def __init__(self, chunk: tree.Chunk) -> None:
        self.chunk = chunk
        self.bound: "dict[tree.LocalVar, tree.Function]" = {}
        self.aliases: "dict[tree.LocalVar, str]" = {}
        self.patched: "set[str]" = set()
        self.changed: "set[str]" = set()
        self.named: "set[str]" = set()
        self.computed_index = False
        for function in chunk.functions:
            self._survey(function.body)

    def _survey(self, node: tree.Node) -> None:
        """Collect locals bound once to a known function or builtin, and patched builtins."""
        if isinstance(node, tree.LocalFunction):
            if not node.var.assigned:
                self.bound[node.var] = node.func
        elif isinstance(node, tree.Local):
            for var, expr in zip(node.vars, node.exprs):
                if var.assigned:
                    continue
                if isinstance(expr, tree.Function):
                    self.bound[var] = expr
                else:
                    name = self.builtin(expr)
                    if name is not None:
                        self.aliases[var] = name
        elif isinstance(node, tree.Assign):
            for index, target in enumerate(node.targets):
                if isinstance(target, tree.Index):
                    name = self.builtin(target)
                    if name is not None:
                        self.patched.add(name)
                elif isinstance(target, tree.Global) and not (
                    index < len(node.exprs) and isinstance(node.exprs[index], tree.Function)
                ):
                    self.changed.add(target.name)
        elif isinstance(node, tree.Global):
            self.named.add(node.name)
        elif isinstance(node, tree.Index) and is_text(node.key, "package"):
            self.named.add("package")
        elif (
            isinstance(node, tree.TableItem)
            and isinstance(node.key, tree.Const)
            and node.key.value == "__index"
            and not isinstance(node.value, (tree.Table, tree.LocalRef, tree.Global))
        ):
            self.computed_index = True
        for child in tree.children(node):
            if not isinstance(child, tree.Function):
                self._survey(child)

    def builtin(self, expr: tree.Expr) -> "str | None":
        """The dotted name of the builtin that `expr` surely is, or None."""
        if isinstance(expr, tree.Global):
            if expr.name in self.chunk.globals_assigned:
                return None
            return expr.name
        if isinstance(expr, tree.LocalRef):
            return self.aliases.get(expr.var)
        if (
            isinstance(expr, tree.Index)
            and isinstance(expr.obj, (tree.Global, tree.LocalRef))
            and isinstance(expr.key, tree.Const)
            and isinstance(expr.key.value, str)
        ):
            library = self.builtin(expr.obj)
            if library is not None and "." not in library:
                name = library + "." + expr.key.value
                return None if name in self.patched else name
        return None

    def function(self, expr: tree.Expr) -> "tree.Function | None":
        """The function that `expr` surely is, or None."""
        if isinstance(expr, tree.Function):
            return expr
        if isinstance(expr, tree.LocalRef):
            return self.bound.get(expr.var)
        return None

    def goes_about(self, library: str) -> bool:
        """Is the library's table used other than as `library.name`?"""
        if library not in self.named:
            return False
        return any(_used_bare(function.body, library) for function in self.chunk.functions)


def _used_bare(node: tree.Node, library: str) -> bool:
    for child in tree.children(node):
        if isinstance(child, tree.Function):
            continue
        if isinstance(child, tree.Global) and child.name == library:
            if not (
                isinstance(node, tree.Index)
                and node.obj is child
                and isinstance(node.key, tree.Const)
            ):
                return True
        elif _used_bare(child, library):
            return True
    return False


def is_text(expr: tree.Expr, text: str) -> bool:
    """Is it this very text?"""
    return isinstance(expr, tree.Const) and expr.value == text


def is_named(key: tree.Expr) -> bool:
    """Is it the key of a field with a name?"""
    return isinstance(key, tree.Const) and isinstance(key.value, str)
