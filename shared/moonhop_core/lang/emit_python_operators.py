"""`..`, unary operators, `and` and `or` as Python text."""

from moonhop_core.lang import facts, tree
from moonhop_core.lang.emit_python_arithmetic import ArithmeticEmitter, guarded, is_number
from moonhop_core.lang.emit_python_text import Text, is_condition
from moonhop_core.lang.facts import ANY, BOOL, INT, NIL, STR

SHORT = 200  # characters: texts of operands that may be there twice


class OperatorEmitter(ArithmeticEmitter):
    """Emits what is no operator on two numbers."""

    def concat(self, expr: tree.Binary) -> Text:
        parts: "list[tree.Expr]" = []
        rest: tree.Expr = expr
        while isinstance(rest, tree.Binary) and rest.op == "..":
            parts.append(rest.left)
            rest = rest.right
        parts.append(rest)
        texts = self.sequence(parts)
        self.line = expr.line or self.line
        for at, part in enumerate(parts):
            self.note("S%d" % at, part)
        pair = len(texts) == 2
        fast = [self.as_string(text, pair) for text in texts]
        slow = "concat((%s,))" % ", ".join([text.slow for text in texts])
        if pair and len(fast[0]) + len(fast[1]) > SHORT:
            pair = False
            fast = [self.as_string(text, False) for text in texts]
        if pair:
            result = "(%s + %s if ADDS else cat(%s, %s))" % (fast[0], fast[1], fast[0], fast[1])
        else:
            result = "join((%s,))" % ", ".join(fast)
        fails = False
        fact = facts.TEXT
        for text in texts:
            fails = fails or text.fails or bool(text.fact[0] & ANY & ~(facts.NUMBER | STR))
            fact = facts.binary("..", fact, text.fact, self.known.meta)
        found = Text(result, slow if fails else None, "str" if fact == facts.TEXT else "")
        if pair:
            found.parts = (fast[0], fast[1], texts[0].fast)
        for text in texts:
            self.deeper(found, found if found.depth >= text.depth else text)
        return found

    def as_string(self, text: Text, pair: bool) -> str:
        """A part of a chain as a string; KeyError if it is none and no number."""
        types = text.fact[0] & ANY
        if types == STR or (pair and not types & facts.NUMBER):
            # two of them must be strings both; anything else raises TypeError
            return text.fast
        if types == INT:
            return "numeral(%s)" % text.fast
        if not types & STR:
            return "text(%s)" % text.fast
        if text.atom:
            return "(%s if type(%s) is str else text(%s))" % (text.fast, text.fast, text.fast)
        return "(W if type(W := %s) is str else text(W))" % text.fast

    def unary(self, expr: tree.Unary) -> Text:
        op = expr.op
        if op == "not":
            return self.as_value(self.cond(expr))
        operand = self.expr(expr.operand)
        self.line = expr.line or self.line
        if op == "-":
            if isinstance(expr.operand, tree.Const) and type(expr.operand.value) in (int, float):
                value = -expr.operand.value  # type: ignore[operator]
                if value != 0 or type(value) is int:
                    return self.const(tree.Const(value, expr.line))
            self.note("A-l", expr.operand)
            slow = "unm(%s)" % operand.slow
            wide = facts.minus(operand.fact, self.known.meta)
            numbers = is_number(operand) and not operand.fails
            plain = "(-%s)" % operand.fast
            if not wide[0] & INT or facts.within(wide, facts.LEAST, facts.MOST):
                text = Text(plain, None if numbers else slow)
            else:
                fast = guarded("-" + operand.fast, (wide[0], 0, wide[2]))
                text = Text(fast, None if numbers else slow)
            text.know(facts.wrapped(wide))
        elif op == "#":
            self.note("U#", expr.operand)
            if operand.kind == "str":
                text = Text("len(%s)" % operand.fast, None, "small")
                text.fails = operand.fails
                text.slow = "length(%s)" % operand.slow
            else:
                text = Text("size(%s)" % operand.fast, "length(%s)" % operand.slow)
            text.know(facts.length(operand.fact, self.known.meta))
        else:
            self.note("A~l", expr.operand)
            whole = operand.fact[0] & ANY == INT and not operand.fails
            text = Text("(~%s)" % operand.fast, None if whole else "bnot(%s)" % operand.slow)
            text.know(
                facts.wrapped(facts.binary("~", operand.fact, (INT, -1, -1), self.known.meta))
            )
        return self.deeper(text, operand)

    def shortcut(self, expr: "tree.And | tree.Or") -> Text:
        """`a and b`, `a or b` as a value."""
        is_and = isinstance(expr, tree.And)
        if isinstance(expr, tree.Or) and isinstance(expr.left, tree.And):
            chosen = self.chosen(expr, expr.left)
            if chosen is not None:
                return chosen
        left_is_cond = is_condition(expr.left)
        test = left = self.cond(expr.left) if left_is_cond else self.expr(expr.left, maybe_nil=True)
        if not self.hoists(expr.right):
            held = self.pending
            self.pending = []
            right = self.expr(expr.right)
            if not self.pending:
                self.pending = held
                if left_is_cond:
                    return self.tested(is_and, test, right)
                return self.one_of(is_and, left, right)
            self.pending = held
        if left_is_cond:
            left = self.as_value(test)
        name = self.temp()
        self.assign(name, left)
        test_text = "if %s is not None and %s is not FALSE:" if is_and else None
        self.put((test_text or "if %s is None or %s is FALSE:") % (name, name))
        self.indent += 1
        right = self.expr(expr.right)
        self.assign(name, right)
        self.indent -= 1
        join = facts.both if is_and else facts.either
        return Text(name, None, "", True).know(join(left.fact, right.fact))

    def chosen(self, expr: tree.Or, left: tree.And) -> "Text | None":
        """`a and b or c` where b is neither nil nor false: one of two values. None if it is not
        that, or takes statements."""
        if self.known.of(left.right)[0] & (NIL | BOOL) or not self.known.of(left.right)[0]:
            return None
        if self.hoists(left.right) or self.hoists(expr.right):
            return None
        held = self.pending
        about = list(self.about)
        self.pending = []
        first = self.expr(left.right)
        second = self.expr(expr.right)
        plain = not self.pending
        self.pending = held
        if not plain:
            self.about = about
            return None
        test = self.cond(left.left)
        form = "(%s if %s else %s)"
        fails = test.fails or first.fails or second.fails
        slow = form % (first.slow, test.slow, second.slow) if fails else None
        text = Text(form % (first.fast, test.fast, second.fast), slow)
        text.know(facts.join(first.fact, second.fact))
        self.deeper(text, test, first)
        return self.deeper(text, text, second)

    def tested(self, is_and: bool, test: Text, right: Text) -> Text:
        """A condition, and then `right` or a boolean."""
        fails = test.fails or right.fails
        if is_and:
            form = "(%s if %s else FALSE)"
            fast = form % (right.fast, test.fast)
            slow = form % (right.slow, test.slow)
        else:
            form = "(TRUE if %s else %s)"
            fast = form % (test.fast, right.fast)
            slow = form % (test.slow, right.slow)
        text = Text(fast, slow if fails else None)
        return self.deeper(text.know(facts.join(facts.TRUTH, right.fact)), test, right)

    def one_of(self, is_and: bool, left: Text, right: Text) -> Text:
        """The value of `left`, if that decides, or of `right`."""
        types = left.fact[0] & ANY
        if types == NIL or not types & (NIL | BOOL):
            if (types != NIL) != is_and:
                return left
            if not left.fails and not left.soft:
                return right
            form = "(%s, %s)[1]"  # only an error matters
            slow = form % (left.slow, right.slow) if left.fails or right.fails else None
            text = Text(form % (left.fast, right.fast), slow)
            return self.deeper(text.know(right.fact), left, right)
        if left.atom:
            name = base = slow_base = left.fast
        else:
            name = "W"
            base = "(W := %s)" % left.fast
            slow_base = "(W := %s)" % left.slow
        if not types & NIL:
            test = "%s is not FALSE"
        elif not types & BOOL:
            test = "%s is not None"
        else:
            test = "%s is not None and " + name + " is not FALSE"
        fails = left.fails or right.fails
        if is_and:
            fast = "(%s if %s else %s)" % (right.fast, test % base, name)
            slow = "(%s if %s else %s)" % (right.slow, test % slow_base, name)
            fact = facts.both(left.fact, right.fact)
        else:
            fast = "(%s if %s else %s)" % (name, test % base, right.fast)
            slow = "(%s if %s else %s)" % (name, test % slow_base, right.slow)
            fact = facts.either(left.fact, right.fact)
        return self.deeper(Text(fast, slow if fails else None).know(fact), left, right)
