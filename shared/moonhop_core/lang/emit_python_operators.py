"""Operators, `and` and `or` as Python text."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_conditions import ConditionEmitter
from moonhop_core.lang.emit_python_text import (
    BOUND,
    DEEP,
    HELPERS,
    NUMBER,
    SURE,
    WHOLE,
    Text,
    is_condition,
)


class OperatorEmitter(ConditionEmitter):
    """Emits operators, `and` and `or`."""

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
        slow = "%s(%s, %s)" % (HELPERS[op], left.slow, right.slow)
        text = self.deeper(self.arithmetic(op, left, right, expr, slow), left, right)
        return text

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

    def arithmetic(self, op: str, left: Text, right: Text, expr: tree.Binary, slow: str) -> Text:
        a = left.fast
        b = right.fast
        numbers = left.kind in NUMBER and right.kind in NUMBER
        whole = left.kind in WHOLE and right.kind in WHOLE
        fails = left.fails or right.fails or not numbers
        value = expr.right.value if isinstance(expr.right, tree.Const) else None
        if op in ("+", "-", "*"):
            plain = "(%s %s %s)" % (a, op, b)
            if numbers and "float" in (left.kind, right.kind):
                return Text(plain, slow if fails else None, "float")
            if op != "*" and left.kind == "small" and right.kind == "small":
                return Text(plain, slow if fails else None, "int")
            name = "W"
            fast = "(%s if -%s < (%s := %s %s %s) < %s else wrap(%s))" % (
                name,
                BOUND,
                name,
                a,
                op,
                b,
                BOUND,
                name,
            )
            return Text(fast, slow if fails else None, "int" if whole else "num" if numbers else "")
        if op == "/":
            safe = not fails and value is not None and value != 0
            return Text("(%s / %s)" % (a, b), None if safe else slow, "float" if numbers else "")
        positive = type(value) is int and 0 < value < 0x3FFFFFFF
        if op == "%":
            # a float's zero keeps the sign of the left operand: the slow text's business
            kind = "small" if left.kind in WHOLE and positive else "num" if numbers else ""
            if positive or right.kind in WHOLE:
                safe = not fails and positive and left.kind in WHOLE
                return Text("(%s %% %s)" % (a, b), None if safe else slow, kind)
            name = "W"
            fast = "(%s if (%s := %s %% %s) or %s(%s) is %s else fail())" % (
                name,
                name,
                a,
                b,
                "type",
                name,
                "int",
            )
            return Text(fast, slow, kind)
        if op == "//":
            if left.kind in WHOLE and positive:
                return Text("(%s // %s)" % (a, b), slow if fails else None, "int")
            kind = "int" if whole else "num" if numbers else ""
            if positive or whole:
                name = "W"
                fast = "(%s if -%s < (%s := %s // %s) < %s else fail())" % (
                    name,
                    BOUND,
                    name,
                    a,
                    b,
                    BOUND,
                )
                return Text(fast, slow, kind)
            name = "W"
            fast = "(%s if %s(%s := %s // %s) is %s and -%s < %s < %s else fail())" % (
                name,
                "type",
                name,
                a,
                b,
                "int",
                BOUND,
                name,
                BOUND,
            )
            return Text(fast, slow, kind)
        if op == "^":
            if value == 2 and left.kind == "float" and left.atom:
                return Text("(%s * %s)" % (a, a), None, "float")
            if type(value) in (int, float) and 0 <= value <= 64 and int(value) == value:  # type: ignore[arg-type,operator]
                return Text(
                    "((%s + 0.0) ** %s)" % (a, float(value)),
                    slow,
                    "float" if numbers else "",
                )
            return Text("fail()", slow, "float" if numbers else "")
        if op in ("&", "|", "~"):
            sign = "^" if op == "~" else op
            fails = fails or not whole
            return Text(
                "(%s %s %s)" % (a, sign, b), slow if fails else None, "int" if numbers else ""
            )
        if op == "<<" and positive and value < 32:  # type: ignore[operator]
            name = "W"
            fast = "(%s if -%s < (%s := %s << %s) < %s else wrap(%s))" % (
                name,
                BOUND,
                name,
                a,
                b,
                BOUND,
                name,
            )
            return Text(fast, slow, "int" if numbers else "")
        if op == ">>" and positive and value < 64:  # type: ignore[operator]
            name = "W"
            fast = "(%s if (%s := %s >> %s) >= 0 else fail())" % (name, name, a, b)
            return Text(fast, slow, "int" if numbers else "")
        return Text("fail()", slow, "int" if numbers else "")

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
        fast = []
        strings = 0
        for text in texts:
            if text.kind in WHOLE:
                fast.append("%s(%s)" % ("str", text.fast))
            else:
                fast.append(text.fast)
            strings += text.kind == "str" or text.kind in WHOLE
        slow = "concat((%s,))" % ", ".join([text.slow for text in texts])
        if len(texts) == 2 and strings:
            result = "(%s + %s)" % (fast[0], fast[1])
        else:
            result = "''.join((%s,))" % ", ".join(fast)
        fails = strings < len(texts) or any(text.fails for text in texts)
        found = Text(result, slow if fails else None, "" if strings < len(texts) else "str")
        for text in texts:
            self.deeper(found, found if found.depth >= text.depth else text)
        return found

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
            if operand.kind in ("small", "float"):
                text = Text("(-%s)" % operand.fast, slow if operand.fails else None, operand.kind)
            else:
                name = "W"
                fast = "(%s if (%s := -%s) < %s else wrap(%s))" % (
                    name,
                    name,
                    operand.fast,
                    BOUND,
                    name,
                )
                known = operand.kind if operand.kind in NUMBER else ""
                fails = operand.fails or not known
                text = Text(fast, slow if fails else None, known)
        elif op == "#":
            self.note("U#", expr.operand)
            if operand.kind == "str":
                text = Text("%s(%s)" % ("len", operand.fast), None, "small")
                text.fails = operand.fails
                text.slow = "length(%s)" % operand.slow
            else:
                text = Text("size(%s)" % operand.fast, "length(%s)" % operand.slow)
        else:
            self.note("A~l", expr.operand)
            text = Text(
                "(~%s)" % operand.fast,
                None if operand.kind in WHOLE and not operand.fails else "bnot(%s)" % operand.slow,
                "int" if operand.kind in NUMBER else "",
            )
        return self.deeper(text, operand)

    def shortcut(self, expr: "tree.And | tree.Or") -> Text:
        """`a and b`, `a or b` as a value."""
        is_and = isinstance(expr, tree.And)
        left_is_cond = is_condition(expr.left)
        if not self.hoists(expr.right):
            held = self.pending
            if left_is_cond:
                test = self.cond(expr.left)
            else:
                left = self.expr(expr.left, maybe_nil=True)
            held = self.pending
            self.pending = []
            right = self.expr(expr.right)
            if not self.pending:
                self.pending = held
                if left_is_cond:
                    other = "FALSE" if is_and else "TRUE"
                    kind = "bool" if right.kind == "bool" else ""
                    fails = test.fails or right.fails
                    if is_and:
                        form = "(%s if %s else %s)"
                        return self.deeper(
                            Text(
                                form % (right.fast, test.fast, other),
                                form % (right.slow, test.slow, other) if fails else None,
                                kind,
                            ),
                            test,
                            right,
                        )
                    form = "(%s if %s else %s)"
                    return self.deeper(
                        Text(
                            form % (other, test.fast, right.fast),
                            form % (other, test.slow, right.slow) if fails else None,
                            kind,
                        ),
                        test,
                        right,
                    )
                if left.kind == "nil" or left.kind in SURE:
                    sure = left.kind != "nil"
                    return self.chosen(left, right, sure == is_and)
                no = "FALSE"
                if left.atom:
                    name = base = slow_base = left.fast
                else:
                    name = "W"
                    base = "(%s := %s)" % (name, left.fast)
                    slow_base = "(%s := %s)" % (name, left.slow)
                if is_and:
                    form = "(%s if %s is not None and %s is not %s else %s)"
                    fast = form % (right.fast, base, name, no, name)
                    slow = form % (right.slow, slow_base, name, no, name)
                else:
                    form = "(%s if %s is not None and %s is not %s else %s)"
                    fast = form % (name, base, name, no, right.fast)
                    slow = form % (name, slow_base, name, no, right.slow)
                kind = right.kind if right.kind == left.kind else ""
                fails = left.fails or right.fails
                return self.deeper(Text(fast, slow if fails else None, kind), left, right)
            self.pending = held
            if left_is_cond:
                left = self.as_value(test)
        else:
            left = self.expr(expr.left, maybe_nil=True)
        name = self.temp()
        self.assign(name, left)
        no = "FALSE"
        test_text = (
            "if %s is not None and %s is not %s:" if is_and else "if %s is None or %s is %s:"
        )
        self.put(test_text % (name, name, no))
        self.indent += 1
        self.assign(name, self.expr(expr.right))
        self.indent -= 1
        return Text(name, None, "", True)

    def chosen(self, left: Text, right: Text, second: bool) -> Text:
        """`left` and then `right`, of which the value is one, known beforehand."""
        if left.atom:
            return right if second else left
        name = self.atom(left)
        return right if second else Text(name, None, left.kind, True)
