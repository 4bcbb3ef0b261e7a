"""Table constructors, and what can be said of them where they stand."""

from moonhop_core.lang import tree
from moonhop_core.lang.library_names import builtin_name

LOOPS = (tree.Function, tree.While, tree.Repeat, tree.NumericFor, tree.GenericFor)


def reached_once(body: tree.Block) -> "set[tree.Expr]":
    """Return the constructors in a main chunk that are reached no more than once."""
    found: "set[tree.Expr]" = set()
    todo: "list[tree.Node]" = [body]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Table):
            found.add(node)
        if not isinstance(node, LOOPS):
            todo.extend(tree.children(node))
    return found


def early_names(block: tree.Block, found: "dict[tree.Table, list[str]]") -> None:
    """Add what tables get as soon as they are made: `local t = {}`, `t.x = …`, `t.y = …`.
    Nothing else sees them before."""
    var: "tree.LocalVar | None" = None
    made: "tree.Table | None" = None
    for stat in block.stats:
        if isinstance(stat, tree.Local) and len(stat.vars) == 1 and len(stat.exprs) == 1:
            var = stat.vars[0]
            made = new_table(stat.exprs[0])
        elif made is not None:
            name = early_name(stat, var)
            if name is None:
                made = None
            else:
                found.setdefault(made, []).append(name)


def new_table(expr: tree.Expr) -> "tree.Table | None":
    """The constructor of `{…}` or `setmetatable({…}, …)`."""
    if isinstance(expr, tree.Call) and builtin_name(expr.func) == "setmetatable" and expr.args:
        expr = expr.args[0]
    return expr if isinstance(expr, tree.Table) else None


def early_name(stat: tree.Stat, var: "tree.LocalVar | None") -> "str | None":
    """The name that a statement `var.name = …` stores into, if it does nothing else with it."""
    if not isinstance(stat, tree.Assign) or len(stat.targets) != 1 or len(stat.exprs) != 1:
        return None
    target = stat.targets[0]
    if not isinstance(target, tree.Index) or not isinstance(target.obj, tree.LocalRef):
        return None
    if target.obj.var is not var or not isinstance(target.key, tree.Const):
        return None
    todo: "list[tree.Node]" = [] if is_itself(stat, var) else [stat.exprs[0]]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.LocalRef) and node.var is var:
            return None
        if isinstance(node, tree.Function) and var in node.upvalues:
            return None
        todo.extend(tree.children(node))
    name = target.key.value
    return name if isinstance(name, str) else None


def is_itself(stat: tree.Stat, var: "tree.LocalVar | None") -> bool:
    """Does an assignment store the local?"""
    expr = stat.exprs[0]  # type: ignore[attr-defined]
    return isinstance(expr, tree.LocalRef) and expr.var is var
