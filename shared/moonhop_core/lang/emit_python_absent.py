"""Which fields and locals of a program may well be nil, as far as its text tells.

Reading a field that is not there costs an exception where the emitted text counts on it, and a
test where it does not. So this is a hint for speed only: either text is right. A field's name
counts as absent if something of that name is compared with nil, tested, assigned nil, or given to a
local that is tested; or if the main chunk gives it to a class, as a default.
"""

from moonhop_core.lang import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Lowered


def absent_fields(lowered: "Lowered") -> "set[object]":
    """Return the names of fields that may well be absent; sets `tested` on locals."""
    found: "set[object]" = set()
    given: "list[tuple[tree.LocalVar, tree.Expr]]" = []
    classes: "list[object]" = []
    for stat in lowered.protos[0].function.body.stats:
        if isinstance(stat, tree.Assign):
            classes.extend([owner(each) for each in stat.targets if is_index(each)])
    for proto in lowered.protos:
        function = proto.function
        todo: "list[tree.Node]" = [function.body]
        while todo:
            node = todo.pop()
            look_at(node, found, given)
            if function.number == 0 and isinstance(node, tree.Assign):
                defaults(node, classes, found)
            for child in tree.children(node):
                if not isinstance(child, tree.Function):
                    todo.append(child)
    for var, expr in given:
        if getattr(var, "tested", False):
            name_it(expr, found)
    return found


def look_at(
    node: tree.Node, found: "set[object]", given: "list[tuple[tree.LocalVar, tree.Expr]]"
) -> None:
    """Take down what one node tells."""
    if isinstance(node, tree.If):
        for cond in node.conds:
            test(cond, found)
    elif isinstance(node, (tree.While, tree.Repeat)):
        test(node.cond, found)
    elif isinstance(node, (tree.And, tree.Or)):
        test(node.left, found)
    elif isinstance(node, tree.Unary):
        if node.op == "not":
            test(node.operand, found)
    elif isinstance(node, tree.Binary):
        if node.op in ("==", "~="):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(other, tree.Const) and (
                    other.value is None or type(other.value) is bool
                ):
                    test(side, found)
    elif isinstance(node, tree.TableItem):
        if isinstance(node.key, tree.Const) and is_nil(node.value):
            found.add(node.key.value)
    elif isinstance(node, tree.Local):
        given.extend(zip(node.vars, node.exprs))
    elif isinstance(node, tree.Assign):
        for target, expr in zip(node.targets, node.exprs):
            if isinstance(target, tree.LocalRef):
                given.append((target.var, expr))
            elif is_nil(expr):
                name_it(target, found)


def is_index(target: tree.Expr) -> bool:
    """Is it the field `__index` of something?"""
    key = target.key if isinstance(target, tree.Index) else None
    return isinstance(key, tree.Const) and key.value == "__index"


def owner(target: tree.Expr) -> object:
    """Return the local, or the global's name, whose field it is."""
    obj = target.obj if isinstance(target, tree.Index) else None
    if isinstance(obj, tree.LocalRef):
        return obj.var
    return obj.name if isinstance(obj, tree.Global) else None


def defaults(node: tree.Assign, classes: "list[object]", found: "set[object]") -> None:
    """Take down fields of classes that are given something else than a function."""
    for at, target in enumerate(node.targets):
        if at >= len(node.exprs) or not isinstance(node.exprs[at], tree.Function):
            holder = owner(target)
            if holder is not None and holder in classes:
                name_it(target, found)


def test(expr: tree.Expr, found: "set[object]") -> None:
    """Take down what is tested by a condition; the left sides of `and` and `or` are others'."""
    while isinstance(expr, (tree.Paren, tree.And, tree.Or)):
        expr = expr.expr if isinstance(expr, tree.Paren) else expr.right
    if isinstance(expr, tree.LocalRef):
        expr.var.tested = True  # type: ignore[attr-defined]
    else:
        name_it(expr, found)


def name_it(expr: tree.Expr, found: "set[object]") -> None:
    """Take down the name of a field."""
    key = expr.key if isinstance(expr, tree.Index) else None
    if isinstance(key, tree.Const) and isinstance(key.value, str):
        found.add(key.value)


def is_nil(expr: tree.Expr) -> bool:
    """Is it the constant nil?"""
    return isinstance(expr, tree.Const) and expr.value is None
