"""Statements as Python text."""

from moonhop_core.lang import tree
from moonhop_core.lang.checks import PIECE, SHORT, is_tiny, turns
from moonhop_core.lang.emit_python_loops import LoopEmitter
from moonhop_core.lang.emit_python_tail import go_round, put_down
from moonhop_core.lang.emit_python_text import WHOLE, Text, ends
from moonhop_core.lang.lowered import Spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Proto


class StatEmitter(LoopEmitter):
    """Emits the statements of one function."""

    def __init__(self, proto: "Proto"):
        LoopEmitter.__init__(self, proto)
        self.rounds: "set[int]" = set()  # by id: tail calls that are a loop
        self.left: "set[int]" = set()  # by id: those that are left to the caller

    def block(self, block: tree.Block) -> None:
        """The statements of a block, or `pass`."""
        before = len(self.lines)
        for stat in block.stats:
            self.stat(stat)
            if isinstance(stat, (tree.Return, tree.Break, tree.Goto)):
                break
        if len(self.lines) == before:
            self.put("pass")

    def indented(self, block: tree.Block) -> None:
        self.indent += 1
        self.block(block)
        self.indent -= 1

    def stat(self, stat: tree.Stat) -> None:
        """One statement."""
        self.temps = 0
        if stat.line:
            self.line = stat.line
        if isinstance(stat, tree.Local):
            self.local(stat)
        elif isinstance(stat, tree.Assign):
            self.assignment(stat)
        elif isinstance(stat, tree.CallStat):
            self.call(stat.call, "drop")
        elif isinstance(stat, tree.If):
            self.if_(stat)
        elif isinstance(stat, tree.NumericFor):
            self.numeric_for(stat)
        elif isinstance(stat, tree.GenericFor):
            self.generic_for(stat)
        elif isinstance(stat, tree.While):
            self.while_(stat)
        elif isinstance(stat, tree.Repeat):
            self.repeat(stat)
        elif isinstance(stat, tree.Return):
            self.return_(stat.exprs)
        elif isinstance(stat, tree.LocalFunction):
            self.local_function(stat)
        elif isinstance(stat, tree.Do):
            self.block(stat.body)
        elif isinstance(stat, tree.Break):
            self.put("break")
        elif isinstance(stat, tree.Goto):
            self.put("continue")  # any other goto is flattened away
        elif not isinstance(stat, tree.Label):
            raise AssertionError(stat)
        if self.pending:
            self.flush()
        self.about = []

    # ------------------------------------------------------------ control

    def test(self, cond: Text) -> str:
        """A condition as something that cannot fail."""
        if not cond.fails:
            return cond.fast
        self.assign("W", cond)
        return "W"

    def put_test(self, form: str, cond: Text) -> None:
        """A line with a condition in it."""
        test = self.test(cond)
        self.flush_unless_empty()
        self.put(form % test, self.take_about())

    def if_(self, stat: tree.If) -> None:
        depth = self.indent
        for at, cond in enumerate(stat.conds):
            if at:
                if self.hoists(cond) or self.needs_lines(cond):
                    self.put("else:")
                    self.indent += 1
                    self.temps = 0
                    self.line = cond.line or self.line
                    self.put_test("if %s:", self.cond(cond))
                else:
                    self.line = cond.line or self.line
                    self.put_test("elif %s:", self.cond(cond))
            else:
                self.put_test("if %s:", self.cond(cond))
            self.indented(stat.blocks[at])
        if stat.orelse is not None and stat.orelse.stats:
            self.put("else:")
            self.indented(stat.orelse)
        self.indent = depth

    def needs_lines(self, cond: tree.Expr) -> bool:
        """Would the condition take statements before it?"""
        pending = self.pending
        about = self.about
        self.about = list(about)
        self.pending = []
        before = len(self.lines)
        text = self.cond(cond)
        found = text.fails or bool(self.pending) or len(self.lines) > before
        del self.lines[before:]
        self.pending = pending
        self.about = about
        return found

    def while_(self, stat: tree.While) -> None:
        self.loops += 1
        before, self.short = self.short, 1
        if not self.hoists(stat.cond) and not self.needs_lines(stat.cond):
            self.put_test("while %s:", self.cond(stat.cond))
            self.indent += 1
            self.check()
            self.block(stat.body)
            self.indent -= 1
        else:
            self.put("while True:")
            self.indent += 1
            self.check()
            self.put_test("if not %s: break", self.cond(stat.cond))
            self.block(stat.body)
            self.indent -= 1
        self.loops -= 1
        self.short = before

    def repeat(self, stat: tree.Repeat) -> None:
        self.loops += 1
        before, self.short = self.short, 1
        self.put("while True:")
        self.indent += 1
        self.check()
        self.block(stat.body)
        if not ends(stat.body):
            self.temps = 0
            self.line = stat.cond.line or self.line
            self.put_test("if %s: break", self.cond(stat.cond))
        self.indent -= 1
        self.loops -= 1
        self.short = before

    def numeric_for(self, stat: tree.NumericFor) -> None:
        self.loops += 1
        exprs = [stat.start, stat.limit] + ([] if stat.step is None else [stat.step])
        texts = self.sequence(exprs)
        start, limit = texts[0], texts[1]
        step = stat.step
        by: "int | float | None" = 1
        if step is not None:
            by = None
            if isinstance(step, tree.Const) and type(step.value) is int:
                by = step.value
            elif isinstance(step, tree.Unary) and texts[2].kind == "small":
                by = int(texts[2].fast)
        var = stat.var
        name = self.names.of(var)
        counter = "I%d" % self.loops if var.is_cell else name
        pieces = self.checked and turns(stat) * self.short > SHORT and is_tiny(stat)
        inline = start.kind in WHOLE and by
        if inline and by:
            if start.fails or start.soft:  # its error comes before that of the limit
                start = start.named(self.atom(start))
            if limit.kind in WHOLE:
                if isinstance(stat.limit, tree.Const):
                    end = str(int(stat.limit.value) + (1 if by > 0 else -1))  # type: ignore[arg-type]
                    if limit.fails:
                        end = ""
                else:
                    end = "%s %s 1" % (self.atom(limit), "+" if by > 0 else "-")
            else:
                held = self.atom(limit)
                sign = "+" if by > 0 else "-"
                self.flush()
                end = "L%d" % self.loops
                self.put(
                    "%s = %s %s 1 if %s(%s) is %s else %s(%s)"
                    % (
                        end,
                        held,
                        sign,
                        "type",
                        held,
                        "int",
                        "forend" if by > 0 else "forend_down",
                        held,
                    )
                )
            first = self.atom(start)
            tail = "" if by == 1 else ", %d" % by
            if pieces:
                first, end = self.start_pieces(first, end, by)
            self.put("for %s in range(%s, %s%s):" % (counter, first, end, tail))
        else:
            atoms = [self.atom(text) for text in texts]
            if step is None:
                atoms.append("1")
            if pieces:
                self.put("for Q%d in forpieces(%s):" % (self.loops, ", ".join(atoms)))
                self.indent += 1
                self.check()
                self.put("for %s in Q%d:" % (counter, self.loops))
            else:
                self.put("for %s in forrange(%s):" % (counter, ", ".join(atoms)))
        self.about = []
        self.loop_body([(var, counter)], stat.body, (), 1 if pieces else turns(stat))
        if pieces:
            self.put("else:")
            if inline:
                self.put(" if Z%d != L%d:" % (self.loops, self.loops))
                self.put("  S%d = Z%d" % (self.loops, self.loops))
                self.put("  continue")
            else:
                self.put(" continue")
            self.put("break")
            self.indent -= 1
        self.loops -= 1

    def start_pieces(self, first: str, end: str, by: "int | float") -> "tuple[str, str]":
        """Start a loop around a loop, over its pieces; gives where a piece starts and ends."""
        at = self.loops
        if end != "L%d" % at:
            self.put("L%d = %s" % (at, end))
        self.put("S%d = %s" % (at, first))
        self.put("while True:")
        self.indent += 1
        self.check()
        form = "Z%d = L%d if %s < %d else S%d + %d"
        left = "L%d - S%d" if by > 0 else "S%d - L%d"
        size = PIECE * by
        self.put(form % (at, at, left % (at, at), abs(size), at, size))
        return "S%d" % at, "Z%d" % at

    # ------------------------------------------------------------ return

    def return_(self, exprs: "list[tree.Expr]") -> None:
        """A `return`, perhaps of a tail call."""
        if len(exprs) == 1:
            expr = exprs[0]
            if isinstance(expr, (tree.Call, tree.MethodCall)):
                if id(expr) in self.rounds:
                    go_round(self, expr)
                elif id(expr) in self.left:
                    put_down(self, expr)
                else:
                    self.call(expr, "tail")
                return
            if not (tree.is_multi(expr) or isinstance(expr, Spread)):
                text = self.expr(expr)
                if text.fails:
                    self.flush_unless_empty()
                    self.attempt(
                        ["return " + text.fast], ["return " + text.slow], self.take_about()
                    )
                else:
                    self.flush_unless_empty()
                    self.put("return " + text.fast, self.take_about())
                return
        if not exprs:
            self.put("return ()")
            return
        last = exprs[-1]
        given = self.several(exprs)
        self.flush()
        if isinstance(last, (tree.Vararg, Spread)) or (tree.is_multi(last) and len(exprs) > 1):
            self.put("T0 = " + given)
            self.put("return T0 if len(T0) != 1 else T0[0]")
            return
        self.put("return " + given)
