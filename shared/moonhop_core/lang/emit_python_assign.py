"""Locals and assignments as Python text."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_expr import ExprEmitter
from moonhop_core.lang.emit_python_text import Text
from moonhop_core.lang.lowered import Spread


class AssignEmitter(ExprEmitter):
    """Emits what gives variables and fields their values."""

    # ------------------------------------------------------------ variables

    def bind(self, var: tree.LocalVar, text: Text) -> None:
        """Make a new local with this value."""
        name = self.names.of(var)
        if var.is_cell:
            slow = "[%s]" % text.slow if text.fails else None
            self.assign(name, Text("[%s]" % text.fast, slow))
            return
        if text.fast != name:
            self.assign(name, text)
        self.keep_dict(var, text.kind)

    def local(self, stat: tree.Local) -> None:
        variables = stat.vars
        exprs = stat.exprs
        if len(variables) == 1 and len(exprs) == 1:
            expr = exprs[0]
            if isinstance(expr, tree.Function) and not variables[0].assigned:
                variables[0].bound = expr  # type: ignore[attr-defined]
                self.bind(variables[0], self.closure(expr))
                return
            if isinstance(expr, (tree.Call, tree.MethodCall)) and not variables[0].is_cell:
                self.call(expr, "one", self.names.of(variables[0]))
                self.keep_dict(variables[0])
                return
            self.bind(variables[0], self.expr(expr, getattr(variables[0], "tested", False)))
            return
        if not exprs:
            for var in variables:
                self.put(self.names.of(var) + (" = [None]" if var.is_cell else " = None"))
            return
        if self.one_by_one(variables, exprs):
            for at, var in enumerate(variables):
                self.bind(var, self.expr(exprs[at], getattr(var, "tested", False)))
            return
        values = self.values(exprs, len(variables))
        for var, value in zip(variables, values):
            self.bind(var, value)

    def one_by_one(self, variables: "list[tree.LocalVar]", exprs: "list[tree.Expr]") -> bool:
        """May each variable get its value before the next expression is evaluated? There are as
        many of them, no expression takes statements or is affected by the assignments before it."""
        if len(variables) != len(exprs) or any(self.hoists(expr) for expr in exprs):
            return False
        if tree.is_multi(exprs[-1]) or isinstance(exprs[-1], Spread):
            return False
        for at in range(1, len(exprs)):
            if mentions(exprs[at], variables[:at]) or variables[at] in variables[:at]:
                return False
        return True

    def values(self, exprs: "list[tree.Expr]", count: int, fields: bool = False) -> "list[Text]":
        """Exactly `count` values, evaluated in order; none reads a variable any more, unless they
        all go to fields."""
        last = exprs[-1]
        multi = tree.is_multi(last) or isinstance(last, Spread)
        if multi and len(exprs) <= count and len(exprs) != count:
            held = [Text(name, None, "", True) for name in self.sequence_before(exprs)]
            held = [self.away(text) for text in held]
            wanted = count - len(held)
            if isinstance(last, (tree.Call, tree.MethodCall)):
                raw = self.call(last, "multi")
            else:
                raw = self.varargs() if isinstance(last, tree.Vararg) else self.spread_name(last)
            names = [self.temp() for _ in range(wanted)]
            self.put(
                "%s = %s if %s(%s) is %s and len(%s) == %d else adjust(%s, %d)"
                % (
                    ", ".join(names),
                    raw,
                    "type",
                    raw,
                    "tuple",
                    raw,
                    wanted,
                    raw,
                    wanted,
                )
            )
            return held + [Text(name, None, "", True) for name in names]
        texts = self.sequence(exprs[:count])
        texts = [text if fields and text.atom else self.away(text) for text in texts]
        for expr in exprs[count:]:
            if self.hoists(expr):
                self.expr(expr)
            else:
                self.away(self.expr(expr))
        while len(texts) < count:
            texts.append(Text("None", None, "nil", True))
        self.flush()
        return texts

    def spread_name(self, expr: tree.Expr) -> str:
        assert isinstance(expr, Spread)
        return self.names.of(expr.var)

    def away(self, text: Text) -> Text:
        """Put a value where assignments to variables do not reach it."""
        if text.atom and (text.fast[:1] == "T" and text.fast[1:].isdigit()):
            return text
        if text.atom and not text.fast.endswith("_") and "_" not in text.fast:
            return text  # a constant
        name = self.temp()
        self.pending.append((name, text))
        return text.named(name)

    def local_function(self, stat: tree.LocalFunction) -> None:
        var = stat.var
        func = stat.func
        name = self.names.of(var)
        if var.is_cell:
            self.put("%s = [None]" % name)
            self.put("%s[0] = %s" % (name, self.closure(func).fast))
            return
        if not var.assigned:
            var.bound = func  # type: ignore[attr-defined]
        if var in func.upvalues:
            self.put("%s = blank(%s[%d])" % (name, "P", func.number))
            self.put("fill(%s, %s)" % (name, self.cells(func)))
        else:
            self.put("%s = %s" % (name, self.closure(func).fast))

    # ------------------------------------------------------------ assignment

    def assignment(self, stat: tree.Assign) -> None:
        if len(stat.targets) == 1 and len(stat.exprs) == 1:
            target = stat.targets[0]
            if isinstance(target, tree.LocalRef):
                tested = getattr(target.var, "tested", False)
                self.set_local(target.var, self.expr(stat.exprs[0], tested))
            elif isinstance(target, tree.Global):
                self.set_global(target, self.expr(stat.exprs[0]))
            else:
                assert isinstance(target, tree.Index)
                if is_append(target) and not self.hoists(stat.exprs[0]):
                    self.append(target, stat.exprs[0])
                    return
                obj, key, value = self.sequence([target.obj, target.key, stat.exprs[0]])
                self.set_index(target, obj, self.key_text(target.key, key), value)
            return
        changed = [target.var for target in stat.targets if isinstance(target, tree.LocalRef)]
        if len(changed) == len(stat.targets) and self.one_by_one(changed, stat.exprs):
            for at, var in enumerate(changed):
                self.set_local(var, self.expr(stat.exprs[at], getattr(var, "tested", False)))
            return
        parts: "list[Text]" = []
        for target in stat.targets:
            if isinstance(target, tree.Index):
                for part in (target.obj, target.key):
                    text = self.expr(part)
                    if not (self.steady(part, False) and text.atom) or mentions(part, changed):
                        text = self.away(text)
                    parts.append(self.key_text(part, text) if part is target.key else text)
        fields = all(isinstance(target, tree.Index) for target in stat.targets)
        values = self.values(stat.exprs, len(stat.targets), fields)
        self.flush()
        for target in reversed(stat.targets):  # PUC Lua assigns from right to left
            value = values.pop()
            if isinstance(target, tree.LocalRef):
                self.set_local(target.var, value)
            elif isinstance(target, tree.Global):
                self.set_global(target, value)
            else:
                assert isinstance(target, tree.Index)
                key = parts.pop()
                obj = parts.pop()
                self.set_index(target, obj, key, value)

    def set_local(self, var: tree.LocalVar, text: Text) -> None:
        name = self.names.of(var)
        self.assign(name + "[0]" if var.is_cell else name, text)


def is_append(target: tree.Index) -> bool:
    """Is it `t[#t + 1]` of a local t?"""
    key = target.key
    if not isinstance(target.obj, tree.LocalRef) or not isinstance(key, tree.Binary):
        return False
    if key.op != "+" or not isinstance(key.left, tree.Unary) or key.left.op != "#":
        return False
    length = key.left.operand
    if not isinstance(length, tree.LocalRef) or length.var is not target.obj.var:
        return False
    return (
        isinstance(key.right, tree.Const) and type(key.right.value) is int and key.right.value == 1
    )


def mentions(expr: tree.Node, variables: "list[tree.LocalVar]") -> bool:
    """Does an expression without functions in it read one of the variables? A cell may always be
    read, by a metamethod."""
    for var in variables:
        if var.is_cell:
            return True
    todo = [expr]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.LocalRef) and node.var in variables:
            return True
        todo.extend(tree.children(node))
    return False
