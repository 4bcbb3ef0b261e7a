"""Names of builtins in a program's tree."""

from moonhop_core.lang import tree
from moonhop_core.lang.builtin_facts import LIBRARIES


def library_field(node: tree.Index) -> bool:
    """Is it a library's name with a field's?"""
    return (
        isinstance(node.obj, tree.Global)
        and node.obj.name in LIBRARIES
        and isinstance(node.key, tree.Const)
        and isinstance(node.key.value, str)
    )


def dotted_name(node: tree.Index) -> str:
    """The name of a library's field: "math.floor"."""
    return node.obj.name + "." + node.key.value  # type: ignore[attr-defined,no-any-return]


def builtin_name(node: tree.Node) -> str:
    """The (dotted) name of what may be a builtin; "" for anything else."""
    if isinstance(node, tree.Global):
        return node.name
    return dotted_name(node) if isinstance(node, tree.Index) and library_field(node) else ""
