"""Lines of emitted Python: statements in `try`, temporaries, and the order of evaluation."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_text import DEEP, NEAR, Line, Names, Text, is_temp
from moonhop_core.lang.facts import ANY, FOREIGN, OTHER, STR, TABLE
from moonhop_core.lang.lowered import Spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Proto
    from moonhop_core.lang.program_facts import ProgramFacts

UNNAMED = "IAUS"  # kinds of notes that are also taken of what has no name


def clear(about: "list[str]") -> "list[str]":
    """Leave out notes of what has no name, and with them others of the same kind: it could be
    either that fails."""
    nameless = [note for note in about if note[-1] == "=" and note[0] in UNNAMED]
    if not nameless:
        return about
    if any(note[:2] == "I." for note in nameless):
        nameless.append("I=")  # an index that is worked out may be the same
    return [note for note in about if note[: note.find("=", 1) + 1] not in nameless]


class LineEmitter:
    """Collects the lines of one function."""

    known: "ProgramFacts"  # what is known of the whole program

    def __init__(self, proto: "Proto"):
        self.proto = proto
        self.function = proto.function
        self.lines: "list[Line]" = []
        self.indent = 0
        self.line = 0
        self.names = Names()
        self.temps = 0
        self.pending: "list[tuple[str, Text]]" = []
        self.about: "list[str]" = []
        self.hoisting: "dict[int, bool]" = {}
        self.ready: "dict[int, Text]" = {}  # by id: what stands far down in a long expression
        self.constants: "list[str]" = []  # of the module: texts of calls to make once
        self.protos: "list[Proto]" = []  # of the program
        self.indexed: "set[tree.LocalVar]" = set()  # locals that have their dicts beside them
        self.kept: "set[tree.LocalVar]" = set()  # those of them that are bound by now
        self.absent: "set[object]" = set()  # names of fields that may well be nil
        self.unsigned: "set[int]" = set()  # by id: expressions whose zero needs no sign

    def put(self, text: str, about: "list[str] | None" = None) -> None:
        """Add a line, after the assignments that are still pending."""
        if self.pending:
            self.flush()
        if NEAR in text:
            text = text.replace(NEAR, "get")
        self.lines.append(Line(self.indent, text, self.line, clear(about) if about else []))

    def flush(self) -> None:
        """Make the pending assignments, together in one `try` if any may fail."""
        pending = self.pending
        about = self.about
        self.pending = []
        self.about = []
        fast = [target + " = " + text.fast for target, text in pending]
        if any(text.fails for _, text in pending):
            slow = [target + " = " + text.slow for target, text in pending]
            self.attempt(fast, slow, about)
        else:
            for line in fast:
                self.put(line, about)

    def attempt(self, fast: "list[str]", slow: "list[str]", about: "list[str]") -> None:
        """Do `fast`, or if that fails `slow`."""
        self.put("try:")
        self.indent += 1
        for line in fast:
            self.put(line.replace(NEAR, "near"))
        self.indent -= 1
        self.put("except E:")
        self.indent += 1
        for line in slow:
            self.put(line, about)
        self.indent -= 1

    def take_about(self) -> "list[str]":
        about = self.about
        self.about = []
        return about

    def temp(self) -> str:
        self.temps += 1
        return "T" + str(self.temps)

    def assign(self, target: str, text: Text) -> None:
        """target = text, where target may be a variable that the text mentions."""
        self.flush_unless_empty()
        fast = [target + " = " + text.fast]
        if text.parts and text.parts[2] == target:  # CPython lengthens the string where it is
            left, right = text.parts[:2]
            fast = [
                "if ADDS: %s = %s + %s" % (target, left, right),
                "else: %s = cat(%s, %s)" % (target, left, right),
            ]
        if text.fails:
            self.attempt(fast, [target + " = " + text.slow], self.take_about())
            return
        about = self.take_about()
        for line in fast:
            self.put(line, about)

    def flush_unless_empty(self) -> None:
        if self.pending:
            about = self.about
            # what belongs to the text at hand stays with both
            self.flush()
            self.about = list(about)

    def atom(self, text: Text) -> str:
        """Return a name or constant for the value; it is evaluated now (or with what follows at
        once)."""
        if text.atom:
            return text.fast
        name = self.temp()
        self.pending.append((name, text))
        return name

    def hoists(self, expr: tree.Expr) -> bool:
        """Does evaluating `expr` take statements of its own (calls, constructors)?"""
        found = self.hoisting.get(id(expr))
        if found is None:
            if isinstance(expr, (tree.Call, tree.MethodCall)):
                found = True
            elif isinstance(expr, (tree.Binary, tree.And, tree.Or)):
                found = self.chain_hoists(expr)
            elif isinstance(expr, tree.Function):
                found = False
            elif isinstance(expr, tree.Table):
                found = True
            else:
                found = False
                for child in tree.children(expr):
                    if isinstance(child, tree.Expr) and self.hoists(child):
                        found = True
                        break
            self.hoisting[id(expr)] = found
        return found

    def chain_hoists(self, expr: "tree.Binary | tree.And | tree.Or") -> bool:
        """The same for operators, without recursion along the left sides."""
        left: tree.Expr = expr
        while isinstance(left, (tree.Binary, tree.And, tree.Or)):
            if id(left) in self.hoisting:
                return self.hoisting[id(left)]
            if self.hoists(left.right):
                return True
            left = left.left
        return self.hoists(left)

    def steady(self, expr: tree.Expr, late: bool) -> bool:
        """Can `expr` be read later, after calls? late: own locals are, as PUC Lua does."""
        if isinstance(expr, tree.Const):
            return True
        if isinstance(expr, tree.LocalRef):
            var = expr.var
            return not var.is_cell or (late and var.owner is self.function)
        return False

    def sequence(self, exprs: "list[tree.Expr]", late: bool = False) -> "list[Text]":
        """Evaluate in order; what stands left of a call is evaluated before it."""
        last = -1
        for at, expr in enumerate(exprs):
            if self.hoists(expr):
                last = at
        texts = []
        for at, expr in enumerate(exprs):
            text = self.expr(expr)
            early = at < last and not self.steady(expr, late) and not is_temp(text)
            if early or text.depth > DEEP:
                text = text.named(self.atom(text))
            texts.append(text)
        return texts

    def describe(self, expr: tree.Expr) -> str:
        """How PUC Lua would name the variable in an error message; "" if it would not."""
        if isinstance(expr, tree.LocalRef):
            if expr.var.temp:
                return expr.var.known_as
            kind = "local" if expr.var.owner is self.function else "upvalue"
            return "%s '%s'" % (kind, expr.var.name)
        if isinstance(expr, tree.Global):
            return "global '%s'" % expr.name
        if isinstance(expr, tree.Index):
            key = expr.key
            if isinstance(key, tree.Const) and isinstance(key.value, str):
                kind = "global" if tree.is_env(expr.obj) else "field"
                return "%s '%s'" % (kind, key.value)
            if isinstance(key, tree.Const) and type(key.value) is int and 0 <= key.value < 256:
                return "field 'integer index'"
            return "field '?'"
        if isinstance(expr, tree.Const) and isinstance(expr.value, str):
            return "constant '%s'" % expr.value
        return ""

    def note_call(self, expr: "tree.Call | tree.MethodCall") -> None:
        """Remember what is called, and with how many arguments if they are few and known."""
        before = len(self.about)
        if isinstance(expr, tree.MethodCall):
            self.about.append("C=method '%s'" % expr.name)
        else:
            self.note("C", expr.func)
        args = expr.args
        several = args and (tree.is_multi(args[-1]) or isinstance(args[-1], Spread))
        if len(self.about) > before and len(args) < 3 and not several:
            self.about.append("N=%d" % len(args))

    def note(self, what: str, expr: tree.Expr) -> None:
        """Remember which variable an operation is about, for error messages."""
        name = self.describe(expr)
        known = self.known
        if what[:2] == "I." and known.alone and known.of(expr)[0] & (ANY | FOREIGN) == TABLE:
            return  # it cannot fail
        if not name and what[0] in UNNAMED and not tree.is_env(expr):
            self.about.append(what + "=")
        if name and "`" not in name and "\n" not in what + name:
            self.about.append(what + "=" + name)

    def may_deref(self, expr: tree.Expr, types: int) -> bool:
        """May the fast text go through an object with these types without a `try`? Its error can
        be made out if it is the only one of a line that may be no table. Takes a note of it."""
        rest = types & ANY & ~TABLE
        if not types & TABLE or rest & (STR | OTHER):
            return False
        if rest:
            name = "H=" + self.describe(expr)
            if "`" in name or "\n" in name or "H=" in self.about or self.looks_up():
                return False
            others = [note for note in self.about if note[:2] == "H="]
            if (others and others != [name]) or (others and name == "H="):
                return False
            self.about.append(name)
        return True

    def looks_up(self) -> bool:
        """Does the line at hand look up a method by a metatable that may not be there? What fails
        then looks like an index of nil."""
        return any(note[:2] == "K=" for note in self.about)

    def key_text(self, expr: tree.Expr, text: Text) -> Text:
        """A float with an integer value is stored under the integer. Python finds it by the float
        too, but among integers beyond 2^53 MicroPython finds the wrong one."""
        if isinstance(expr, tree.Const) and type(expr.value) is float:
            value = expr.value
            if -1e15 < value < 1e15:
                if int(value) == value:
                    return Text(str(int(value)), None, "int", value >= 0)
                return text
        if text.kind == "float":
            slow = "float_key(%s)" % text.slow if text.fails else None
            return Text("float_key(%s)" % text.fast, slow, "num")
        return text

    def dict_of(self, expr: tree.Expr) -> str:
        """Return the name of the dict beside a local; "" if there is none."""
        if isinstance(expr, tree.LocalRef) and expr.var in self.kept:
            return self.names.of(expr.var) + "h"
        return ""

    def deeper(self, text: Text, a: Text, b: "Text | None" = None) -> Text:
        text.depth = a.depth + 1
        text.soft = text.soft or a.soft or (b is not None and b.soft)
        if b is not None and b.depth >= text.depth:
            text.depth = b.depth + 1
        return text

    def hold(self, expr: tree.Expr) -> Text:
        text = self.expr(expr)
        if text.atom:
            return text
        return text.named(self.atom(text))

    def expr(self, expr: tree.Expr, maybe_nil: bool = False) -> Text:
        """One value. `maybe_nil`: a field that is read may well be absent."""
        raise NotImplementedError
