"""The whole content of a parsed chunk as text, the same on CPython and on MicroPython.

Runs on both: `micropython tree_dump.py FILE` prints the dump of FILE.
"""

import sys

from moonhop_core.lang import tree
from moonhop_core.lang.parser import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def dump(chunk: tree.Chunk, write: "Callable[[str], object]") -> None:
    """Write one line per node: depth, class, line and the fields that hold no nodes."""
    write(f"{chunk.name} assigned={sorted(chunk.globals_assigned)} env={chunk.names_env}")
    for function in chunk.functions:
        write(
            f"function {function.number} {function.name!r} {function.line}-{function.end_line}"
            f" parent={function.parent.number if function.parent else None}"
            f" vararg={function.is_vararg} goto={function.has_goto} close={function.has_close}"
            f" params={[_var(v) for v in function.params]}"
            f" upvalues={[_var(v) for v in function.upvalues]}"
            f" functions={[f.number for f in function.functions]}"
        )
    _node(chunk.main.body, 1, write)


def _var(var: tree.LocalVar) -> str:
    flags = ("c" if var.captured else "") + ("a" if var.assigned else "")
    return f"{var.name}:{var.line}@{var.owner.number}{var.attrib or ''}!{flags}"


def _node(node: tree.Node, depth: int, write: "Callable[[str], object]") -> None:
    parts = [" " * depth + type(node).__name__, str(node.line)]
    if isinstance(node, tree.Const):
        parts.append(_value(node.value))
    for field in ("name", "op", "number", "continues"):
        if hasattr(node, field):
            parts.append(f"{field}={getattr(node, field)!r}")
    if hasattr(node, "var"):
        parts.append(_var(node.var))
    if hasattr(node, "vars"):
        parts.extend([_var(var) for var in node.vars])
    if isinstance(node, tree.Goto):
        parts.append("to " + str(node.label.line if node.label else None))
    write(" ".join(parts))
    for child in tree.children(node):
        _node(child, depth + 1, write)


def _value(value: object) -> str:
    if isinstance(value, str):  # repr differs between the two
        return "'" + "".join([c if " " <= c < "\x7f" else f"\\{ord(c)}" for c in value]) + "'"
    return repr(value)


if __name__ == "__main__" and sys.implementation.name == "micropython":
    with open(sys.argv[1], "rb") as file:
        dump(parse(file.read(), "sample.lua"), print)
