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
                self.bind(variables[0], self.closure(expr))
                return
            self.bind(variables[0], self.expr(expr, getattr(variables[0], "tested", False)))
            return
        if not exprs:
            for var in variables:
                self.put(self.names.of(var) + (" = [None]" if var.is_cell else " = None"))
            return
        values = self.values(exprs, len(variables))
        for var, value in zip(variables, values):
            self.bind(var, value)

    def values(self, exprs: "list[tree.Expr]", count: int) -> "list[Text]":
        """Exactly `count` values, evaluated in order; none reads a variable any more."""
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
        texts = [self.away(text) for text in texts]
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
        return Text(name, None, text.kind, True)

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
                obj, key, value = self.sequence([target.obj, target.key, stat.exprs[0]])
                self.set_index(target, obj, self.key_text(target.key, key), value)
            return
        parts: "list[Text]" = []
        for target in stat.targets:
            if isinstance(target, tree.Index):
                for part in (target.obj, target.key):
                    text = self.away(self.expr(part))
                    parts.append(self.key_text(part, text) if part is target.key else text)
        values = self.values(stat.exprs, len(stat.targets))
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
