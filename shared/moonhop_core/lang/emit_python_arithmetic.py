"""Arithmetic and operators on bits as Python text.

Where facts prove that a result stays within 64 bits, it is the plain Python operation. Otherwise a
guard looks at the result: a small one is right, the rest goes through `wrap`. Wrapping is a
homomorphism of + - *, so of a tree of them only the root is guarded, as long as an integer on one
side cannot meet a float on the other: that would be the float of the unwrapped integer.
"""

from moonhop_core.lang import facts, tree
from moonhop_core.lang.emit_python_conditions import ConditionEmitter
from moonhop_core.lang.emit_python_text import BOUND, DEEP, HELPERS, Text
from moonhop_core.lang.facts import ANY, FLOAT, FOREIGN, INT, LEAST, LIKELY, MOST, NUMBER, STR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact

HUGE = 1 << 200  # results that may be greater are wrapped before anything else is done with them


def guarded(plain: str, wide: "Fact") -> str:
    """The text of + - * or <<, brought back into 64 bits."""
    low = wide[1] < LEAST
    high = wide[2] > MOST
    if wide[0] & LIKELY:
        test = "type(W := %s) is float or -%s < W < %s" % (plain, BOUND, BOUND)
    elif low and high:
        test = "-%s < (W := %s) < %s" % (BOUND, plain, BOUND)
    elif low:
        test = "(W := %s) > -%s" % (plain, BOUND)
    else:
        test = "(W := %s) < %s" % (plain, BOUND)
    return "(W if %s else wrap(W))" % test


def is_number(text: Text) -> bool:
    """Is it surely a number?"""
    return not text.fact[0] & ANY & ~NUMBER


def is_whole(text: Text) -> bool:
    """Is it surely an integer?"""
    return text.fact[0] & ANY == INT


def is_float(text: Text) -> bool:
    """Is it surely a float?"""
    return text.fact[0] & ANY == FLOAT


class ArithmeticEmitter(ConditionEmitter):
    """Emits operators of arithmetic and on bits."""

    def binary(self, expr: tree.Binary) -> Text:
        op = expr.op
        if op == "..":
            return self.concat(expr)
        if op in ("==", "~=", "<", "<=", ">", ">="):
            return self.as_value(self.compare(expr))
        self.shorten(expr)
        left, right = self.sequence([expr.left, expr.right], True)
        self.line = expr.line or self.line
        self.note("A" + op + "l", expr.left)
        self.note("A" + op + "r", expr.right)
        if op == "^" and right.value is None and not right.atom:
            left = left.named(self.atom(left))  # mentioned twice, in order
            right = right.named(self.atom(right))
        slow = "%s(%s, %s)" % (HELPERS[op], left.slow, right.slow)
        wide = facts.binary(op, left.fact, right.fact, self.known.meta)
        if op in ("+", "-", "*"):
            text = self.sum(op, left, right)
        elif op == "/":
            text = self.quotient(left, right)
        elif op == "%":
            text = self.rest(left, right, expr)
        elif op == "//":
            text = self.whole_quotient(left, right)
        elif op == "^":
            text = self.power(left, right)
        else:
            text = self.bits(op, left, right, wide)
        if not text.fails and (left.fails or right.fails):
            text.fails = True
        if text.fails:
            text.slow = slow
        if not text.wide[0]:
            text.know(facts.wrapped(wide))
        return self.deeper(text, left, right)

    def shorten(self, expr: tree.Binary) -> None:
        """Evaluate a long chain such as a + b + c … from its left end on, a piece at a time, so
        that no recursion goes along it."""
        chain = []
        left: tree.Expr = expr.left
        while isinstance(left, tree.Binary) and left.op in HELPERS and id(left) not in self.ready:
            chain.append(left)
            left = left.left
        if len(chain) > DEEP:
            chain.reverse()
            for at in range(DEEP // 2, len(chain), DEEP // 2):
                self.ready[id(chain[at])] = self.hold(chain[at])

    def sum(self, op: str, left: Text, right: Text) -> Text:
        """+ - *"""
        a, first = self.open(left, right)
        b, second = self.open(right, left)
        wide = facts.binary(op, first, second, self.known.meta)
        if facts.size_of(wide) > HUGE:
            a, b, first, second = left.fast, right.fast, left.fact, right.fact
            wide = facts.binary(op, first, second, self.known.meta)
        if is_float(left) and isinstance(right.value, int):
            b = float_text(right)
        if is_float(right) and isinstance(left.value, int):
            a = float_text(left)
        if left.kind == "str" or right.kind == "str":
            return Text("fail()", "fail()")
        plain = "(%s %s %s)" % (a, op, b)
        fails = not (is_number(left) and is_number(right))
        if not wide[0]:
            wide = (ANY | FOREIGN, 2 * LEAST, 2 * MOST)
        if not wide[0] & INT or facts.within(wide, LEAST, MOST):
            text = Text(plain, plain if fails else None)
            text.know(wide)
        else:
            fast = guarded(plain, wide)
            text = Text(fast, fast if fails else None)
            text.know(facts.wrapped(wide))
            text.raw = plain
        text.wide = wide
        return text

    def open(self, text: Text, other: Text) -> "tuple[str, Fact]":
        """The text of an operand without the guard around it, if `other` lets that pass."""
        if text.raw and not other.fact[0] & (FLOAT | STR):
            return text.raw, text.wide
        return text.fast, text.fact

    def quotient(self, left: Text, right: Text) -> Text:
        """/ of integers beyond 2^53 differs: PUC Lua makes floats of them first."""
        a, b = left.fast, right.fast
        if is_float(left) and isinstance(right.value, int):
            b = float_text(right)
        exact = facts.within(left.fact, -facts.EXACT, facts.EXACT)
        exact = exact and facts.within(right.fact, -facts.EXACT, facts.EXACT)
        if not exact and left.fact[0] & INT and right.fact[0] & INT:
            a += " * 1.0"
        safe = is_number(left) and right.value is not None and right.value != 0
        if is_whole(right) and is_number(left):
            safe = right.fact[1] > 0 or right.fact[2] < 0
        plain = "(%s / %s)" % (a, b)
        return Text(plain, None if safe else plain)

    def rest(self, left: Text, right: Text, expr: tree.Binary) -> Text:
        """%; the zero of floats has the sign of the left operand."""
        a, b = left.fast, right.fast
        value = right.value
        positive = isinstance(value, int) and value > 0
        if positive and value & (value - 1) == 0 and left.raw and not left.fact[0] & (FLOAT | STR):  # type: ignore[operator]
            a = left.raw  # wrapping makes no difference
        plain = "(%s %% %s)" % (a, b)
        if is_whole(left) and is_whole(right) and (right.fact[1] > 0 or right.fact[2] < 0):
            return Text(plain)
        if not (left.fact[0] | right.fact[0]) & (FLOAT | STR):
            return Text(plain, plain)
        if positive and id(expr) in self.unsigned and not left.fact[0] & STR:
            return Text(plain, None if is_number(left) else plain)
        # a text left of % would be formatting: comparing what that gives fails
        fast = "(W if (W := %s %% %s) > 0 or type(W) is int else fail())" % (a, b)
        return Text(fast, fast)

    def whole_quotient(self, left: Text, right: Text) -> Text:
        """//; for floats PUC Lua gives the floor of a quotient, Python something else."""
        a, b = left.fast, right.fast
        numbers = is_number(left) and is_number(right)
        if numbers and (is_float(left) or is_float(right)):
            return Text("idiv(%s, %s)" % (a, b))
        plain = "(%s // %s)" % (a, b)
        small = left.fact[1] > LEAST or right.fact[1] > -1 or right.fact[2] < -1
        if small and not (left.fact[0] | right.fact[0]) & (FLOAT | STR):
            safe = numbers and (right.fact[1] > 0 or right.fact[2] < 0)
            return Text(plain, None if safe else plain)
        test = "" if small else " and -%s < W < %s" % (BOUND, BOUND)
        fast = "(W if type(W := %s) is int%s else fail())" % (plain, test)
        return Text(fast, fast)

    def power(self, left: Text, right: Text) -> Text:
        """^ of floats; where it is no plain one, or Python would raise, `pow_` knows."""
        a, b = left.fast, right.fast
        value = right.value
        as_float = a if is_float(left) else "%s * 1.0" % a
        if value == 2:
            fast = "(%s * %s)" % (a, a) if is_float(left) and left.atom else ""
            fast = fast or "((W := %s) * W)" % as_float
            return Text(fast, None if is_number(left) else fast)
        if value is not None and 0 <= value <= 64 and int(value) == value:
            fast = "((%s) ** %s)" % (as_float, float(value))
            return Text(fast, fast)
        other = "fail()"
        if is_number(left) and is_number(right) and right.atom:
            other = "pow_(W, %s)" % b
        test = "(W := %s) > 0.0" % as_float
        if value is None:  # 2, whose power is a product, is the slow text's
            test += " and %s != 2" % b
        fast = "(W ** %s if %s else %s)" % (b, test, other)
        return Text(fast, fast)

    def bits(self, op: str, left: Text, right: Text, wide: "Fact") -> Text:
        """& | ~ << >>"""
        a, b = left.fast, right.fast
        whole = is_whole(left) and is_whole(right)
        value = right.value
        if op in ("&", "|", "~"):
            if op == "&" and left.raw and isinstance(value, int) and value >= 0:
                a = left.raw
            plain = "(%s %s %s)" % (a, "^" if op == "~" else op, b)
            return Text(plain, None if whole else plain)
        if whole and not isinstance(value, int):
            return Text("%s(%s, %s)" % (HELPERS[op], a, b))
        if op == "<<":
            if isinstance(value, int) and 0 <= value < 64:
                fast = "(%s << %s)" % (a, b)
                if not whole or not facts.within(wide, LEAST, MOST):
                    fast = guarded("%s << %s" % (a, b), (INT, 2 * LEAST, 2 * MOST))
                return Text(fast, None if whole else fast)
            fast = "(wrap(%s << %s) if 0 <= %s < 64 else fail())" % (a, b, b)
            return Text(fast if right.atom else "fail()", fast)
        if isinstance(value, int) and 0 < value < 64:
            if whole and left.fact[1] >= 0:
                return Text("(%s >> %s)" % (a, b))
            if whole and left.atom:
                return Text("(%s >> %s if %s >= 0 else shr(%s, %s))" % (a, b, a, a, b))
            fast = "(W if (W := %s >> %s) >= 0 else fail())" % (a, b)
            return Text(fast, fast)
        return Text("fail()", "fail()")

    def concat(self, expr: tree.Binary) -> Text:
        """A chain of `..`."""
        raise NotImplementedError


def float_text(text: Text) -> str:
    """The text of a constant integer as a float, where it meets a float."""
    value = text.value
    if isinstance(value, int) and -1000000 < value < 1000000:
        return "%d.0" % value if value >= 0 else "(%d.0)" % value
    return text.fast
