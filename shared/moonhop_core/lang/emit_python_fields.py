"""Fields of tables as Python text: reading and writing them.

A local that is never assigned again and indexed more than once has its table's dict beside it, in a
variable of its own: `x_h` for `x_`, or the empty dict `NONE` if it holds no table. With that,
reading a field by name needs no `try`.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_call import CallEmitter
from moonhop_core.lang.emit_python_text import NEAR, WHOLE, Text, dotted
from moonhop_core.lang.facts import ANY, NIL, TABLE
from moonhop_core.lang.literals import quoted

ENOUGH = 3  # mentions that make a dict of its own worth while; those in loops count twice


def indexed_locals(function: tree.Function) -> "set[tree.LocalVar]":
    """Return the locals of a function whose tables' dicts are worth keeping beside them."""
    counts: "dict[tree.LocalVar, int]" = {}
    count_below(function.body, 1, function, counts)
    return {var for var in counts if counts[var] >= ENOUGH}


def count_below(
    node: tree.Node, weight: int, function: tree.Function, counts: "dict[tree.LocalVar, int]"
) -> None:
    """Count how often each local is indexed."""
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Function):
            continue
        if isinstance(node, (tree.Index, tree.MethodCall)):
            obj = node.obj
            if isinstance(obj, tree.LocalRef):
                var = obj.var
                if var.owner is function and not var.assigned and not var.temp:
                    counts[var] = counts.get(var, 0) + weight
        for child in tree.children(node):
            if isinstance(child, tree.Block) and is_loop(node):
                count_below(child, 2, function, counts)
            else:
                todo.append(child)


def is_loop(node: tree.Node) -> bool:
    """Is it a statement that repeats its block?"""
    return isinstance(node, (tree.While, tree.Repeat, tree.NumericFor, tree.GenericFor))


class FieldEmitter(CallEmitter):
    """Emits fields and globals."""

    # ------------------------------------------------------------ dicts beside locals

    def find_dicts(self) -> None:
        """Decide which locals have their dicts beside them."""
        if not (self.proto.frame or self.proto.flat):
            self.indexed = indexed_locals(self.function)

    def keep_dict(self, var: tree.LocalVar, kind: str = "") -> None:
        """Put the local's dict beside it, now that it has its value."""
        if var in self.indexed:
            self.kept.add(var)
            name = self.names.of(var)
            types = self.known.survey.local(var).fact[0] & ANY
            if kind == "table" or types == TABLE:
                self.put("%sh = %s.h" % (name, name))
            elif types == TABLE | NIL:
                self.put("%sh = %s.h if %s is not None else NONE" % (name, name, name))
            else:
                self.put("%sh = %s.h if type(%s) is Table else NONE" % (name, name, name))

    # ------------------------------------------------------------ reading

    def global_ref(self, expr: tree.Global, maybe_nil: bool) -> Text:
        key = quoted(expr.name)
        if maybe_nil:
            return Text("(g[%s] if %s in g else %s(G, %s))" % (key, key, NEAR, key))
        return Text("g[%s]" % key, "index(G, %s)" % key)

    def index(self, expr: tree.Index, maybe_nil: bool) -> Text:
        self.line = expr.line or self.line
        obj, key = self.sequence([expr.obj, expr.key], True)
        obj = dotted(obj)
        key = self.key_text(expr.key, key)
        self.note(index_note(expr.key), expr.obj)
        if isinstance(expr.key, tree.Const):
            maybe_nil = maybe_nil or expr.key.value in self.absent
        slow: "str | None" = "index(%s, %s)" % (obj.slow, key.slow)
        k = key.fast
        if isinstance(expr.key, tree.Const) and isinstance(expr.key.value, str):
            known = self.known_field(expr, obj, k)
            if known is not None:
                if obj.fails:
                    known.fails = True
                    known.slow = "index(%s, %s)" % (obj.slow, k)
                return self.deeper(known, obj)
        held = self.dict_of(expr.obj)
        if held:
            if key.atom and maybe_nil:
                form = "(%s[%s] if %s in %s else %s(%s, %s))"
                found = Text(form % (held, k, k, held, NEAR, obj.fast, k))
                found.soft = True  # it fails by itself if the local holds no table
                return self.deeper(found, obj, key)
            return self.deeper(Text("%s[%s]" % (held, k), slow), obj, key)
        if maybe_nil and key.atom:
            o = obj.fast if obj.atom else "V"
            base = o if obj.atom else "(V := %s)" % obj.fast
            fast = "(%s.h[%s] if %s in %s.h else %s(%s, %s))" % (o, k, k, base, NEAR, o, k)
            found = Text(fast, slow)
            if obj.kind == "table" and not obj.fails:
                found = Text(fast)
                found.soft = self.known.metas  # what `__index` stands for may fail
            return self.deeper(found, obj, key)
        return self.deeper(Text("%s.h[%s]" % (obj.fast, k), slow), obj, key)

    def known_field(self, expr: tree.Index, obj: Text, k: str) -> "Text | None":
        """The same of a named field, if facts tell where it is found: without a slow text."""
        types = obj.fact[0]
        how = self.known.access(types, expr.key.value)  # type: ignore[attr-defined]
        if how not in ("own", "maybe"):
            return None
        sure = types & ANY == TABLE
        held = self.dict_of(expr.obj)
        if held:
            if how == "maybe":
                other = "None" if sure else "%s(%s, %s)" % (NEAR, obj.fast, k)
                found = Text("(%s[%s] if %s in %s else %s)" % (held, k, k, held, other))
                found.there = "%s in %s" % (k, held) if sure else ""
                found.soft = not sure
                return found
            found = Text("%s[%s]" % (held, k))
            if not sure and types & ANY != TABLE | NIL:
                return None
        elif how == "own":
            found = Text("%s.h[%s]" % (obj.fast, k))
        elif obj.atom:
            found = Text("(%s.h[%s] if %s in %s.h else None)" % (obj.fast, k, k, obj.fast))
            found.there = "%s in %s.h" % (k, obj.fast)
        else:
            found = Text("(V.h[%s] if %s in (V := %s).h else None)" % (k, k, obj.fast))
            found.there = "%s in %s.h" % (k, obj.fast)
        if not self.may_deref(expr.obj, types):
            return None
        found.soft = not sure
        return found

    # ------------------------------------------------------------ writing

    def never_nil(self, text: Text) -> bool:
        return text.kind != "" and text.kind != "nil"

    def set_global(self, target: tree.Global, text: Text) -> None:
        value = self.atom(text)
        self.flush()
        test = "" if self.never_nil(text) else " and %s is not None" % value
        key = quoted(target.name)
        if text.kind == "nil":
            self.put("assign(G, %s, None)" % key)
            return
        self.put("if %s in g%s: g[%s] = %s" % (key, test, key, value))
        self.put("else: assign(G, %s, %s)" % (key, value))

    def append(self, target: tree.Index, expr: tree.Expr) -> None:
        """t[#t + 1] = value"""
        obj, key = self.sequence([target.obj, target.key], True)
        value = self.expr(expr)
        o = self.atom(dotted(obj))
        v = self.atom(value)
        self.note("I", target.obj)
        about = self.take_about()
        pending = self.pending
        self.pending = []
        fast = [name + " = " + text.fast for name, text in pending]
        slow = [name + " = " + text.slow for name, text in pending]
        fast.append("append(%s, %s)" % (o, v))
        slow.append("setindex(%s, %s, %s)" % (o, key.slow, v))
        self.attempt(fast, slow, about)

    def set_index(self, target: tree.Index, obj: Text, key: Text, value: Text) -> None:
        """obj[key] = value: in place if the key is there or no metatable can object."""
        o = self.atom(dotted(obj))
        k = self.atom(key)
        if self.known_store(target, obj, o, k, value):
            return
        v = self.atom(value)
        pending = self.pending
        about = self.about
        self.pending = []
        self.about = []
        self.note(index_note(target.key), target.obj)
        about_store = self.take_about()
        named = key.kind in WHOLE or key.kind == "str"
        if value.kind == "nil":
            self.pending = pending
            self.about = about
            form = "%s(%s, %s, None)"
            held = self.dict_of(target.obj)
            if held:
                self.put("if %s in %s: del %s[%s]" % (k, held, held, k))
                form = "else: " + form
            self.put(form % ("assign" if named else "setindex", o, k), about_store)
            return
        plain = named or key.kind in ("bool", "table", "function")
        if isinstance(target.key, tree.Const) and type(target.key.value) is float:
            plain = True  # key_text has seen to whole ones, and no constant is NaN
        held = self.dict_of(target.obj)
        base = held or o + ".h"
        test = "%s in %s" % (k, base)
        if key.kind in WHOLE:  # an element: often a new one
            test = "(%s.meta is None or %s)" % (o, test)
            if not (self.known.open or self.known.metas):  # no table has a metatable
                test = ""
                base = base if obj.kind == "table" else o + ".h"
        if not self.never_nil(value):
            test += " and %s is not None" % v if test else "%s is not None" % v
        store = "%s[%s] = %s" % (base, k, v)
        if test:
            store = "if %s: %s" % (test, store)
        if plain and (obj.kind == "table" or (held and key.kind not in WHOLE)):
            self.pending = pending
            self.about = about
            self.put(store, about_store)
            if test:
                self.put("else: assign(%s, %s, %s)" % (o, k, v), about_store)
            return
        fast = [name + " = " + text.fast for name, text in pending]
        fast.append(store)
        if test:
            fast.append("else: %s(%s, %s, %s)" % ("put" if plain else "put_any", o, k, v))
        slow = [name + " = " + text.slow for name, text in pending]
        slow.append("setindex(%s, %s, %s)" % (o, k, v))
        self.attempt(fast, slow, about + about_store)

    def known_store(self, target: tree.Index, obj: Text, o: str, k: str, value: Text) -> bool:
        """The same for a named field, if facts tell that no metatable objects. Tells whether it is
        done."""
        if not isinstance(target.key, tree.Const) or not isinstance(target.key.value, str):
            return False
        if not self.known.alone or self.known.loose:
            return False
        types = obj.fact[0]
        base = o + ".h"
        held = self.dict_of(target.obj)
        if held:
            if types & ANY != TABLE:
                return False
            base = held
        nil = not self.never_nil(value) and value.fact[0] & NIL
        nil = nil or value.kind == "nil"
        if (nil or value.soft or self.pending) and not value.atom:
            value = value.named(self.atom(value))
        if self.pending:
            self.flush()
        if not self.may_deref(target.obj, types):
            return False
        about = self.take_about()
        if value.kind == "nil":
            self.put("if %s in %s: del %s[%s]" % (k, base, base, k), about)
        elif nil:
            v = value.fast
            self.put("if %s is not None: %s[%s] = %s" % (v, base, k, v), about)
            self.put("elif %s in %s: del %s[%s]" % (k, base, base, k), about)
        else:
            form = base + "[" + k + "] = "
            if value.fails:
                self.attempt([form + value.fast], [form + value.slow], about)
            else:
                self.put(form + value.fast, about)
        return True


def index_note(key: tree.Expr) -> str:
    """Return what an index is noted as, for messages. The Pythons write floats differently, and the
    emitted text must not depend on which one emits it."""
    if isinstance(key, tree.Const) and type(key.value) is not float:
        return "I." + str(key.value)
    return "I"
