"""Calls, lists of values, closures and table constructors as Python text."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_operators import OperatorEmitter
from moonhop_core.lang.emit_python_text import (
    STRING_METHODS,
    WHOLE,
    Text,
    dotted,
    is_temp,
    single_call,
)
from moonhop_core.lang.literals import quoted
from moonhop_core.lang.lowered import Spread


class CallEmitter(OperatorEmitter):
    """Emits what takes several values."""

    def closure(self, expr: tree.Function) -> Text:
        """A new function value; its cells are those of its prototype's upvalues."""
        cells = self.cells(expr)
        return Text("new(%s[%d], %s)" % ("P", expr.number, cells), None, "function")

    def cells(self, expr: tree.Function) -> str:
        if not expr.upvalues:
            return "()"
        return "(%s,)" % ", ".join([self.names.of(var) for var in expr.upvalues])

    def table(self, expr: tree.Table) -> Text:
        if not expr.items:
            name = self.temp()
            self.make(name, "{}")
            self.put("%s.meta = None" % name)
            return Text(name, None, "table", True)
        parts: "list[tree.Expr]" = []
        for item in expr.items:
            if item.key is not None:
                parts.append(item.key)
            parts.append(item.value)
        last = expr.items[-1]
        several = last.key is None and (tree.is_multi(last.value) or isinstance(last.value, Spread))
        if several:
            parts.pop()
        if len(parts) > 60:
            return self.big_table(expr, several)
        if several and self.hoists(last.value):
            texts = [self.hold(part) for part in parts]
        else:
            texts = self.sequence(parts)
        pairs: "list[str]" = []
        doubtful: "list[str]" = []
        odd: "list[tuple[str, str]]" = []
        position = 0
        at = 0
        holes = False
        for item in expr.items[: len(expr.items) - 1 if several else None]:
            if item.key is not None:
                key_text = self.key_text(item.key, texts[at])
                at += 1
                plain = key_text.kind in WHOLE or key_text.kind in ("str", "bool")
                key = key_text.fast if plain and key_text.atom else self.atom(key_text)
            else:
                position += 1
                key = str(position)
                plain = True
            text = texts[at]
            at += 1
            value = text.fast if text.atom else self.atom(text)
            if not plain:
                odd.append((key, value))
                continue
            if text.kind == "nil":
                holes = holes or item.key is None
                continue
            if not text.kind:
                doubtful.append(value)
            pairs.append("%s: %s" % (key, value))
        name = self.temp()
        display = "{%s}" % ", ".join(pairs)
        self.make(name, display)
        seen = []
        for value in doubtful:
            if value not in seen:
                seen.append(value)
        if seen:
            self.put("if %s:" % " or ".join([value + " is None" for value in seen]))
            self.indent += 1
            self.put("clean(%s, %d)" % (name, position))
            self.indent -= 1
        elif holes:
            self.put("%s.n = %d" % (name, position))
        for key, value in odd:
            self.put("setindex(%s, %s, %s)" % (name, key, value))
        if several:
            self.put("spread(%s, %d, %s)" % (name, position, self.several([last.value])))
        return Text(name, None, "table", True)

    def make(self, name: str, display: str) -> None:
        """A new table of these pairs."""
        self.put("%s = make(Table)" % name)
        self.put("%s.h = %s" % (name, display))

    def big_table(self, expr: tree.Table, several: bool) -> Text:
        """A constructor with many items: filled a few at a time, in order."""
        name = self.temp()
        base = self.temps
        self.make(name, "{}")
        self.put("%sh = %s.h" % (name, name))
        position = 0
        for item in expr.items:
            self.temps = base
            if item.key is None:
                if several and item is expr.items[-1]:
                    self.put("spread(%s, %d, %s)" % (name, position, self.several([item.value])))
                    break
                position += 1
                key = Text(str(position), None, "small", True)
            else:
                key = self.key_text(item.key, self.hold(item.key))
            value = self.hold(item.value)
            plain = key.kind in WHOLE or key.kind in ("str", "bool")
            if plain and value.kind and value.kind != "nil":
                self.put("%sh[%s] = %s" % (name, key.fast, value.fast))
            else:
                self.put("setindex(%s, %s, %s)" % (name, key.fast, value.fast))
        self.put("%s.n = %d" % (name, position))
        return Text(name, None, "table", True)

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

    def callee(self, expr: "tree.Call | tree.MethodCall") -> "tuple[str, str]":
        """Evaluate what is called: its name, and the receiver's name ("" for plain calls)."""
        hoisting = False
        for arg in expr.args:
            hoisting = hoisting or self.hoists(arg)
        if isinstance(expr, tree.MethodCall):
            plain = expr.name not in STRING_METHODS
            receiver = dotted(self.hold(expr.obj))
            obj = receiver.fast
            if hoisting and not self.steady(expr.obj, False) and not is_temp(receiver):
                obj = self.atom(Text(obj))
            self.note("I." + expr.name, expr.obj)
            found = self.temp()
            name = quoted(expr.name)
            if not plain:
                text = Text("%s(%s, %s)" % ("method", obj, name))
                self.flush()
                self.line = expr.line
                self.put("%s = %s" % (found, text.fast), self.take_about())
                return found, obj
            form = "(%s[%s] if %s in %s else %s if %s in %s else near(%s, %s))"
            held = self.dict_of(expr.obj) or obj + ".h"
            base = "(W := %s.meta.h['__index'].h)" % obj
            own = "W[%s]" % name
            fast = form % (held, name, name, held, own, name, base, obj, name)
            self.pending.append((found, Text(fast, "index(%s, %s)" % (obj, name))))
            return found, obj
        text = dotted(self.expr(expr.func))
        if text.atom and (not hoisting or self.steady(expr.func, False)):
            return text.fast, ""
        if is_temp(text):
            return text.fast, ""
        name = self.temp()
        self.pending.append((name, text))
        return name, ""

    def call(self, expr: "tree.Call | tree.MethodCall", want: str) -> str:
        """Make a call. want: "one" value, "multi" (the raw result), "drop"; gives a name.
        "tail": return what it gives."""
        self.line = expr.line or self.line
        mark = self.temps
        known = self.known_callee(expr)
        if known:
            func = ""
            receiver = ""
        else:
            func, receiver = self.callee(expr)
        args = expr.args
        single = single_call(expr)
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
            atoms += [self.atom(arg) for arg in self.sequence(args)]
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
        if self.pending:
            self.flush()
        self.line = expr.line or self.line
        self.about = []
        if isinstance(expr, tree.MethodCall):
            self.note("C", expr)
        else:
            self.note("C", expr.func)
        about = self.take_about()
        if want == "tail":
            self.put("return " + text, about)
            return ""
        if want == "drop":
            self.put(text, about)
            return ""
        self.temps = mark
        name = self.temp()
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

    def gives_several(self, expr: tree.Expr) -> bool:
        """May the last of a list of expressions give none or several values?"""
        return isinstance(expr, Spread) or (tree.is_multi(expr) and not single_call(expr))

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
