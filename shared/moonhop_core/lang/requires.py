"""Calls of `require`: which modules they name, what they run, and what they give."""

from moonhop_core.lang import tree
from moonhop_core.lang.modules import STANDARD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.suspension import NodeKey

GIVEN = "@()require"  # what modules give that are not known here


def text_of(exprs: "list[tree.Expr]") -> "str | None":
    """Return the text that a call's first argument is, None if that is not known."""
    if exprs and isinstance(exprs[0], tree.Const) and isinstance(exprs[0].value, str):
        return exprs[0].value
    return None


def is_require(expr: tree.Expr) -> bool:
    """Is it `require`, by its own name?"""
    if isinstance(expr, tree.LocalRef):
        return expr.var.name == "require"
    return isinstance(expr, tree.Global) and expr.name == "require"


def arguments_of(node: tree.Node) -> "tuple[list[tree.Expr], bool] | None":
    """Return what `require` is given by a call, and whether the call catches its errors:
    `require(…)` or `pcall(require, …)`; None if it is no such call."""
    if not isinstance(node, tree.Call):
        return None
    if is_require(node.func):
        return node.args, False
    protected = isinstance(node.func, tree.Global) and node.func.name == "pcall"
    if protected and node.args and is_require(node.args[0]):
        return node.args[1:], True
    return None


class Requires:
    """What the suspension analysis knows of a program's modules.

    results    outermost function of a module -> the node of what it returns
    elsewhere  nodes of functions that `require` may run or give besides: the program names
               `package`, or shares its globals with other texts
    libraries  standard libraries that some `require` gives, or may give
    """

    def __init__(self, chunk: tree.Chunk):
        self.results: "dict[tree.Function, str]" = {}
        self.elsewhere: "list[NodeKey]" = []
        self.libraries: "set[str]" = set()
        self._mains: "dict[str, tree.Function]" = {}
        for part in chunk.parts[1:]:
            self._mains[part.module] = part.main
            self.results[part.main] = "()" + part.module

    def note(self, exprs: "list[tree.Expr]") -> None:
        """Note what a call with these arguments may give of the standard libraries."""
        name = text_of(exprs)
        if name is None:
            self.libraries.update(STANDARD)
        elif name in STANDARD:
            self.libraries.add(name)

    def runs(self, exprs: "list[tree.Expr]") -> "list[NodeKey]":
        """Return the nodes of what a call with these arguments may run."""
        self.note(exprs)
        return self._called(exprs) + self.elsewhere

    def gives(self, exprs: "list[tree.Expr]") -> "list[NodeKey]":
        """Return the nodes of what a call with these arguments may give."""
        found: "list[NodeKey]" = [self.results[main] for main in self._called(exprs)]
        return found + self.elsewhere

    def _called(self, exprs: "list[tree.Expr]") -> "list[tree.Function]":
        name = text_of(exprs)
        if name is None:
            return list(self._mains.values())
        return [self._mains[name]] if name in self._mains else []
