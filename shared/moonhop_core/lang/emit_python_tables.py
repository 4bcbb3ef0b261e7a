"""Table constructors as Python text."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_operators import OperatorEmitter
from moonhop_core.lang.emit_python_text import WHOLE, Text
from moonhop_core.lang.lowered import Spread


class TableEmitter(OperatorEmitter):
    """Emits table constructors."""

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
        raise NotImplementedError
