"""Comparisons and conditions as Python text."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_lines import LineEmitter
from moonhop_core.lang.emit_python_text import COMPARE, DEEP, NUMBER, Text, is_condition
from moonhop_core.lang.facts import ANY, BOOL, EXACT, FLOAT, NIL, OTHER, TABLE, within


def comparable(a: Text, b: Text) -> bool:
    """Do both Pythons compare the values alike? Not if one may be a large integer and the other a
    float: MicroPython makes a float of the integer."""
    return not (doubtful(a, b) or doubtful(b, a))


def doubtful(a: Text, b: Text) -> bool:
    """May `a` be an integer that is the same as a float that `b` may be, but for some bits?"""
    if not b.fact[0] & FLOAT or (b.kind == "float" and is_small(b.fast)):
        return False
    return not within(a.fact, -EXACT, EXACT)


def is_small(text: str) -> bool:
    """Is it a constant far from 2^53?"""
    digits = text[1:] if text[0] == "-" else text
    return (digits[0].isdigit() and digits.find(".") < 16) or digits in ("INF", "NINF")


def when_equal(a: str, b: str, op: str) -> str:
    """The test of two values that Python says are equal: whether `op` holds for them."""
    literal = not (a[0].isalpha() and b[0].isalpha())
    if op in ("=", "=="):
        return (
            "surely(%s, %s)" % (a, b) if literal else "(%s is %s or surely(%s, %s))" % (a, b, a, b)
        )
    sure = "not surely(%s, %s)" % (a, b)
    return "(%s)" % sure if literal else "(%s is not %s and %s)" % (a, b, sure)


def absent(there: str, negated: bool) -> str:
    """The test that a field is there, or that it is not."""
    return "not " + there if negated else there


class ConditionEmitter(LineEmitter):
    """Emits conditions."""

    def as_value(self, cond: Text) -> Text:
        """A Python condition as a Lua boolean."""
        yes = "TRUE"
        no = "FALSE"
        text = Text(
            "(%s if %s else %s)" % (yes, cond.fast, no),
            "(%s if %s else %s)" % (yes, cond.slow, no) if cond.fails else None,
            "bool",
        )
        text.depth = cond.depth + 1
        return text

    def compare(self, expr: tree.Binary) -> Text:
        op = expr.op
        self.unsigned.add(id(expr.left))
        self.unsigned.add(id(expr.right))
        if op in ("==", "~="):
            return self.equal(expr)
        left, right = self.sequence([expr.left, expr.right], True)
        self.line = expr.line or self.line
        helper = COMPARE[op]
        self.as_floats(left, right)
        if op in ("<", "<="):
            slow = "%s(%s, %s)" % (helper, left.slow, right.slow)
        else:
            if left.slow.find("(") >= 0 and right.slow.find("(") >= 0:
                left = Text(self.atom(left), None, left.kind, True)  # keep the order
            slow = "%s(%s, %s)" % (helper, right.slow, left.slow)
        if not comparable(left, right):
            return self.deeper(self.ordered(op, left, right, slow), left, right)
        both = left.kind in NUMBER and right.kind in NUMBER
        fails = left.fails or right.fails or not both
        text = Text("(%s %s %s)" % (left.fast, op, right.fast), slow if fails else None, "pybool")
        return self.deeper(text, left, right)

    def as_floats(self, left: Text, right: Text) -> None:
        """Write a constant that is compared with a float as a float: that is quicker."""
        for text, other in ((left, right), (right, left)):
            value = text.value
            if type(value) is int and -EXACT < value < EXACT and other.kind == "float":
                text.fast = "%d.0" % value

    def ordered(self, op: str, left: Text, right: Text, slow: str) -> Text:
        """< or <= of what may be a large integer and a float, which MicroPython compares as
        floats: where they look equal, `surely` has its doubts."""
        a, first = self.twice(left)
        b, second = self.twice(right)
        fast = "(%s %s %s or %s == %s and %s)"
        return Text(fast % (first, op[0], second, a, b, when_equal(a, b, op[1:])), slow, "pybool")

    def twice(self, text: Text) -> "tuple[str, str]":
        """Return a name for a value, and the text that evaluates and names it."""
        if text.atom:
            return text.fast, text.fast
        name = self.temp()
        return name, "(%s := %s)" % (name, text.fast)

    def equal(self, expr: tree.Binary) -> Text:
        sign = "==" if expr.op == "==" else "!="
        for side, other in ((expr.right, expr.left), (expr.left, expr.right)):
            if isinstance(side, tree.Const) and (
                side.value is None or side.value is True or side.value is False
            ):
                nil = self.expr(other, maybe_nil=side.value is None)
                word = "is" if sign == "==" else "is not"
                sure = not nil.fact[0] & (NIL | BOOL) or isinstance(other, tree.Const)
                if nil.atom and sure:
                    equal = isinstance(other, tree.Const) and other.value is side.value
                    return Text(str(equal == (sign == "==")), None, "pybool", True)
                constant = self.const(side).fast
                if nil.there and not nil.fails and side.value is None:
                    text = Text("(%s)" % absent(nil.there, sign == "=="), None, "pybool")
                    return self.deeper(text, nil)
                text = Text(
                    "(%s %s %s)" % (nil.fast, word, constant),
                    "(%s %s %s)" % (nil.slow, word, constant) if nil.fails else None,
                    "pybool",
                )
                return self.deeper(text, nil)
        constant_side = isinstance(expr.left, tree.Const) or isinstance(expr.right, tree.Const)
        maybe = constant_side
        if constant_side and not (self.hoists(expr.left) or self.hoists(expr.right)):
            left = self.expr(expr.left, maybe)
            right = self.expr(expr.right, maybe)
        else:
            left, right = self.sequence([expr.left, expr.right], True)
        self.as_floats(left, right)
        plain = not (left.fact[0] & right.fact[0] & (TABLE | OTHER) and self.known.equals)
        if plain and not comparable(left, right):
            a, first = self.twice(left)
            b, second = self.twice(right)
            slow = "%seq(%s, %s)" % ("" if sign == "==" else "not ", left.slow, right.slow)
            fast = "%s %s %s" % (first, sign, second)
            test = when_equal(a, b, sign)
            fast += (" and %s" if sign == "==" else " or %s") % test
            return self.deeper(Text("(%s)" % fast, "(%s)" % slow, "pybool"), left, right)
        if plain:
            slow = "(%s %s %s)" % (left.slow, sign, right.slow)
            fails = left.fails or right.fails
            text = Text(
                "(%s %s %s)" % (left.fast, sign, right.fast), slow if fails else None, "pybool"
            )
            return self.deeper(text, left, right)
        a = self.atom(left)
        b = self.atom(right)
        # Different tables may still be equal by `__eq`.
        table = "Table"
        kind = "type"
        if sign == "==":
            fast = "(%s if %s == %s else %s(%s) is %s and unlike(%s, %s))" % (
                when_equal(a, b, sign),
                a,
                b,
                kind,
                a,
                table,
                a,
                b,
            )
            slow = "eq(%s, %s)" % (a, b)
        else:
            fast = "(%s if %s == %s else %s(%s) is not %s or not unlike(%s, %s))" % (
                when_equal(a, b, sign),
                a,
                b,
                kind,
                a,
                table,
                a,
                b,
            )
            slow = "(not eq(%s, %s))" % (a, b)
        return self.deeper(Text(fast, slow, "pybool"), left, right)

    def cond(self, expr: tree.Expr) -> Text:
        """`expr` as a Python condition."""
        if isinstance(expr, tree.Const):
            value = expr.value is not None and expr.value is not False
            return Text("True" if value else "False", None, "pybool", True)
        if isinstance(expr, tree.Unary) and expr.op == "not":
            inner = self.cond(expr.operand)
            text = Text(
                "(not %s)" % inner.fast, "(not %s)" % inner.slow if inner.fails else None, "pybool"
            )
            return self.deeper(text, inner)
        if isinstance(expr, tree.Binary) and is_condition(expr):
            return self.compare(expr)
        if isinstance(expr, (tree.And, tree.Or)):
            if self.hoists(expr.right):
                return self.cond_steps(expr)
            chain = self.cond_chain(expr)
            if chain is not None:
                return chain
            word = "and" if isinstance(expr, tree.And) else "or"
            left = self.cond(expr.left)
            held = self.pending
            self.pending = []
            right = self.cond(expr.right)
            if self.pending:
                # the right side wants temporaries of its own: only when it is reached
                self.pending = held
                return self.cond_steps(expr, left)
            self.pending = held
            fails = left.fails or right.fails
            text = Text(
                "(%s %s %s)" % (left.fast, word, right.fast),
                "(%s %s %s)" % (left.slow, word, right.slow) if fails else None,
                "pybool",
            )
            return self.deeper(text, left, right)
        value_text = self.expr(expr, maybe_nil=True)
        return self.truth(value_text)

    def cond_chain(self, expr: "tree.And | tree.Or") -> "Text | None":
        """A long `a and b and c …` as a condition, without recursion along it; None if it is not
        long, or takes statements."""
        kind = type(expr)
        parts = []
        left: tree.Expr = expr
        while isinstance(left, kind):
            parts.append(left.right)
            left = left.left
        parts.append(left)
        if len(parts) < DEEP or any(self.hoists(part) for part in parts):
            return None
        parts.reverse()
        held = self.pending
        self.pending = []
        texts = [self.cond(part) for part in parts]
        plain = not self.pending
        self.pending = held
        if not plain:
            return None
        word = " and " if kind is tree.And else " or "
        fast = "(%s)" % word.join([text.fast for text in texts])
        slow = "(%s)" % word.join([text.slow for text in texts])
        found = Text(fast, slow if any(text.fails for text in texts) else None, "pybool")
        for text in texts:
            self.deeper(found, found if found.depth >= text.depth else text)
        return found

    def truth(self, text: Text) -> Text:
        """A Lua value as a Python condition."""
        types = text.fact[0] & ANY
        if not types & (NIL | BOOL):
            if not text.fails and not text.soft:
                return Text("True", None, "pybool", True)
            form = "(%s is not None)"  # only an error matters
            slow = form % text.slow if text.fails else None
            return self.deeper(Text(form % text.fast, slow, "pybool"), text)
        if types == NIL and not text.fails and not text.soft:
            return Text("False", None, "pybool", True)
        if not types & NIL:
            form = "(%s is TRUE)" if types == BOOL else "(%s is not FALSE)"
        elif not types & BOOL:
            form = "(%s is not None)"
            if text.there and not text.fails:
                return self.deeper(Text("(%s)" % text.there, None, "pybool"), text)
        else:
            form = ""
        if form:
            slow = form % text.slow if text.fails else None
            return self.deeper(Text(form % text.fast, slow, "pybool"), text)
        if text.atom:
            form = "(%s is not None and %s is not FALSE)"
            return Text(form % (text.fast, text.fast), None, "pybool")
        form = "((W := %s) is not None and W is not FALSE)"
        slow = form % text.slow if text.fails else None
        return self.deeper(Text(form % text.fast, slow, "pybool"), text)

    def cond_steps(self, expr: "tree.And | tree.Or", left: "Text | None" = None) -> Text:
        """A condition whose right side takes statements: made step by step."""
        name = self.temp()
        self.assign(name, self.cond(expr.left) if left is None else left)
        self.put("if %s:" % name if isinstance(expr, tree.And) else "if not %s:" % name)
        self.indent += 1
        self.assign(name, self.cond(expr.right))
        self.indent -= 1
        return Text(name, None, "pybool", True)

    def const(self, expr: tree.Const) -> Text:
        """A constant."""
        raise NotImplementedError
