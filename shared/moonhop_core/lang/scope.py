"""What names mean: block scopes, locals and upvalues, `<const>` and `<close>`, labels and gotos.

The parser tells it what it meets, in source order; one pass suffices, as in PUC Lua. Messages and
limits are PUC Lua's too.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.lexer import Lexer

MAX_LOCALS = 200
MAX_UPVALUES = 255


class AssignsEnv(Exception):
    """`_ENV` is assigned to and no local of the program: the chunk needs an `_ENV` of its own."""


class PendingJump:
    """A `break`, or a `goto` whose label has not come yet.

    active   how many locals are alive where it can still be resolved
    start    where it stands in the source, in bytes
    """

    def __init__(self, stat: "tree.Goto | tree.Break", name: str, active: int, start: int):
        self.stat = stat
        self.name = name
        self.active = active
        self.start = start


class BlockScope:
    """A block that is being parsed.

    active, declared   FunctionScope's counts where the block begins
    jumps              how many jumps were pending there
    labels             its labels so far, each with the count of locals alive there
    """

    def __init__(self, outer: "BlockScope | None", loop: bool, function: "FunctionScope"):
        self.outer = outer
        self.loop = loop
        self.active = len(function.active)
        self.declared = function.declared
        self.jumps = len(function.jumps)
        self.labels: "dict[str, tuple[tree.Label, int]]" = {}


class FunctionScope:
    """A function that is being parsed.

    active     its locals in scope, oldest first, and in `shadowed` what their names meant before
    declared   how many count against the limit: hidden ones of loops too, and those of a `local`
               statement before they come into scope
    uses_env   mentions a global, itself or in functions inside it
    jumps      pending ones
    """

    def __init__(self, function: tree.Function, outer: "FunctionScope | None"):
        self.function = function
        self.outer = outer
        self.active: "list[tree.LocalVar]" = []
        self.shadowed: "list[tree.LocalVar | None]" = []
        self.declared = 0
        self.uses_env = False
        self.jumps: "list[PendingJump]" = []
        self.block = BlockScope(None, False, self)


class Scope:
    """All scopes around the place where the parser is.

    visible            the local that a name means there
    function           the innermost function
    functions          all functions met so far, by number
    globals_assigned   as in tree.Chunk
    """

    def __init__(self, lexer: Lexer):
        self.lexer = lexer
        self.visible: "dict[str, tree.LocalVar]" = {}
        self.functions: "list[tree.Function]" = []
        self.globals_assigned: "set[str]" = set()
        self.function = FunctionScope(self._number("main chunk", None, 0), None)

    # ------------------------------------------------------------ functions and blocks

    def _number(self, name: str, parent: "tree.Function | None", line: int) -> tree.Function:
        function = tree.Function(len(self.functions), name, parent, line)
        self.functions.append(function)
        return function

    def open_function(self, name: str, line: int) -> tree.Function:
        """Enter a new function inside the current one."""
        parent = self.function.function
        function = self._number(name, parent, line)
        parent.functions.append(function)
        self.function = FunctionScope(function, self.function)
        return function

    def close_function(self) -> None:
        """Leave the function; jumps without a label are refused now, as in PUC Lua."""
        self.close_block()
        if self.function.outer is not None:
            self.function = self.function.outer

    def open_block(self, loop: bool = False) -> None:
        """Enter a block; `loop`: the body of a loop, which `break` leaves."""
        function = self.function
        function.block = BlockScope(function.block, loop, function)

    def close_block(self) -> None:
        """Leave the block: its locals and labels are gone, its pending gotos look further out."""
        function = self.function
        block = function.block
        jumps = function.jumps
        if len(jumps) > block.jumps:
            if block.loop:
                inside = jumps[block.jumps :]
                jumps[block.jumps :] = [j for j in inside if j.name != "break"]
            for jump in jumps[block.jumps :]:
                if block.outer is None:
                    raise self._no_target(jump)
                jump.active = min(jump.active, block.active)
        active = function.active
        while len(active) > block.active:
            name = active.pop().name
            shadowed = function.shadowed.pop()
            if shadowed is None:
                del self.visible[name]
            else:
                self.visible[name] = shadowed
        function.declared = block.declared
        if block.outer is not None:
            function.block = block.outer

    def _no_target(self, jump: PendingJump) -> Exception:
        if jump.name == "break":
            message = "break outside loop at line %d" % jump.stat.line
        else:
            message = "no visible label '%s' for <goto> at line %d" % (jump.name, jump.stat.line)
        return self.lexer.error(message, None, jump.start)

    # ------------------------------------------------------------ locals

    def hide(self, count: int) -> None:
        """Count the locals that a loop keeps for itself."""
        self.function.declared += count
        self._check_limit(self.function, self.function.declared, MAX_LOCALS, "local variables")

    def declare(self, name: str, line: int) -> tree.LocalVar:
        """A new local, which is in scope after `activate`."""
        self.hide(1)
        return tree.LocalVar(name, line, self.function.function)

    def activate(self, variables: "list[tree.LocalVar]") -> None:
        """These locals are in scope from here to the end of the block."""
        function = self.function
        for var in variables:
            function.active.append(var)
            function.shadowed.append(self.visible.get(var.name))
            self.visible[var.name] = var

    def set_attrib(self, var: tree.LocalVar, attrib: str) -> None:
        """Give a declared local its attribute."""
        if attrib not in ("const", "close"):
            raise self.lexer.error("unknown attribute '%s'" % attrib)
        var.attrib = attrib
        if attrib == "close":
            self.function.function.has_close = True

    def _check_limit(self, scope: FunctionScope, count: int, limit: int, what: str) -> None:
        if count > limit:
            line = scope.function.line
            where = "function at line %d" % line if scope.outer else "main function"
            raise self.lexer.unexpected("too many %s (limit is %d) in %s" % (what, limit, where))

    # ------------------------------------------------------------ mentions

    def resolve(self, name: str, line: int) -> tree.Expr:
        """What `name` means here, as an expression."""
        var = self.visible.get(name)
        if var is not None:
            if var.literal is not None:
                return tree.LocalRef(var, line)  # the parser puts the literal in its place
            if var.owner is not self.function.function:
                self._capture(var)
            return tree.LocalRef(var, line)
        env = self.visible.get("_ENV")
        if env is not None:
            return tree.Index(self.resolve("_ENV", line), tree.Const(name, line), line)
        if not self.function.uses_env:
            self._use_env()
        return tree.Env(line) if name == "_ENV" else tree.Global(name, line)

    def assign(self, target: tree.Expr) -> None:
        """Note that the program assigns to `target`, which a name resolved to."""
        if isinstance(target, tree.LocalRef):
            var = target.var
            if var.attrib is not None:
                raise self.lexer.error("attempt to assign to const variable '%s'" % var.name)
            var.assigned = True
        elif isinstance(target, tree.Global):
            self.globals_assigned.add(target.name)
        elif isinstance(target, tree.Env):
            raise AssignsEnv

    def _capture(self, var: tree.LocalVar) -> None:
        """Make an outer local an upvalue of this function and of those between."""
        var.captured = True
        scope: "FunctionScope | None" = self.function
        while scope is not None and scope.function is not var.owner:
            upvalues = scope.function.upvalues
            if var in upvalues:
                break
            upvalues.append(var)
            self._check_limit(scope, len(upvalues) + scope.uses_env, MAX_UPVALUES, "upvalues")
            scope = scope.outer

    def _use_env(self) -> None:
        """Count the environment as an upvalue, which it is in PUC Lua."""
        scope: "FunctionScope | None" = self.function
        while scope is not None and not scope.uses_env:
            scope.uses_env = True
            count = len(scope.function.upvalues) + 1
            self._check_limit(scope, count, MAX_UPVALUES, "upvalues")
            scope = scope.outer

    # ------------------------------------------------------------ jumps

    def add_break(self, line: int, start: int) -> tree.Break:
        """A `break`, to be refused at the function's end if no loop is around it."""
        stat = tree.Break(line)
        self.function.jumps.append(PendingJump(stat, "break", 0, start))
        return stat

    def add_goto(self, name: str, line: int, start: int) -> tree.Goto:
        """A `goto`, to a label already seen or one that is still to come."""
        function = self.function
        function.function.has_goto = True
        stat = tree.Goto(name, line)
        stat.label = self._visible_label(name)
        if stat.label is None:
            function.jumps.append(PendingJump(stat, name, len(function.active), start))
        return stat

    def add_label(self, label: tree.Label, at_end: bool) -> None:
        """A label; `at_end`: nothing but the block's end follows it, so the block's locals count
        as gone there (manual 3.3.4)."""
        function = self.function
        block = function.block
        earlier = self._visible_label(label.name)
        if earlier is not None:
            message = "label '%s' already defined on line %d" % (label.name, earlier.line)
            raise self.lexer.error(message)
        active = block.active if at_end else len(function.active)
        block.labels[label.name] = (label, active)
        waiting = function.jumps[block.jumps :]
        if waiting:
            function.jumps[block.jumps :] = [
                jump for jump in waiting if not self._arrives(jump, label, active)
            ]

    def _visible_label(self, name: str) -> "tree.Label | None":
        block: "BlockScope | None" = self.function.block
        while block is not None:
            if name in block.labels:
                return block.labels[name][0]
            block = block.outer
        return None

    def _arrives(self, jump: PendingJump, label: tree.Label, active: int) -> bool:
        """Resolve `jump` if `label` is what it waits for."""
        stat = jump.stat
        if jump.name != label.name or not isinstance(stat, tree.Goto):
            return False
        if jump.active < active:
            name = self.function.active[jump.active].name
            message = "<goto %s> at line %d jumps into the scope of local '%s'"
            raise self.lexer.error(message % (jump.name, stat.line, name), None, jump.start)
        stat.label = label
        return True
