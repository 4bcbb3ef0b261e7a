"""Which builtins a program mentions: all that engine python makes for it (`lua/libraries.py`)."""

from moonhop_core.lang import tree
from moonhop_core.lang.modules import STANDARD
from moonhop_core.lang.requires import arguments_of, is_require, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Lowered

# The fields of strings: whatever is indexed with one of these may be a string.
STRING_FIELDS = ("byte", "char", "dump", "find", "format", "gmatch", "gsub", "len", "lower") + (
    "match",
    "pack",
    "packsize",
    "rep",
    "reverse",
    "sub",
    "unpack",
    "upper",
)


def uses(lowered: "Lowered") -> "list[str] | None":
    """Return dotted names, sorted: what may be a builtin of that name, or all below it if the name
    is a library's. None: the program may find builtins by computed names."""
    found: "dict[str, bool]" = {}
    todo: "list[tree.Node]" = [part.main for part in lowered.parts]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Env):
            return None
        if isinstance(node, tree.Global):
            if node.name in ("_G", "package", "require"):
                return None  # all libraries are in package.loaded
            if node.name == "getmetatable":
                found["string"] = True  # that of a string leads to the library
            if node.name[:1] != "(":
                found[node.name] = True
            continue
        given = arguments_of(node)
        if given is not None:
            name = text_of(given[0])
            if name is None or name == "_G":
                return None
            found["require"] = True
            if name in STANDARD:
                found[name] = True
            todo.extend(given[0])
            if given[1]:
                todo.append(node.func)  # type: ignore[attr-defined]
            continue
        if isinstance(node, tree.Local) and [var for var in node.vars if var.name == "require"]:
            found["require"] = True
            todo.extend([expr for expr in node.exprs if not is_require(expr)])
            continue
        if is_loaded(node):
            return None
        if isinstance(node, tree.MethodCall) and node.name in STRING_FIELDS:
            found["string." + node.name] = True
        if isinstance(node, tree.Index):
            key = node.key.value if isinstance(node.key, tree.Const) else None
            if isinstance(key, str) and is_loaded(node.obj):
                if key == "_G":
                    return None
                found["package.loaded"] = True
                if key in STANDARD:
                    found[key] = True
                continue
            if isinstance(node.obj, tree.Global) and node.obj.name != "_G":
                if isinstance(key, str) and "." not in key:
                    found[node.obj.name + "." + key] = True
                    if key in STRING_FIELDS:
                        found["string." + key] = True
                    continue
            elif isinstance(key, str):
                if key in STRING_FIELDS:
                    found["string." + key] = True
            elif not isinstance(node.key, tree.Const) and is_text(node.obj):
                found["string"] = True
        todo.extend(tree.children(node))
    return sorted(found)


def is_loaded(node: tree.Node) -> bool:
    """Is it `package.loaded`?"""
    return (
        isinstance(node, tree.Index)
        and isinstance(node.obj, tree.Global)
        and node.obj.name == "package"
        and isinstance(node.key, tree.Const)
        and node.key.value == "loaded"
    )


def is_text(node: tree.Node) -> bool:
    """Is it a string, for sure?"""
    if isinstance(node, tree.Paren):
        node = node.expr
    return isinstance(node, tree.Const) and isinstance(node.value, str)
