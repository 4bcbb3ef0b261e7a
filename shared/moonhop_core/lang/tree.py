"""The syntax tree of a Lua program, as the parser makes it: names are already resolved.

Every node carries `line`, the 1-based line of the source it came from. A name is one of three
things by the time it stands here: a local (`LocalRef`, pointing at the `LocalVar` it means), a
global (`Global`, a field of the program's global table) or, under a user's own `local _ENV`, an
`Index` of that local. The classes are plain on purpose: MicroPython has no dataclasses.
"""


class Node:
    """Anything in the tree. `fields` names the attributes that hold children, in source order."""

    fields: "tuple[str, ...]" = ()
    line = 0


# ---------------------------------------------------------------- variables and functions


class LocalVar:
    """One declared local: a `local`, a parameter, a loop variable, or a temporary of the lowering.

    attrib    None, "const" or "close"
    owner     the Function whose activation holds it
    captured  some inner function mentions it
    assigned  it is assigned after its initialisation (parameters and loop variables are
              initialised by the call or the loop; `local function f` by its statement)
    temp      made by the lowering, not by the program
    known_as  of a temporary: what messages call what it holds, "method 'm'", say
    literal   what a `<const>` local stands for where that is known when it is compiled
    """

    # Defaults stand here once: on MicroPython each attribute of an object takes 16 bytes.
    attrib: "str | None" = None
    captured = False
    assigned = False
    temp = False
    known_as = ""
    literal: "Const | None" = None

    def __init__(self, name: str, line: int, owner: "Function", attrib: "str | None" = None):
        self.name = name
        self.line = line
        self.owner = owner
        if attrib is not None:
            self.attrib = attrib

    @property
    def is_cell(self) -> bool:
        """Shared with closures and changing: it lives in a cell. Captured but never assigned
        again, it is copied into the closure by value instead."""
        return self.captured and self.assigned

    def __repr__(self) -> str:
        return "<local " + self.name + ":" + str(self.line) + ">"


class Block(Node):
    """A list of statements that is a scope of its own."""

    fields = ("stats",)

    def __init__(self, stats: "list[Stat]", line: int = 0):
        self.stats = stats
        self.line = line


class Expr(Node):
    pass


class Stat(Node):
    pass


class Function(Expr):
    """A function body; the main chunk is one too (number 0, vararg).

    number     the prototype's number: order in which `function` keywords stand in the source
    name       for tracebacks: "f", "a.b", "a:b", or "" for an anonymous one; "main chunk" for 0
    params     parameters; a method's first is `self`
    upvalues   outer locals it mentions (itself or in functions inside it), in order of mention
    parent     the Function around it, None for the main chunk
    functions  the Functions directly inside it, in source order
    end_line   line of its `end`
    """

    fields = ("body",)

    def __init__(self, number: int, name: str, parent: "Function | None", line: int):
        self.number = number
        self.name = name
        self.parent = parent
        self.line = line
        self.end_line = line
        self.params: "list[LocalVar]" = []
        self.is_vararg = False
        self.upvalues: "list[LocalVar]" = []
        self.functions: "list[Function]" = []
        self.body = Block([])
        self.has_goto = False  # contains a goto of its own (not in inner functions)
        self.has_close = False  # declares a `<close>` local of its own


class Part:
    """One text of a program: the program's own, or that of a module.

    module   the module's name, "" for the program's own text
    name     of its file, as messages show it
    main     its outermost function; those inside it have the numbers behind it
    """

    def __init__(self, module: str, name: str, main: Function):
        self.module = module
        self.name = name
        self.main = main


class Chunk:
    """A whole parsed source: `main` and all functions by number (functions[0] is main).

    parts              itself, and behind it the modules that were joined to it
    globals_assigned   names of globals that some assignment or `function` statement sets
    names_env          the text mentions _ENV or _G, so any global may be reached by computed name
    """

    def __init__(self, name: str, main: Function, functions: "list[Function]"):
        self.name = name
        self.main = main
        self.functions = functions
        self.parts = [Part("", name, main)]
        self.globals_assigned: "set[str]" = set()
        self.names_env = False


# ---------------------------------------------------------------- expressions


class Const(Expr):
    """nil (None), a boolean, an int of 64 bits, a float, or a string (code points 0..255)."""

    def __init__(self, value: "bool | int | float | str | None", line: int):
        self.value = value
        self.line = line


class Vararg(Expr):
    """`...`; several values."""

    def __init__(self, line: int):
        self.line = line


class LocalRef(Expr):
    """A local of this function or, when `var.owner` is another function, an upvalue."""

    sure = False  # set by `narrowing.py`: it is surely not nil here

    def __init__(self, var: LocalVar, line: int):
        self.var = var
        self.line = line


class Global(Expr):
    """A global by name, as a value or as the target of an assignment."""

    def __init__(self, name: str, line: int):
        self.name = name
        self.line = line


class Env(Expr):
    """`_ENV` itself used as a value: the program's global table."""

    def __init__(self, line: int):
        self.line = line


class Index(Expr):
    """`obj[key]`; `obj.name` has a Const key."""

    fields = ("obj", "key")

    def __init__(self, obj: Expr, key: Expr, line: int):
        self.obj = obj
        self.key = key
        self.line = line


class Call(Expr):
    """`func(args)`; several values. `line` is that of the opening parenthesis, as in PUC Lua."""

    fields = ("func", "args")
    suspends = False  # set by the suspension analysis: this call may suspend
    circular = False  # a tail call that may go in circles (tail_calls.py) …
    by_table = False  # … through the `__call` of a table perhaps
    recurs = False  # it may come back to the function that it stands in (recursion.py)

    def __init__(self, func: Expr, args: "list[Expr]", line: int):
        self.func = func
        self.args = args
        self.line = line


class MethodCall(Expr):
    """`obj:name(args)`; several values; obj is evaluated once."""

    fields = ("obj", "args")
    suspends = False  # as in Call
    circular = False
    by_table = False
    recurs = False

    def __init__(self, obj: Expr, name: str, args: "list[Expr]", line: int):
        self.obj = obj
        self.name = name
        self.args = args
        self.line = line


class Binary(Expr):
    """op is one of + - * / // % ^ .. == ~= < <= > >= & | ~ << >>"""

    fields = ("left", "right")

    def __init__(self, op: str, left: Expr, right: Expr, line: int):
        self.op = op
        self.left = left
        self.right = right
        self.line = line


class Unary(Expr):
    """op is one of - # ~ not"""

    fields = ("operand",)

    def __init__(self, op: str, operand: Expr, line: int):
        self.op = op
        self.operand = operand
        self.line = line


class And(Expr):
    fields = ("left", "right")

    def __init__(self, left: Expr, right: Expr, line: int):
        self.left = left
        self.right = right
        self.line = line


class Or(Expr):
    fields = ("left", "right")

    def __init__(self, left: Expr, right: Expr, line: int):
        self.left = left
        self.right = right
        self.line = line


class Paren(Expr):
    """`(e)` around a call or `...`: cuts several values down to one. Other parentheses vanish."""

    fields = ("expr",)

    def __init__(self, expr: Expr, line: int):
        self.expr = expr
        self.line = line


class TableItem(Node):
    """One field of a constructor; key None means positional (the last one may give several)."""

    fields = ("key", "value")

    def __init__(self, key: "Expr | None", value: Expr, line: int):
        self.key = key
        self.value = value
        self.line = line


class Table(Expr):
    fields = ("items",)

    def __init__(self, items: "list[TableItem]", line: int):
        self.items = items
        self.line = line


# ---------------------------------------------------------------- statements


class Local(Stat):
    """`local a <attrib>, b = e1, e2`; variables beyond the values are nil."""

    fields = ("exprs",)

    def __init__(self, vars: "list[LocalVar]", exprs: "list[Expr]", line: int):
        self.vars = vars
        self.exprs = exprs
        self.line = line


class LocalFunction(Stat):
    """`local function f … end`: the variable is in scope inside the function."""

    fields = ("func",)

    def __init__(self, var: LocalVar, func: Function, line: int):
        self.var = var
        self.func = func
        self.line = line


class Assign(Stat):
    """`t1, t2 = e1, e2`; targets are LocalRef, Global or Index. `function a.b()` is one too."""

    fields = ("targets", "exprs")

    def __init__(self, targets: "list[Expr]", exprs: "list[Expr]", line: int):
        self.targets = targets
        self.exprs = exprs
        self.line = line


class CallStat(Stat):
    fields = ("call",)

    def __init__(self, call: "Call | MethodCall", line: int):
        self.call = call
        self.line = line


class Do(Stat):
    fields = ("body",)

    def __init__(self, body: Block, line: int):
        self.body = body
        self.line = line


class While(Stat):
    fields = ("cond", "body")

    def __init__(self, cond: Expr, body: Block, line: int):
        self.cond = cond
        self.body = body
        self.line = line


class Repeat(Stat):
    """The condition sees the body's locals."""

    fields = ("body", "cond")

    def __init__(self, body: Block, cond: Expr, line: int):
        self.body = body
        self.cond = cond
        self.line = line


class If(Stat):
    """conds[i] guards blocks[i]; orelse may be None."""

    fields = ("conds", "blocks", "orelse")

    def __init__(
        self, conds: "list[Expr]", blocks: "list[Block]", orelse: "Block | None", line: int
    ):
        self.conds = conds
        self.blocks = blocks
        self.orelse = orelse
        self.line = line


class NumericFor(Stat):
    fields = ("start", "limit", "step", "body")

    def __init__(
        self,
        var: LocalVar,
        start: Expr,
        limit: Expr,
        step: "Expr | None",
        body: Block,
        line: int,
    ):
        self.var = var
        self.start = start
        self.limit = limit
        self.step = step
        self.body = body
        self.line = line


class GenericFor(Stat):
    fields = ("exprs", "body")
    suspends = False  # set by the suspension analysis: calling the iterator may suspend
    closes = False  # set by the same: a fourth value may come, to be closed after the loop

    def __init__(self, vars: "list[LocalVar]", exprs: "list[Expr]", body: Block, line: int):
        self.vars = vars
        self.exprs = exprs
        self.body = body
        self.line = line


class Return(Stat):
    fields = ("exprs",)

    def __init__(self, exprs: "list[Expr]", line: int):
        self.exprs = exprs
        self.line = line


class Break(Stat):
    def __init__(self, line: int):
        self.line = line


class Label(Stat):
    """`::name::`. `continues`: it stands at the very end of a while or for loop's body, so a goto
    to it is what other languages call continue."""

    depth = 0  # set by the lowering: how many `<close>` locals are open where it stands

    def __init__(self, name: str, line: int):
        self.name = name
        self.line = line
        self.continues = False


class Goto(Stat):
    """`goto name`; `label` is the Label it means (the parser resolves it, or refuses)."""

    structured = False  # set by the lowering: it is `continue` of the innermost loop around it

    def __init__(self, name: str, line: int):
        self.name = name
        self.line = line
        self.label: "Label | None" = None


def children(node: Node) -> "list[Node]":
    """The child nodes of `node` in source order; a Function's body is its child."""
    found: "list[Node]" = []
    for field in node.fields:
        value = getattr(node, field)
        if isinstance(value, list):
            found.extend(value)
        elif value is not None:
            found.append(value)
    return found


def is_multi(expr: Expr) -> bool:
    """Can `expr` give several values where a list of values is asked for?"""
    return isinstance(expr, (Call, MethodCall, Vararg))


def is_env(expr: Expr) -> bool:
    """Is it `_ENV`, so that its fields are globals?"""
    return isinstance(expr, Env) or (isinstance(expr, LocalRef) and expr.var.name == "_ENV")
