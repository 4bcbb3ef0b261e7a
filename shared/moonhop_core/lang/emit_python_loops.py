"""The generic `for` as Python text."""

from moonhop_core.lang import tree
from moonhop_core.lang.checks import CHECK, SHORT
from moonhop_core.lang.emit_python_assign import AssignEmitter
from moonhop_core.lang.lowered import Spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from moonhop_core.lang.lowered import Proto

ABOUT = ["C=for iterator 'for iterator'"]
STARTS = {"pairs": "forpairs", "ipairs": "forarray"}
RESULTS = {"pairs": "forresult", "ipairs": "forvalues"}


class LoopEmitter(AssignEmitter):
    """Emits loops over what an iterator gives."""

    def __init__(self, proto: "Proto"):
        AssignEmitter.__init__(self, proto)
        self.loops = 0  # nested here; also names what a loop keeps
        self.checked = False  # it asks whether its turn is over (`checks.py`)
        self.short = 1  # turns of the loops around this place that do not ask

    def check(self) -> None:
        """Ask here whether the turn is over."""
        if self.checked:
            self.put(CHECK)

    def loop_body(
        self,
        cells: "list[tuple[tree.LocalVar, str]]",
        body: tree.Block,
        fields: "Sequence[tree.LocalVar]" = (),
        turns: int = SHORT + 1,
    ) -> None:
        self.indent += 1
        before = self.short
        if turns * before <= SHORT:
            self.short = turns * before
        else:
            self.short = 1
            self.check()
        for var, counter in cells:
            if var.is_cell:
                self.put("%s = [%s]" % (self.names.of(var), counter))
        for var in fields:
            self.keep_dict(var)
        self.block(body)
        self.indent -= 1
        self.short = before

    def generic_for(self, stat: tree.GenericFor) -> None:
        self.loops += 1
        line = self.line
        at = self.loops
        closing = stat.closes
        library = "" if closing or len(stat.vars) > 2 else self.known_iterator(stat)
        if library:
            self.start_known(library, stat.exprs[0])  # type: ignore[arg-type]
        else:
            state = self.values(stat.exprs, 4 if closing else 3)
            self.flush()
            held = ", ".join([text.fast for text in state[:3]])
        if closing:
            self.put("D%d = forclose(%s)" % (at, state[3].fast))
            self.put("try:")
            self.indent += 1
        names = []
        cells = []
        for number, var in enumerate(stat.vars):
            if var.is_cell:
                names.append("I%d%s" % (at, "abcdefghijklmnopqrstuvwxyz"[number % 26]))
                cells.append((var, names[-1]))
            else:
                names.append(self.names.of(var))
        if len(names) <= 2:
            if not library:
                self.put("K%d, N%d = forkeys(%s)" % (at, at, held), ABOUT)
            self.put("for %s in K%d:" % (names[0], at), ABOUT)
            self.indent += 1
            self.put("if N%d is None: %s" % (at, self.unpack(names)))
            value = "%s = N%d[%s]" % (names[1], at, names[0]) if len(names) > 1 else "pass"
            self.put("elif %s in N%d: %s" % (names[0], at, value))
            self.put("else: break" if library == "ipairs" else "else: continue")
            self.indent -= 1
        else:
            self.put("for R%d in iterate((%s)):" % (at, held), ABOUT)
            self.indent += 1
            self.put("%s = adjust(R%d, %d)" % (", ".join(names), at, len(names)))
            self.indent -= 1
        self.line = line
        self.loop_body(cells, stat.body, stat.vars)
        if closing:
            self.indent -= 1
            self.put("except Exception as X:")
            self.put(" forclosed(D%d, M, X)" % at)
            self.put(" raise X")
            self.put("finally:")
            self.put(" if D%d: forclosed(D%d, M, None)" % (at, at))
        self.loops -= 1

    def known_iterator(self, stat: tree.GenericFor) -> str:
        """Return "pairs" or "ipairs" if the loop's only expression is a call of a global of that
        name with one argument; "" otherwise."""
        call = stat.exprs[0]
        if len(stat.exprs) == 1 and isinstance(call, tree.Call) and len(call.args) == 1:
            func = call.func
            several = tree.is_multi(call.args[0]) or isinstance(call.args[0], Spread)
            if isinstance(func, tree.Global) and func.name in STARTS and not several:
                return func.name
        return ""

    def start_known(self, library: str, call: tree.Call) -> None:
        """Start a loop over `pairs(t)` or `ipairs(t)`, which is called only if the global is
        another function, or the table has a metatable that may have a say."""
        at = self.loops
        self.line = call.line or self.line
        func = self.hold(call.func).fast
        table = self.atom(self.expr(call.args[0]))
        self.put("K%d, N%d = %s(%s, %s)" % (at, at, STARTS[library], func, table))
        self.put("if K%d is None:" % at)
        self.note_call(call)
        self.indent += 1
        self.put("T1 = %s.c1(%s)" % (func, table), self.take_about())
        self.put("K%d, N%d = %s(T1)" % (at, at, RESULTS[library]), ABOUT)
        self.indent -= 1

    def unpack(self, names: "list[str]") -> str:
        if len(names) == 1:
            return "%s = %s[0]" % (names[0], names[0])
        return "%s, %s = %s" % (names[0], names[1], names[0])

    def block(self, block: tree.Block) -> None:
        """The statements of a block, or `pass`."""
        raise NotImplementedError
