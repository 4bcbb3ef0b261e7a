"""Which builtins a program mentions: all that engine python makes for it (`lua/libraries.py`)."""

from moonhop_core.lang import tree

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
    todo: "list[tree.Node]" = [lowered.protos[0].function]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Env):
            return None
        if isinstance(node, tree.Global):
            if node.name == "_G":
                return None
            if node.name == "getmetatable":
                found["string"] = True  # that of a string leads to the library
            if node.name[:1] != "(":
                found[node.name] = True
            continue
        if isinstance(node, tree.MethodCall) and node.name in STRING_FIELDS:
            found["string." + node.name] = True
        if isinstance(node, tree.Index):
            key = node.key.value if isinstance(node.key, tree.Const) else None
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


def is_text(node: tree.Node) -> bool:
    """Is it a string, for sure?"""
    if isinstance(node, tree.Paren):
        node = node.expr
    return isinstance(node, tree.Const) and isinstance(node.value, str)
