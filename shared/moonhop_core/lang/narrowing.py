"""Where a local is surely not nil: behind a test, or behind an index of it that did not fail.

Only locals that are never assigned again are looked at, so what is found about one holds to the end
of the block. `LocalRef.sure` is set where it holds.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_text import ends

LONG = 20


def narrow(function: tree.Function) -> None:
    """Find it out for the locals of a function."""
    if not function.has_goto:
        block(function.body, set())


def block(body: tree.Block, sure: "set[tree.LocalVar]") -> None:
    """The statements of a block; `sure` is what is known at its start."""
    sure = set(sure)
    for stat in body.stats:
        statement(stat, sure)


def statement(stat: tree.Stat, sure: "set[tree.LocalVar]") -> None:
    """One statement; adds to `sure` what holds behind it."""
    if isinstance(stat, tree.If):
        branches(stat, sure)
    elif isinstance(stat, tree.While):
        expression(stat.cond, sure)
        block(stat.body, sure | when(stat.cond, True))
    elif isinstance(stat, tree.Repeat):
        inner = set(sure)
        for each in stat.body.stats:
            statement(each, inner)
        expression(stat.cond, inner)
    else:
        for child in tree.children(stat):
            if isinstance(child, tree.Block):
                block(child, sure)
            elif isinstance(child, tree.Expr):
                expression(child, sure)
    for child in tree.children(stat):
        if isinstance(child, tree.Expr) and not isinstance(stat, tree.Repeat):
            indexed(child, sure)
            if not isinstance(stat, (tree.Assign, tree.Local, tree.CallStat, tree.Return)):
                break  # the others need not be reached


def branches(stat: tree.If, sure: "set[tree.LocalVar]") -> None:
    """The parts of an `if`."""
    inner = set(sure)
    leaves = True
    for cond, body in zip(stat.conds, stat.blocks):
        expression(cond, inner)
        block(body, inner | when(cond, True))
        inner |= when(cond, False)
        leaves = leaves and left(body)
    if stat.orelse is not None:
        block(stat.orelse, inner)
        if left(stat.orelse) and len(stat.conds) == 1:
            sure |= when(stat.conds[0], True)
    elif leaves:
        sure |= inner


def left(body: tree.Block) -> bool:
    """Does control never get behind the block?"""
    return ends(body) or bool(body.stats and isinstance(body.stats[-1], tree.Break))


def when(cond: tree.Expr, true: bool) -> "set[tree.LocalVar]":
    """The locals that are not nil if a condition holds (or, `true` False, if it does not)."""
    found: "set[tree.LocalVar]" = set()
    todo = [(cond, true)]
    while todo:
        expr, holds = todo.pop()
        if isinstance(expr, tree.Paren):
            todo.append((expr.expr, holds))
        elif isinstance(expr, tree.Unary) and expr.op == "not":
            todo.append((expr.operand, not holds))
        elif isinstance(expr, (tree.And, tree.Or)):
            if holds == isinstance(expr, tree.And):
                todo.append((expr.left, holds))
                todo.append((expr.right, holds))
        elif isinstance(expr, tree.Binary):
            if expr.op == ("~=" if holds else "=="):
                for side, other in ((expr.left, expr.right), (expr.right, expr.left)):
                    if isinstance(other, tree.Const) and other.value is None:
                        found |= local(side)
        elif holds:
            found |= local(expr)
    return found


def local(expr: tree.Expr) -> "set[tree.LocalVar]":
    """The local that an expression is, if it is never assigned again."""
    if isinstance(expr, tree.LocalRef) and not expr.var.assigned and not expr.var.temp:
        return {expr.var}
    return set()


def expression(expr: tree.Expr, sure: "set[tree.LocalVar]") -> None:
    """Set `sure` in an expression."""
    todo: "list[tuple[tree.Node, set[tree.LocalVar]]]" = [(expr, sure)]
    while todo:
        node, sure = todo.pop()
        if isinstance(node, tree.LocalRef):
            if node.var in sure:
                node.sure = True
        elif isinstance(node, (tree.And, tree.Or)):
            # a long chain is not looked through again and again from each of its parts
            tested: "set[tree.LocalVar]" = set()
            if short(node.left):
                tested = when(node.left, isinstance(node, tree.And))
            todo.append((node.left, sure))
            todo.append((node.right, sure | tested))
        elif not isinstance(node, tree.Function):
            todo.extend([(child, sure) for child in tree.children(node)])


def short(expr: tree.Expr) -> bool:
    """Does it have only a few operators in a row?"""
    for _ in range(LONG):
        if not isinstance(expr, (tree.And, tree.Or)):
            return True
        expr = expr.left
    return False


def indexed(expr: tree.Node, sure: "set[tree.LocalVar]") -> None:
    """Add the locals that an expression surely indexes."""
    todo = [expr]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Function):
            continue
        if isinstance(node, (tree.Index, tree.MethodCall)):
            sure |= local(node.obj)
        if isinstance(node, (tree.And, tree.Or)):
            todo.append(node.left)
        else:
            todo.extend(tree.children(node))
