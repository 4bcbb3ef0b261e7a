"""Calls, lists of values and closures as Python text."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_callee import CalleeEmitter
from moonhop_core.lang.emit_python_text import NEAR, Text, is_temp
from moonhop_core.lang.lowered import Spread

# Notes of what is looked up in a call's own line; those that belong to it however it is written.
LOOKED_UP = ("M=", "K=")
KEPT = ("H=", "M=", "K=")


class CallEmitter(CalleeEmitter):
    """Emits what takes several values."""

    def closure(self, expr: tree.Function) -> Text:
        """A new function value; its cells are those of its prototype's upvalues."""
        cells = self.cells(expr)
        return Text("new(%s[%d], %s)" % ("P", expr.number, cells), None, "function")

    def cells(self, expr: tree.Function) -> str:
        if not expr.upvalues:
            return "()"
        return "(%s,)" % ", ".join([self.names.of(var) for var in expr.upvalues])

    def several(self, exprs: "list[tree.Expr]") -> str:
        """All values of a list as a Python tuple (an expression that cannot fail)."""
        if not exprs:
            return "()"
        last = exprs[-1]
        if not self.gives_several(last):
            texts = [self.atom(text) for text in self.sequence(exprs)]
            return "(%s,)" % ", ".join(texts)
        before = self.sequence_before(exprs)
        if isinstance(last, tree.Vararg):
            rest = self.varargs()
        elif isinstance(last, Spread):
            rest = self.names.of(last.var)
        else:
            assert isinstance(last, (tree.Call, tree.MethodCall))
            result = self.call(last, "multi")
            rest = "(%s if %s(%s) is %s else (%s,))" % (
                result,
                "type",
                result,
                "tuple",
                result,
            )
        if not before:
            return rest
        return "(%s,) + %s" % (", ".join(before), rest)

    def sequence_before(self, exprs: "list[tree.Expr]") -> "list[str]":
        """Everything but the last of a list, evaluated before the last one's calls."""
        last = exprs[-1]
        if isinstance(last, (tree.Vararg, Spread)):
            return [self.atom(text) for text in self.sequence(exprs[:-1])]
        texts = self.sequence_held(exprs[:-1])
        return texts

    def sequence_held(self, exprs: "list[tree.Expr]") -> "list[str]":
        """Evaluate for good, in order: calls come after."""
        held = []
        for at, expr in enumerate(exprs):
            text = self.expr(expr)
            if self.steady(expr, False) or is_temp(text):
                held.append(text.fast)
                if not text.atom:
                    held[at] = self.atom(text)
            else:
                held.append(self.atom(text))
        return held

    def call(
        self, expr: "tree.Call | tree.MethodCall", want: str, target: "str | None" = None
    ) -> str:
        """Make a call. want: "one" value, "multi" (the raw result), "drop"; gives a name, that of
        the target if there is one. "tail": return what it gives."""
        self.line = expr.line or self.line
        mark = self.temps
        known = self.known_callee(expr)
        if known:
            func = ""
            receiver = ""
        else:
            func, receiver = self.callee(expr)
        args = expr.args
        single = self.known.single(expr)
        if args and self.gives_several(args[-1]) and not self.takes_one(expr):
            for_start = isinstance(expr, tree.Call) and self.is_for_start(expr)
            before = len(args) + (1 if receiver else 0)
            if before <= 4 and not for_start and isinstance(args[-1], (tree.Call, tree.MethodCall)):
                atoms = [receiver] if receiver else []
                atoms += self.sequence_before(args)
                last = self.call(args[-1], "multi")
                several = "(%s,) + %s" % (", ".join(atoms), last) if atoms else last
                text = "%s.c%d(%s) if type(%s) is not tuple else %s.cn(%s)" % (
                    func,
                    before,
                    ", ".join(atoms + [last]),
                    last,
                    func,
                    several,
                )
            else:
                given = self.several(args)
                if receiver:
                    given = "(%s,) + %s" % (receiver, given)
                text = "%s.cn(%s)" % (func, given)
            if isinstance(expr, tree.Call) and self.is_for_start(expr):
                text = "forstart(%s)" % given
        else:
            atoms = [receiver] if receiver else []
            atoms += self.given(args)
            if isinstance(expr, tree.Call) and self.is_for_start(expr):
                text = "forstart((%s,))" % ", ".join(atoms)
            elif known:
                arity = len(self.function.params)
                atoms = atoms[:arity] + ["None"] * (arity - len(atoms))
                text = "run(%s)" % ", ".join(atoms)
            elif self.takes_many(expr):
                text = "%s.run(%s)" % (func, ", ".join(atoms))
            elif len(atoms) <= 4:
                text = "%s.c%d(%s)" % (func, len(atoms), ", ".join(atoms))
            else:
                text = "%s.cn((%s,))" % (func, ", ".join(atoms))
        noted = list(self.about)
        if self.pending:
            if func[-1:] in ("]", ")"):  # it is looked up in the call's own line
                self.about = [note for note in noted if note[:2] not in LOOKED_UP]
            self.flush()
        if NEAR not in text:
            noted = [note for note in noted if note[:2] in KEPT]
        self.about = noted
        self.line = expr.line or self.line
        self.note_call(expr)
        about = self.take_about()
        if want == "tail":
            self.put("return " + text, about)
            return ""
        if want == "drop":
            self.put(text, about)
            return ""
        self.temps = mark
        name = target or self.temp()
        self.put("%s = %s" % (name, text), about)
        if want == "one" and not single:
            self.put(
                "if %s(%s) is %s: %s = %s[0] if %s else None"
                % ("type", name, "tuple", name, name, name)
            )
        return name

    def is_for_start(self, expr: tree.Call) -> bool:
        return isinstance(expr.func, tree.Global) and expr.func.name == "(for)"

    def known_callee(self, expr: "tree.Call | tree.MethodCall") -> bool:
        """Is this a direct function's call of itself, whose Python function can be called?"""
        if not isinstance(expr, tree.Call) or not isinstance(expr.func, tree.LocalRef):
            return False
        var = expr.func.var
        if var.assigned or getattr(var, "bound", None) is not self.function:
            return False
        function = self.function
        if self.proto.frame or function.is_vararg or len(function.params) > 4:
            return False
        args = expr.args
        if args and self.gives_several(args[-1]) and not self.takes_one(expr):
            return False
        return len(args) <= len(function.params)

    def takes_one(self, expr: "tree.Call | tree.MethodCall") -> bool:
        """Is it a call of a known function that takes no more than one value of the last
        argument?"""
        if not isinstance(expr, tree.Call) or not isinstance(expr.func, tree.LocalRef):
            return False
        function = getattr(expr.func.var, "bound", None)
        if function is None or function.is_vararg:
            return False
        return len(expr.args) >= len(function.params)

    def given(self, args: "list[tree.Expr]") -> "list[str]":
        """The arguments of a call, in order: names, and behind the last one that has to be
        evaluated beforehand texts that cannot fail."""
        texts = self.sequence(args)
        last = len(texts)
        while last and not (texts[last - 1].fails or texts[last - 1].soft):
            last -= 1
        for at in range(last):
            texts[at] = Text(self.atom(texts[at]), None, texts[at].kind, True)
        return [text.fast for text in texts]

    def gives_several(self, expr: tree.Expr) -> bool:
        """May the last of a list of expressions give none or several values?"""
        return isinstance(expr, Spread) or (tree.is_multi(expr) and not self.known.single(expr))

    def takes_many(self, expr: "tree.Call | tree.MethodCall") -> bool:
        """Is it a call of a known direct function with more than four parameters?"""
        if not isinstance(expr, tree.Call) or not isinstance(expr.func, tree.LocalRef):
            return False
        function = getattr(expr.func.var, "bound", None)
        if function is None or self.protos[function.number].frame:
            return False
        return function.is_vararg or len(function.params) > 4

    def varargs(self) -> str:
        """The tuple of a vararg function's extra arguments."""
        if self.proto.varargs is not None:
            return self.names.of(self.proto.varargs)
        return "va"
