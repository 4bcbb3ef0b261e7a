"""What is known of an expression's value, from what is known of a program's slots."""

from moonhop_core.lang import builtin_facts, facts, tree
from moonhop_core.lang.facts import (
    ANY,
    COUNT,
    FOREIGN,
    FUNCTION,
    INT,
    NIL,
    NOTHING,
    OTHER,
    STR,
    TABLE,
    UNKNOWN,
)
from moonhop_core.lang.library_names import builtin_name, dotted_name, library_field
from moonhop_core.lang.object_facts import ELEMENTS, ObjectFacts
from moonhop_core.lang.uses import STRING_FIELDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact


# Methods of strings that give one value.
SINGLE_METHODS = ("char", "format", "len", "lower", "rep", "reverse", "sub", "upper")


class ExpressionFacts(ObjectFacts):
    """Tells facts of expressions; see `program_facts.py` for the attributes."""

    open = True
    meta = True

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
            if slot is None or expr.var.temp:
                return UNKNOWN
            return facts.without(slot.fact, NIL) if expr.sure else slot.fact
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
            return self.choice(expr)
        if isinstance(expr, tree.Paren):
            return self.of(expr.expr)
        if isinstance(expr, (tree.Function, tree.Table)):
            return self.object_fact(expr)
        if isinstance(expr, tree.Global):
            return self.of_global(expr)
        if isinstance(expr, tree.Vararg) and expr in self.survey.varargs:
            return facts.join(self.survey.varargs[expr][0].fact, (NIL, 0, 0))
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

    def choice(self, expr: tree.Or) -> "Fact":
        """The same of `or`. What `a and b or c` gives is b's or c's, or c's alone where b does not
        come to an end."""
        right = self.of(expr.right)
        if not isinstance(expr.left, tree.And):
            return facts.either(self.of(expr.left), right)
        if not self.of(expr.left.left)[0]:
            return NOTHING
        return facts.join(facts.either(self.of(expr.left.right), right), right)

    def of_global(self, expr: tree.Global) -> "Fact":
        slot = self.survey.globals.get(expr.name)
        if slot is None:
            known = self.builtin(expr.name) and expr.name in builtin_facts.ALONE
            return (FUNCTION | FOREIGN, 0, 0) if known and "." not in expr.name else UNKNOWN
        if not self.alone or expr.name[:1] == "(":
            return UNKNOWN
        return facts.join(slot.fact, (NIL, 0, 0))

    def index(self, expr: tree.Index) -> "Fact":
        if library_field(expr):
            name = dotted_name(expr)
            if self.builtin(name):
                return builtin_facts.FIELDS.get(name, UNKNOWN)
            return UNKNOWN
        types = self.of(expr.obj)[0]
        if not types:
            return NOTHING
        key = expr.key
        if not isinstance(key, tree.Const):
            if self.of(key)[0] & STR:
                found = self.contents(types, True)
            else:
                found = self.read(types, ELEMENTS)
        else:
            found = self.read(types, key.value if isinstance(key.value, str) else ELEMENTS)
        if not self.alone:
            return (found[0] | (ANY | FOREIGN), facts.LEAST, facts.MOST)
        if types & STR:  # strings have the fields of their library
            method = not isinstance(key, tree.Const) or key.value in STRING_FIELDS
            known = self.builtin("string") and not method
            found = facts.join(found, (NIL, 0, 0) if known else UNKNOWN)
        return found

    def call(self, expr: "tree.Call | tree.MethodCall") -> "Fact":
        if isinstance(expr, tree.MethodCall):
            types = self.of(expr.obj)[0]
            if types & ANY == STR and self.builtin("string"):
                return builtin_facts.result("string." + expr.name, [])
            found = self.returned(self.read(types, expr.name)[0] if types else 0)
            return facts.join(found, UNKNOWN) if types & (STR | OTHER) else found
        name = self.builtin_called(expr)
        if not name:
            return self.returned(self.of(expr.func)[0])
        if name == "table.remove":
            return self.read(self.of(expr.args[0])[0] if expr.args else 0, ELEMENTS)
        if name == "select":
            first = expr.args[0] if expr.args else None
            counts = isinstance(first, tree.Const) and first.value == "#"
            return COUNT if counts else UNKNOWN
        if expr.args and tree.is_multi(expr.args[-1]) and len(expr.args) != 1:
            return builtin_facts.result(name, [UNKNOWN])
        if expr.args and tree.is_multi(expr.args[0]) and name == "math.random":
            return facts.NUMERIC
        return builtin_facts.result(name, [self.of(arg) for arg in expr.args])

    def single(self, expr: tree.Expr) -> bool:
        """Does an expression surely give exactly one value, as far as is known by now?"""
        if isinstance(expr, tree.MethodCall):
            types = self.of(expr.obj)[0]
            if types & STR and not (self.builtin("string") and expr.name in SINGLE_METHODS):
                return False
            types = self.read(types & ~STR, expr.name)[0] if types & TABLE else types & OTHER
        elif isinstance(expr, tree.Call):
            name = self.builtin_called(expr)
            if name:
                return name in builtin_facts.SINGLE
            types = self.of(expr.func)[0]
        else:
            return not tree.is_multi(expr)
        if types & (TABLE | FOREIGN | OTHER):
            return False
        return not any(function in self.survey.several for function in self.functions(types))

    def builtin_called(self, call: tree.Call) -> str:
        """The name of the builtin that a call surely calls; "" if it is none, or may be another
        function."""
        func = call.func
        if isinstance(func, tree.LocalRef):
            func = self.survey.aliases.get(func.var, func)
        name = builtin_name(func)
        return name if name and self.builtin(name) and name[:1] != "(" else ""

    def returned(self, types: int) -> "Fact":
        """What calling a value with these types gives first."""
        found = NOTHING
        for function in self.functions(types):
            found = facts.join(found, self.survey.result(function).fact)
        return facts.join(found, UNKNOWN) if types & (TABLE | FOREIGN | OTHER) else found
