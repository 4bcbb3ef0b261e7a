"""What is called: functions and methods as Python text."""

from moonhop_core.lang import builtin_facts, tree
from moonhop_core.lang.emit_python_tables import TableEmitter
from moonhop_core.lang.emit_python_text import STRING_METHODS, Text, dotted, is_temp
from moonhop_core.lang.facts import ANY, TABLE
from moonhop_core.lang.literals import quoted

KNOWN = ("own", "maybe")  # fields that are the table's own


class CalleeEmitter(TableEmitter):
    """Emits what is called."""

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
            name = quoted(expr.name)
            strings = not plain and self.known.builtin("string")  # nobody puts others there
            if strings and receiver.kind == "str":
                return "S[%s]" % name, obj
            self.note("I." + expr.name, expr.obj)
            sure = self.known.of(expr.obj)[0] & ANY == TABLE
            known = self.known_method(expr, obj, name, hoisting or not sure)
            if known and sure and not hoisting:
                return known, obj  # arguments that may fail are evaluated before
            if known:
                found = self.temp()
                self.pending.append((found, Text(known)))
                return found, obj
            found = self.temp()
            if not plain:
                looked_up = "method(%s, %s)" % (obj, name)
                if strings:
                    looked_up = "S[%s] if type(%s) is str else %s" % (name, obj, looked_up)
                about = self.about
                self.flush()
                self.line = expr.line
                self.put("%s = %s" % (found, looked_up), about)
                self.about = []
                return found, obj
            form = "(%s[%s] if %s in %s else W.h[%s] if %s in (W := %s).h else near(W, %s))"
            held = self.dict_of(expr.obj) or obj + ".h"
            above = "%s.meta.h['__index']" % obj
            fast = form % (held, name, name, held, name, name, above, name)
            self.pending.append((found, Text(fast, "index(%s, %s)" % (obj, name))))
            return found, obj
        text = self.known_function(expr, hoisting) or dotted(self.expr(expr.func))
        if not hoisting and text.called:
            return text.fast, ""
        if text.atom and (not hoisting or self.steady(expr.func, False)):
            return text.fast, ""
        if is_temp(text):
            return text.fast, ""
        name = self.temp()
        self.pending.append((name, text))
        return name, ""

    def known_method(self, expr: tree.MethodCall, obj: str, name: str, early: bool) -> str:
        """The text of a method, if facts tell where it is found: an error that it raises can be
        made out. "": it needs a slow text. `early`: arguments are evaluated after it, so it must
        not fail if there is none."""
        types = self.known.of(expr.obj)[0]
        how = self.known.access(types, expr.name)
        held = self.dict_of(expr.obj)
        if not how or how == "maybe":
            return ""
        if not self.may_deref(expr.obj, types):
            return ""
        if how == "own":
            return "%s[%s]" % (held or obj + ".h", name)
        if how == "mixed":
            base = held or obj + ".h"
            return "(%s[%s] if %s in %s else get(%s, %s))" % (base, name, name, base, obj, name)
        if how == "get" or (how == "index" and early):
            return "get(%s, %s)" % (obj, name)
        if not early and any(note[:2] == "H=" for note in self.about):
            return "get(%s, %s)" % (obj, name)
        if how == "index":
            self.about.append("K=method '%s'" % expr.name)
            form = "(W.h[%s] if %s in (W := %s.meta.h['__index']).h else get(W, %s))"
            return form % (name, name, obj, name)
        if early:
            form = "(W.h[%s] if (W := %s.meta) is not None and %s in W.h else get(%s, %s))"
            return form % (name, obj, name, obj, name)
        self.about.append("K=method '%s'" % expr.name)
        self.about.append("M=method '%s'" % expr.name)
        if how == "class":
            return "%s.meta.h[%s]" % (obj, name)
        return "(W.h[%s] if %s in (W := %s.meta).h else get(W, %s))" % (name, name, obj, name)

    def known_function(self, expr: tree.Call, early: bool) -> "Text | None":
        """The same of a function that is a global or a table's field."""
        func = expr.func
        form = "(%s[%s] if %s in %s else None)" if early else "%s[%s]"
        if isinstance(func, tree.Global) and not self.known.open and func.name[:1] != "(":
            if self.known.builtin_called(expr) in builtin_facts.ALONE:
                form = "%s[%s]"
            base, name = "g", quoted(func.name)
        elif isinstance(func, tree.Index) and self.known.builtin_called(expr):
            library, name = self.known.builtin_called(expr).split(".")
            base, name = "g[%s].h" % quoted(library), quoted(name)
            form = "%s[%s]"
        elif (
            isinstance(func, tree.Index)
            and isinstance(func.obj, tree.LocalRef)
            and isinstance(func.key, tree.Const)
            and isinstance(func.key.value, str)
        ):
            types = self.known.of(func.obj)[0]
            if types & ANY != TABLE or self.known.access(types, func.key.value) not in KNOWN:
                return None
            obj = self.expr(func.obj)
            if not obj.atom:
                return None
            base, name = self.dict_of(func.obj) or obj.fast + ".h", quoted(func.key.value)
        else:
            return None
        text = Text(form % ((base, name) if form == "%s[%s]" else (base, name, name, base)))
        if form == "%s[%s]":
            self.note("M", func)
        text.called = True
        return text
