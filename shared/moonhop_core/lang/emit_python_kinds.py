"""What kind of value a local always holds, found out before a program is emitted.

A local whose every assignment is of one kind of number needs fewer guards around it. Nothing is
known of parameters, fields, globals and results of calls. The search is optimistic: it starts with
"no value yet" for every local and joins in what is assigned until nothing changes.
"""

from moonhop_core.lang import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Lowered

NUMBERS = ("int", "small", "float", "num")
WHOLE = ("int", "small")
SMALL = 0x3FFFFFFF
NOTHING = "(nothing)"  # no assignment seen yet

# A definition: the local, and the expressions its value is one of (None: anything).
if TYPE_CHECKING:
    Definition = tuple[tree.LocalVar, "tree.Expr | tree.NumericFor | None"]


def infer_kinds(lowered: "Lowered") -> None:
    """Set `kind` on the locals of a program (see `emit_python_expr.Text`)."""
    definitions: "list[Definition]" = []
    for proto in lowered.protos:
        for param in proto.function.params:
            definitions.append((param, None))
        collect(proto.function.body, definitions)
    kinds: "dict[tree.LocalVar, str]" = {}
    for var, _ in definitions:
        kinds[var] = NOTHING
    changed = True
    while changed:
        changed = False
        for var, source in definitions:
            before = kinds[var]
            if before == "":
                continue
            after = join(before, source_kind(source, kinds))
            if after != before:
                kinds[var] = after
                changed = True
    for var, kind in kinds.items():
        if kind != NOTHING:
            var.kind = kind  # type: ignore[attr-defined]


def collect(node: tree.Node, found: "list[Definition]") -> None:
    """Gather the definitions below a statement or block, inner functions left out."""
    if isinstance(node, tree.Local):
        spread(node.vars, node.exprs, found)
    elif isinstance(node, tree.Assign):
        variables = []
        for target in node.targets:
            variables.append(target.var if isinstance(target, tree.LocalRef) else None)
        spread(variables, node.exprs, found)
    elif isinstance(node, tree.LocalFunction):
        found.append((node.var, node.func))
    elif isinstance(node, tree.NumericFor):
        found.append((node.var, node))
    elif isinstance(node, tree.GenericFor):
        for var in node.vars:
            found.append((var, None))
    for child in tree.children(node):
        if isinstance(child, (tree.Stat, tree.Block)):
            collect(child, found)


def spread(
    variables: "list[tree.LocalVar | None] | list[tree.LocalVar]",
    exprs: "list[tree.Expr]",
    found: "list[Definition]",
) -> None:
    """Match the variables of a `local` or assignment with its expressions."""
    for at, var in enumerate(variables):
        if var is None:
            continue
        source = None
        if at < len(exprs):
            source = exprs[at]
        elif not exprs or not tree.is_multi(exprs[-1]):
            source = tree.Const(None, 0)
        found.append((var, source))


def join(a: str, b: str) -> str:
    """Return the kind of a value that is of kind a or b."""
    if a == b or b == NOTHING:
        return a
    if a == NOTHING:
        return b
    if a in WHOLE and b in WHOLE:
        return "int"
    if a in NUMBERS and b in NUMBERS:
        return "num"
    return ""


def source_kind(
    source: "tree.Expr | tree.NumericFor | None", kinds: "dict[tree.LocalVar, str]"
) -> str:
    """Return the kind of what a definition assigns."""
    if source is None:
        return ""
    if isinstance(source, tree.NumericFor):
        start = kind_of(source.start, kinds)
        step = source.step
        if step is not None and not (
            isinstance(step, tree.Const) and type(step.value) is int and step.value > 0
        ):
            if kind_of(step, kinds) not in WHOLE:
                return "num"
            return "int" if start in WHOLE else "num"
        if start == NOTHING:
            return NOTHING
        if start in WHOLE:
            return "small" if start == kind_of(source.limit, kinds) == "small" else "int"
        return "float" if start == "float" else "num"
    return kind_of(source, kinds)


def kind_of(expr: tree.Expr, kinds: "dict[tree.LocalVar, str]") -> str:
    """Return the kind of an expression's value, given those of the locals."""
    if isinstance(expr, tree.Const):
        return constant_kind(expr.value)
    if isinstance(expr, tree.LocalRef):
        return kinds.get(expr.var, "")
    if isinstance(expr, tree.Paren):
        return kind_of(expr.expr, kinds)
    if isinstance(expr, tree.Function):
        return "function"
    if isinstance(expr, tree.Table):
        return "table"
    if isinstance(expr, tree.Binary):
        chain = [expr]
        while isinstance(expr.left, tree.Binary):  # no recursion along it: it may be long
            expr = expr.left
            chain.append(expr)
        kind = kind_of(expr.left, kinds)
        while chain:
            expr = chain.pop()
            kind = binary_kind(expr.op, kind, kind_of(expr.right, kinds))
        return kind
    if isinstance(expr, tree.Unary):
        if expr.op == "not":
            return "bool"
        kind = kind_of(expr.operand, kinds)
        if expr.op == "-":
            return "int" if kind == "small" else kind if kind in NUMBERS or kind == NOTHING else ""
        return "int" if expr.op == "~" and kind in WHOLE else ""
    if isinstance(expr, (tree.And, tree.Or)):
        left = kind_of(expr.left, kinds)
        right = kind_of(expr.right, kinds)
        if NOTHING in (left, right):
            return NOTHING
        return join(left, right)
    return ""


def constant_kind(value: "bool | int | float | str | None") -> str:
    """Return the kind of a constant."""
    if value is None:
        return "nil"
    if value is True or value is False:
        return "bool"
    if type(value) is str:
        return "str"
    if type(value) is float:
        return "float"
    return "small" if -SMALL < value < SMALL else "int"  # type: ignore[operator]


def binary_kind(op: str, left: str, right: str) -> str:
    """Return the kind of an operator's result; metamethods come in unless both are numbers."""
    if op in ("==", "~=", "<", "<=", ">", ">="):
        return "bool"
    if NOTHING in (left, right):
        return NOTHING
    if op == "..":
        simple = ("int", "small", "str")
        return "str" if left in simple and right in simple else ""
    if left not in NUMBERS or right not in NUMBERS:
        return ""
    if op in ("/", "^"):
        return "float"
    if op in ("&", "|", "~", "<<", ">>"):
        return "int"
    if left in WHOLE and right in WHOLE:
        return "int"
    return "float" if "float" in (left, right) and op in "+-*" else "num"
