"""Expressions as Python text: what `emit_python` does with everything that gives a value.

An expression comes out twice. Its **fast** text is plain Python that is right in the common case,
has no side effects, and raises one of `support.E` in all others; its **slow** text says
the same through the helpers of `lua/support.py`. A statement evaluates the fast texts within
`try` and, if that fails, the slow ones within `except`. Calls stand outside, in the order that PUC
Lua makes them in, with their results in temporaries, so nothing is ever called twice and no
callee's error is caught by mistake.

Temporaries are named T1, T2 …; W holds a value while it is tested within an expression, V an
object while it is read twice. There are few of them on purpose: MicroPython keeps a function's
variables on the C stack only if there are no more than a handful. NEAR is the reading of a field
that is not in the table itself: `near` within a `try`, where it may fail, and `get` elsewhere,
where it does all there is to do (`lua/access.py`).
"""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_fields import FieldEmitter
from moonhop_core.lang.emit_python_text import Text
from moonhop_core.lang.facts import INT
from moonhop_core.lang.literals import float_literal, quoted
from moonhop_core.lang.lowered import Spread


class ExprEmitter(FieldEmitter):
    """Emits the expressions of one function."""

    def expr(self, expr: tree.Expr, maybe_nil: bool = False) -> Text:
        """One value. `maybe_nil`: a field that is read may well be absent."""
        if self.ready and id(expr) in self.ready:
            return self.ready.pop(id(expr))
        if isinstance(expr, tree.Const):
            return self.const(expr)
        if isinstance(expr, tree.LocalRef):
            return self.local_ref(expr)
        if isinstance(expr, tree.Global):
            return self.global_ref(expr, maybe_nil).know(self.known.of(expr))
        if isinstance(expr, tree.Index):
            return self.index(expr, maybe_nil).know(self.known.of(expr))
        if isinstance(expr, (tree.Call, tree.MethodCall)):
            return Text(self.call(expr, "one"), None, "", True).know(self.known.of(expr))
        if isinstance(expr, tree.Binary):
            return self.binary(expr)
        if isinstance(expr, tree.Unary):
            return self.unary(expr)
        if isinstance(expr, (tree.And, tree.Or)):
            return self.shortcut(expr)
        if isinstance(expr, tree.Function):
            return self.closure(expr)
        if isinstance(expr, tree.Table):
            return self.table(expr)
        if isinstance(expr, tree.Paren):
            return self.expr(expr.expr)
        if isinstance(expr, tree.Vararg):
            va = self.varargs()
            return Text("(%s[0] if %s else None)" % (va, va))
        if isinstance(expr, Spread):
            va = self.names.of(expr.var)
            return Text("(%s[0] if %s else None)" % (va, va))
        if isinstance(expr, tree.Env):
            return Text("G", None, "table", True)
        raise AssertionError(expr)

    def const(self, expr: tree.Const) -> Text:
        value = expr.value
        if value is None:
            return Text("None", None, "nil", True)
        if value is True or value is False:
            return Text("TRUE" if value else "FALSE", None, "bool", True)
        if isinstance(value, str):
            return Text(quoted(value), None, "str", True)
        if isinstance(value, int):
            found = Text(str(value), None, "", value >= 0).know((INT, value, value))
            found.value = value
            return found
        if value - value != 0:
            text = "NAN" if value != value else "INF" if value > 0 else "NINF"
        else:
            text = float_literal(value)
            if "l" in text:  # a call, made once
                text = self.constant(text)
        found = Text(text, None, "float", text[0] != "-")
        found.value = value
        return found

    def constant(self, text: str) -> str:
        """Return the name of a constant of the module."""
        if text not in self.constants:
            self.constants.append(text)
        return "C%d" % self.constants.index(text)

    def local_ref(self, expr: tree.LocalRef) -> Text:
        var = expr.var
        constant = self.known.survey.constants.get(var)
        if constant is not None:
            return self.const(constant)
        name = self.names.of(var)
        if var.is_cell:
            return Text(name + "[0]").know(self.known.of(expr))
        return Text(name, None, "", True).know(self.known.of(expr))
