"""What is known of an expression's value, from what is known of a program's slots."""

from moonhop_core.lang import builtin_facts, facts, tree
from moonhop_core.lang.facts import (
    ANY,
    COUNT,
    FUNCTION,
    INT,
    LIKELY,
    NIL,
    NOTHING,
    STR,
    TABLE,
    UNKNOWN,
)
from moonhop_core.lang.survey import Survey, dotted_name, library_field
from moonhop_core.lang.uses import STRING_FIELDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact


class ExpressionFacts:
    """Tells facts of expressions; see `program_facts.py` for the attributes."""

    survey: Survey
    open = True
    alone = False
    meta = True
    metas = True
    all: "Fact" = NOTHING
    wild: "Fact" = NOTHING

    def builtin(self, name: str) -> bool:
        """Is this surely the builtin of that (dotted) name?"""
        dot = name.find(".")
        base = name if dot < 0 else name[:dot]
        return not self.open and base not in self.survey.globals and base not in self.survey.bare

    def of(self, expr: tree.Expr) -> "Fact":
        """What is known of an expression's (first) value."""
        if isinstance(expr, tree.Const):
            return facts.constant(expr.value)
        if isinstance(expr, tree.LocalRef):
            slot = self.survey.locals.get(expr.var)
            return UNKNOWN if slot is None or expr.var.temp else slot.fact
        if isinstance(expr, tree.Binary):
            return self.chain(expr)
        if isinstance(expr, tree.Index):
            return self.index(expr)
        if isinstance(expr, (tree.Call, tree.MethodCall)):
            return self.call(expr)
        if isinstance(expr, tree.Unary):
            if expr.op == "not":
                return facts.TRUTH
            operand = self.of(expr.operand)
            if expr.op == "#":
                return facts.length(operand, self.meta)
            if expr.op == "-":
                return facts.wrapped(facts.minus(operand, self.meta))
            return facts.wrapped(facts.binary("~", operand, (INT, -1, -1), self.meta))
        if isinstance(expr, tree.And):
            return facts.both(self.of(expr.left), self.of(expr.right))
        if isinstance(expr, tree.Or):
            return facts.either(self.of(expr.left), self.of(expr.right))
        if isinstance(expr, tree.Paren):
            return self.of(expr.expr)
        if isinstance(expr, tree.Function):
            return (FUNCTION, 0, 0)
        if isinstance(expr, tree.Table):
            return (TABLE, 0, 0)
        if isinstance(expr, tree.Global):
            return self.of_global(expr)
        return UNKNOWN

    def chain(self, expr: tree.Binary) -> "Fact":
        """The same of an operator, without recursion along the left sides."""
        chain = [expr]
        while isinstance(expr.left, tree.Binary):
            expr = expr.left
            chain.append(expr)
        fact = self.of(expr.left)
        while chain:
            expr = chain.pop()
            fact = facts.wrapped(facts.binary(expr.op, fact, self.of(expr.right), self.meta))
        return fact

    def of_global(self, expr: tree.Global) -> "Fact":
        slot = self.survey.globals.get(expr.name)
        if slot is None:
            known = self.builtin(expr.name) and expr.name in builtin_facts.ALONE
            return (FUNCTION, 0, 0) if known and "." not in expr.name else UNKNOWN
        if not self.alone or expr.name[:1] == "(":
            return UNKNOWN
        return facts.join(slot.fact, (NIL, 0, 0))

    def element(self, any_field: bool) -> "Fact":
        """What any element may be (or any field too)."""
        found = facts.join(self.survey.fields[None].fact, (NIL, 0, 0))
        if any_field:
            found = facts.join(facts.join(found, self.all), self.wild)
        return found

    def index(self, expr: tree.Index) -> "Fact":
        if library_field(expr):
            name = dotted_name(expr)
            if self.builtin(name):
                return builtin_facts.FIELDS.get(name, UNKNOWN)
            return UNKNOWN
        key = expr.key
        if not isinstance(key, tree.Const):
            found = self.element(self.of(key)[0] & STR != 0)
        elif isinstance(key.value, str):
            slot = self.survey.fields.get(key.value)
            found = facts.join((NIL, 0, 0) if slot is None else slot.fact, (NIL, 0, 0))
            found = facts.join(found, self.wild)
        else:
            found = self.element(False)
        if not self.alone:
            return (ANY | found[0] & LIKELY, facts.LEAST, facts.MOST)
        chained = self.survey.fields.get("__index")
        if chained is not None and chained.fact[0] & ANY & ~(NIL | TABLE):
            return UNKNOWN
        if self.wild[0] and self.metas:
            return UNKNOWN
        method = not isinstance(key, tree.Const) or key.value in STRING_FIELDS
        return UNKNOWN if method and self.of(expr.obj)[0] & STR else found

    def call(self, expr: "tree.Call | tree.MethodCall") -> "Fact":
        if isinstance(expr, tree.MethodCall):
            if self.of(expr.obj)[0] & ANY == STR and self.builtin("string"):
                name = "string." + expr.name
                return builtin_facts.result(name, [])
            return NOTHING if not self.of(expr.obj)[0] else UNKNOWN
        func = expr.func
        if isinstance(func, tree.LocalRef):
            function = self.survey.bound.get(func.var)
            if function is not None:
                return self.survey.result(function).fact
            func = self.survey.aliases.get(func.var, func)
        name = ""
        if isinstance(func, tree.Global):
            name = func.name
        elif isinstance(func, tree.Index) and library_field(func):
            name = dotted_name(func)
        if not name or not self.builtin(name):
            return UNKNOWN
        if name == "table.remove":
            return self.element(False) if self.alone else UNKNOWN
        if name == "select":
            first = expr.args[0] if expr.args else None
            counts = isinstance(first, tree.Const) and first.value == "#"
            return COUNT if counts else UNKNOWN
        if expr.args and tree.is_multi(expr.args[-1]) and len(expr.args) != 1:
            return builtin_facts.result(name, [UNKNOWN])
        if expr.args and tree.is_multi(expr.args[0]) and name == "math.random":
            return facts.NUMERIC
        return builtin_facts.result(name, [self.of(arg) for arg in expr.args])
