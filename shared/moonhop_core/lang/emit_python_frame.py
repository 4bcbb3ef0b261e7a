"""Functions in blocks as Python text: state machines, with or without a frame."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_stat import StatEmitter
from moonhop_core.lang.emit_python_text import Text, ends
from moonhop_core.lang.facts import ANY, NUMBER
from moonhop_core.lang.literals import quoted
from moonhop_core.lang.lowered import (
    Block,
    Branch,
    CloseScope,
    ForLoop,
    ForPrepare,
    Jump,
    OpenClose,
    Return,
    Spread,
    Suspend,
)
from moonhop_core.lang.recursion import recurring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Proto


COMPARISONS = ("==", "~=", "<", "<=", ">", ">=")


class FrameEmitter(StatEmitter):
    """Emits a function as a loop over its blocks: `b` is the block to do next."""

    def __init__(self, proto: "Proto"):
        StatEmitter.__init__(self, proto)
        self.sites: "list[tuple[Suspend, list[str]]]" = []  # calls that leave the frame
        self.tails: "list[int]" = []  # Lua lines of those that are tail calls
        self.at = 0  # index of the block that is being emitted
        self.way_down = (
            ""  # of a function that may recurse: the statement that goes on in deep form
        )

    # ------------------------------------------------------------ whole functions

    def flat_body(self) -> None:
        """The body of a direct function that has gotos; parameters are ordinary locals."""
        self.go_down()
        self.cell_params()
        self.put("b = 0")
        self.dispatch()

    def direct_body(self) -> None:
        """The statements of a function that keeps its structure."""
        depth = self.indent
        body = self.function.body
        first = 0
        if self.way_down and not self.rounds:
            first = self.guards()
        if not first:
            self.go_down()
        if self.rounds:
            self.put("while True:")
            self.indent += 1
            self.check()
        self.cell_params()
        for var in self.function.params:
            self.keep_dict(var)
        if first:
            self.block(tree.Block(body.stats[:first]))
            self.go_down()
            body = tree.Block(body.stats[first:])
        self.block(body)
        self.line = self.function.end_line
        if not ends(self.function.body):
            self.return_([])
        self.indent = depth

    def go_down(self) -> None:
        """Go on in deep form if the stack is nearly used up, from the function's start."""
        if self.way_down:
            self.put(self.way_down)

    def guards(self) -> int:
        """Return how many statements at the start need not be preceded by a look at the stack,
        because where they do not return, nothing has come of them: `if n < 2 then return n end`.
        So the ends of a recursion, half of a binary tree, do without."""
        stats = self.function.body.stats
        if any(var.is_cell for var in self.function.params):
            return 0
        for at, stat in enumerate(stats):
            if not isinstance(stat, tree.If) or stat.orelse is not None or at == len(stats) - 1:
                return at
            if not all(self.harmless(cond) for cond in stat.conds):
                return at
            for block in stat.blocks:
                if not ends(block) or recurring(block):
                    return at
        return 0

    def harmless(self, expr: tree.Expr) -> bool:
        """Can a condition be evaluated again, because nothing comes of that?"""
        if isinstance(expr, (tree.Const, tree.LocalRef)):
            return True
        if isinstance(expr, tree.Paren):
            return self.harmless(expr.expr)
        if isinstance(expr, (tree.And, tree.Or)):
            return self.harmless(expr.left) and self.harmless(expr.right)
        if isinstance(expr, tree.Unary):
            return expr.op == "not" and self.harmless(expr.operand)
        if not isinstance(expr, tree.Binary) or expr.op not in COMPARISONS:
            return False
        sides = (expr.left, expr.right)
        if not self.harmless(expr.left) or not self.harmless(expr.right):
            return False
        if not (self.known.metas or self.known.open):
            return True
        if expr.op in ("==", "~=") and [side for side in sides if isinstance(side, tree.Const)]:
            return True
        return not [side for side in sides if self.known.of(side)[0] & ANY & ~NUMBER]

    def frame_body(self) -> None:
        """The body of `step(fr, v)`: fr is the frame, v what the call it waited for gave."""
        proto = self.proto
        self.check()
        self.put("pc = fr[1]")
        for pc in range(len(proto.resumes)):
            self.put("%s pc == %d:" % ("if" if pc == 0 else "elif", pc))
            self.indent += 1
            self.take_frame(proto.live[pc])
            if pc == 0:
                self.cell_params()
            else:
                self.take_results(self.suspend_of(pc))
            self.put("b = %d" % proto.resumes[pc].index)
            self.indent -= 1
        self.dispatch()

    def take_frame(self, variables: "list[tree.LocalVar]") -> None:
        """Read locals back from the frame."""
        for at, var in enumerate(variables):
            self.put("%s = fr[%d]" % (self.names.of(var), at + 3))

    def fill_frame(self, variables: "list[tree.LocalVar]") -> None:
        """Put locals into the frame."""
        slots = ", ".join([self.names.of(var) for var in variables])
        self.put("fr[3:] = (%s)" % (slots + "," if slots else ""))

    def cell_params(self) -> None:
        """Put the parameters that closures share into cells."""
        for var in self.function.params:
            if var.is_cell:
                name = self.names.of(var)
                self.put("%s = [%s]" % (name, name))

    def suspend_of(self, pc: int) -> Suspend:
        """The call whose resume point is `pc`."""
        for block in self.proto.blocks:
            if isinstance(block.end, Suspend) and block.end.pc == pc:
                return block.end
        raise AssertionError(pc)

    def take_results(self, end: Suspend) -> None:
        """Put what a suspending call gave (`v`) where it is wanted."""
        if end.pack is not None:
            self.put("%s = v if type(v) is tuple else (v,)" % self.names.of(end.pack))
        elif len(end.wants) == 1:
            self.put(
                "%s = v if type(v) is not tuple else v[0] if v else None"
                % self.names.of(end.wants[0])
            )
        elif end.wants:
            names = ", ".join([self.names.of(var) for var in end.wants])
            self.put("%s = adjust(v, %d)" % (names, len(end.wants)))

    # ------------------------------------------------------------ blocks

    def dispatch(self) -> None:
        """The loop over the blocks, found by halving."""
        self.put("while True:")
        self.indent += 1
        self.half(0, len(self.proto.blocks))
        self.indent -= 1

    def half(self, low: int, high: int) -> None:
        """The blocks low … high - 1."""
        if high - low == 1:
            self.block_body(self.proto.blocks[low])
            return
        if high - low <= 3:
            for at in range(low, high):
                if at == high - 1:
                    self.put("else:")
                else:
                    self.put("%s b == %d:" % ("if" if at == low else "elif", at))
                self.indent += 1
                self.block_body(self.proto.blocks[at])
                self.indent -= 1
            return
        middle = (low + high) // 2
        self.put("if b < %d:" % middle)
        self.indent += 1
        self.half(low, middle)
        self.indent -= 1
        self.put("else:")
        self.indent += 1
        self.half(middle, high)
        self.indent -= 1

    def block_body(self, block: Block) -> None:
        before = len(self.lines)
        self.at = block.index
        ended = False
        for stat in block.stats:
            self.stat(stat)
            if isinstance(stat, tree.Return):
                ended = True
                break
        if not ended:
            self.temps = 0
            self.block_end(block)
        if self.pending:
            self.flush()
        self.about = []
        if len(self.lines) == before:
            self.put("pass")

    def go(self, target: Block) -> None:
        self.check_back(target)
        self.put("b = %d" % target.index)

    def check_back(self, *targets: Block) -> None:
        """Ask whether the turn is over if the way to one of the blocks leads back."""
        if min([block.index for block in targets]) <= self.at:
            self.check()

    def block_end(self, block: Block) -> None:
        end = block.end
        if isinstance(end, Jump):
            self.go(end.target)
        elif isinstance(end, Branch):
            self.line = end.cond.line or self.line
            test = self.test(self.cond(end.cond))
            self.about = []
            self.check_back(end.then, end.orelse)
            self.put("b = %d if %s else %d" % (end.then.index, test, end.orelse.index))
        elif isinstance(end, Return):
            self.line = end.line or self.line
            self.return_(end.exprs)
        elif isinstance(end, ForLoop):
            self.for_loop(end)
        elif isinstance(end, Suspend):
            self.suspend(end)

    def for_loop(self, end: ForLoop) -> None:
        prepare = end.prepare
        index = self.names.of(prepare.index)
        last = self.names.of(prepare.last)
        by = self.names.of(prepare.by)
        count = self.names.of(prepare.count)
        self.put(
            "if %s == 0 if %s is not None else (%s > %s if %s > 0 else %s < %s):"
            % (
                count,
                count,
                index,
                last,
                by,
                index,
                last,
            )
        )
        self.indent += 1
        self.go(end.done)
        self.indent -= 1
        self.put("else:")
        self.indent += 1
        name = self.names.of(end.var)
        self.put("%s = %s" % (name, "[%s]" % index if end.var.is_cell else index))
        self.put("if %s is None: %s += %s" % (count, index, by))
        self.put("else:")
        self.indent += 1
        self.put("%s -= 1" % count)
        self.put("if %s: %s += %s" % (count, index, by))
        self.indent -= 1
        self.go(end.body)
        self.indent -= 1

    def suspend(self, end: Suspend) -> None:
        """Leave the step: the machine makes the call."""
        expr = end.call
        self.line = end.line or self.line
        func, receiver = self.callee(expr)
        if func[-1] in ")]":
            name = self.temp()
            self.assign(name, Text(func))
            func = name
        args = expr.args
        if args and (tree.is_multi(args[-1]) or isinstance(args[-1], Spread)):
            given = self.several(args)
            if receiver:
                given = "(%s,) + %s" % (receiver, given)
        else:
            atoms = [receiver] if receiver else []
            atoms += [self.atom(arg) for arg in self.sequence(args)]
            given = "(%s,)" % ", ".join(atoms) if atoms else "()"
        self.flush()
        self.line = end.line or self.line
        machine = "M"
        self.about = []
        self.note_call(expr)
        self.sites.append((end, self.take_about()))
        if end.tail:
            # numbered behind the resume points, for messages only
            self.tails.append(end.line)
            self.put("fr[1] = %d" % (len(self.proto.live) + len(self.tails) - 1))
            self.put("%s.func = %s" % (machine, func))
            self.put("%s.args = %s" % (machine, given))
            self.put("return TAIL")
            return
        assert end.pc is not None
        self.put("fr[1] = %d" % end.pc)
        self.fill_frame(self.proto.live[end.pc])
        self.put("%s.func = %s" % (machine, func))
        self.put("%s.args = %s" % (machine, given))
        self.put("return CALL")

    # ------------------------------------------------------------ statements of blocks

    def stat(self, stat: tree.Stat) -> None:
        """One statement, those that only blocks have included."""
        self.temps = 0
        if isinstance(stat, ForPrepare):
            self.line = stat.line or self.line
            exprs = [stat.start, stat.limit] + ([] if stat.step is None else [stat.step])
            atoms = [self.atom(text) for text in self.sequence(exprs)]
            if stat.step is None:
                atoms.append("1")
            names = [self.names.of(v) for v in (stat.index, stat.last, stat.by, stat.count)]
            self.put("%s = forprep(%s)" % (", ".join(names), ", ".join(atoms)))
        elif isinstance(stat, OpenClose):
            self.line = stat.line or self.line
            name = self.names.of(stat.var)
            value = name + "[0]" if stat.var.is_cell else name
            self.put("openclose(fr, %s, %s)" % (value, quoted(stat.var.name)))
        elif isinstance(stat, CloseScope):
            self.line = stat.line or self.line
            self.put("closescope(fr, %d)" % stat.count)
        else:
            StatEmitter.stat(self, stat)
