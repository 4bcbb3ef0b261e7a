"""What the lowering hands to the emitters: prototypes, each in direct or in frame form.

A prototype in **direct form** is emitted from its tree, as a plain function of the target
language. One in **frame form** is a state machine: a list of blocks whose ends say where to go
next; its activation is a frame, that is data: the closure, a resume point, and the values of the
locals that are alive there. Both emitters must agree on everything an image can hold:

  - prototype numbers (`Proto.number`), in source order, 0 the main chunk, modules behind it;
  - the order and kind of a prototype's upvalues (`Proto.upvalues`);
  - resume points: 0 is the entry, k >= 1 the block that follows the k-th suspending call;
  - which locals a frame keeps at resume point k, and in which order (`Proto.live[k]`).

Nothing else of an activation is ever written down. Inside blocks stand ordinary tree statements
that neither suspend nor jump out of themselves (a `return` in them is allowed); the expressions
in them may name temporaries (`LocalRef` of a var with `temp`) and `Spread`.
"""

from moonhop_core.lang import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Spread(tree.Expr):
    """All the values kept in pack `var` (what a suspending call gave where several values were
    asked for). Stands only at the end of a value list, where `tree.is_multi` nodes may."""

    def __init__(self, var: tree.LocalVar, line: int):
        self.var = var
        self.line = line


# ---------------------------------------------------------------- ends of blocks


class Jump:
    def __init__(self, target: "Block"):
        self.target = target


class Branch:
    def __init__(self, cond: tree.Expr, then: "Block", orelse: "Block"):
        self.cond = cond
        self.then = then
        self.orelse = orelse


class Return:
    """Leave the function with these values. `exprs` may end in a multi-valued expression."""

    def __init__(self, exprs: "list[tree.Expr]", line: int):
        self.exprs = exprs
        self.line = line


class Suspend:
    """A call that may suspend. The frame is left at resume point `pc` and goes on in `target`.

    call     tree.Call or tree.MethodCall; its callee and arguments suspend no more
    wants    variables that take the results, missing ones nil (plain locals or temporaries, never
             cells); empty: results are dropped
    pack     instead: a temporary that takes all results, to be read by Spread
    tail     instead: `return f(x)`; the frame is gone before f starts, pc and target are None
    """

    def __init__(
        self,
        call: "tree.Call | tree.MethodCall",
        wants: "list[tree.LocalVar]",
        pack: "tree.LocalVar | None",
        target: "Block | None",
    ):
        self.call = call
        self.wants = wants
        self.pack = pack
        self.target = target
        self.pc: "int | None" = None
        self.line = call.line

    @property
    def tail(self) -> bool:
        return self.target is None


class ForLoop:
    """The head of a flattened numeric `for`; a block end of its own kind.

    A ForPrepare has filled four temporaries. Integer loop (`count` not nil): if count is 0 go to
    `done`; else take one off count, give `var` (a fresh cell if it is one) the value of `index`,
    add `by` to index unless count is now 0, and go to `body`. Float loop (count nil): if index has
    passed `limit` go to `done`; else var is index, add by to index, go to `body`.
    """

    def __init__(self, prepare: "ForPrepare", var: tree.LocalVar, body: "Block", done: "Block"):
        self.prepare = prepare
        self.var = var
        self.body = body
        self.done = done


class ForPrepare(tree.Stat):
    """`index, limit, by, count = forprep(start, limit, step)`, the runtime's helper, with Lua 5.4's
    rules and errors (manual 3.3.5). start and step integers: an integer loop, count is how many
    turns it takes (so overflow cannot bite) and limit is nil; else a float loop, count is nil. On
    luajit, where every number is a double, whole start and step make an integer loop."""

    fields = ("start", "limit", "step")

    def __init__(
        self,
        temps: "tuple[tree.LocalVar, tree.LocalVar, tree.LocalVar, tree.LocalVar]",
        start: tree.Expr,
        limit: tree.Expr,
        step: "tree.Expr | None",
        line: int,
    ):
        self.index, self.last, self.by, self.count = temps  # last: the float loop's limit
        self.start = start
        self.limit = limit
        self.step = step
        self.line = line


class OpenClose(tree.Stat):
    """`var` was just initialised and is `<close>`: check that it can be closed (nil, false or a
    value with `__close`, else an error) and push it on the frame's list of things to close."""

    def __init__(self, var: tree.LocalVar, line: int):
        self.var = var
        self.line = line


class CloseScope(tree.Stat):
    """Leave a scope in the ordinary way: close the last `count` things on the frame's list, newest
    first, with nil as the error. (An error, or leaving by return, closes all that is left: the
    machine does that when it takes the frame away.)"""

    def __init__(self, count: int, line: int):
        self.count = count
        self.line = line


class Block:
    """Straight code: statements, then one end. `index` is its place in Proto.blocks; `pc` its
    resume point, or None if control never comes back to it from outside."""

    def __init__(self, index: int):
        self.index = index
        self.pc: "int | None" = None
        self.stats: "list[tree.Stat]" = []
        self.end: "Jump | Branch | Return | Suspend | ForLoop | None" = None


# ---------------------------------------------------------------- prototypes


class Proto:
    """One function of the program, ready to be emitted.

    function   its tree (direct form is emitted from function.body)
    frame      True: frame form; `blocks`, `resumes` and `live` are set
    suspends   it can really suspend (a function with `<close>`, say, has frame form without)
    why        for people: (line, what it calls) of the first suspending call, or None
    upvalues   [(var, kind)], kind "cell" (a shared, changing variable) or "value" (copied when the
               closure is made; the closure itself for `local function f` inside f)
    blocks     frame form: all blocks, entry first
    resumes    frame form: resumes[pc] is the Block of resume point pc
    live       frame form: live[pc] lists the LocalVars a frame keeps at pc; cells are kept as
               cells. live[0] are the parameters, then the vararg pack if any, as plain values: the
               entry block wraps the parameters that are cells (nothing ever jumps to it)
    varargs    frame form of a vararg function: the temporary that holds the pack of extra values;
               a Vararg node in the blocks means Spread of it
    flat       direct form, but with jumps that structured code cannot say (goto): `blocks` is set
               and has no Suspend in it; for targets without goto
    """

    def __init__(self, function: tree.Function):
        self.function = function
        self.number = function.number
        self.frame = False
        self.suspends = False
        self.why: "tuple[int, str] | None" = None
        self.upvalues: "list[tuple[tree.LocalVar, str]]" = []
        self.blocks: "list[Block]" = []
        self.resumes: "list[Block]" = []
        self.live: "list[list[tree.LocalVar]]" = []
        self.varargs: "tree.LocalVar | None" = None
        self.flat = False


class Lowered:
    """A whole program, lowered: `protos[n]` is prototype n; `name` is the source's name; `parts`
    are its own text and its modules (`tree.Part`), in the order of their prototypes. unit: text
    given to `load`; doubles: it may run on luajit too, where numbers are doubles; native: which
    prototypes are to be machine code on boards (`native.py`)."""

    unit = False
    doubles = False
    native: "Sequence[int]" = ()

    def __init__(self, name: str, protos: "list[Proto]", parts: "list[tree.Part]"):
        self.name = name
        self.protos = protos
        self.parts = parts

    def file_of(self, proto: Proto) -> str:
        """Return the name of the file that a prototype's text stands in."""
        name = self.name
        for part in self.parts:
            if part.main.number <= proto.number:
                name = part.name
        return name
