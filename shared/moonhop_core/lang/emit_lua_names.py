"""What locals are called in emitted Lua.

The program's own names stay wherever they can, so that the engine's own messages name variables
rightly. Names of the emitter's making begin with `mh__`; a local of the program's whose name would
be mistaken for one becomes `mh__u_NAME`, and locals hoisted to the top of a frame-form function,
where two scopes become one, get `NAME__mhN`. The runtime undoes both in messages.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.lowered import ForLoop, ForPrepare, Spread, Suspend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Block, Lowered, Proto

OWN = "mh__"
HOISTED = 100  # more locals than these live in a table: Lua has 200 a function
BLOCK_LOCALS = 50


def source_name(var: tree.LocalVar) -> str:
    """Return the name of a local where scopes are those of the source."""
    name = var.name
    if name.startswith(OWN) or name == "_ENV" or "__mh" in name:
        return "mh__u_" + name
    return name


def box_key(var: tree.LocalVar) -> str:
    """Return the key under which a box holds its variable; messages tell the name by it."""
    return "=" + var.name


def find_boxed(lowered: "Lowered") -> "set[tree.LocalVar]":
    """Return the cells that are boxes, not native upvalues: those that a function made by a
    factory captures, that is one which stands in a frame-form function."""
    boxed = set()
    for proto in lowered.protos:
        if proto.frame:
            for function in proto.function.functions:
                for var in function.upvalues:
                    if var.is_cell:
                        boxed.add(var)
    return boxed


class Names:
    """Names in a direct function: the source's."""

    frame = False

    def of(self, var: tree.LocalVar) -> str:
        return source_name(var)


class FrameNames(Names):
    """Names in a frame-form function.

    hoisted  names to declare at the top
    spilled  how many locals found no place there and live in the table mh__L
    local    variables that only one block mentions: declared in it
    """

    frame = True

    def __init__(self, proto: "Proto"):
        self.proto = proto
        self.names: "dict[tree.LocalVar, str]" = {}
        self.hoisted: "list[str]" = []
        self.spilled = 0
        self.local: "set[tree.LocalVar]" = set()
        self._taken: "set[str]" = set(RESERVED_NAMES)
        for var, _ in proto.upvalues:
            self._taken.add(source_name(var))
        mentions = [Mentions(proto, block) for block in proto.blocks]
        for found in mentions:
            self._taken |= found.globals
        params = proto.function.params
        for var in params:
            self.names[var] = self._fresh(var)
        self._find_local(mentions)
        for found in mentions:
            inside = 0
            for var in found.declared:
                if var in self.names:
                    continue
                if var in self.local and inside < BLOCK_LOCALS:
                    inside += 1
                    self.names[var] = self._fresh(var)
                else:
                    self.local.discard(var)
                    self._hoist(var)

    def of(self, var: tree.LocalVar) -> str:
        found = self.names.get(var)
        return source_name(var) if found is None else found

    def _find_local(self, mentions: "list[Mentions]") -> None:
        """Find the locals that one block declares by a statement and no other mentions."""
        count: "dict[tree.LocalVar, int]" = {}
        for found in mentions:
            for var in found.all:
                count[var] = count.get(var, 0) + 1
        outside = set(self.proto.function.params)
        for live in self.proto.live:
            outside.update(live)
        for found in mentions:
            for var in found.by_statement:
                if count[var] == 1 and var not in outside:
                    self.local.add(var)

    def _hoist(self, var: tree.LocalVar) -> None:
        if len(self.hoisted) >= HOISTED:
            self.spilled += 1
            self.names[var] = "mh__L[%d]" % self.spilled
            return
        name = self._fresh(var)
        self.names[var] = name
        self.hoisted.append(name)

    def _fresh(self, var: tree.LocalVar) -> str:
        base = "mh__t" if var.temp else source_name(var)
        name = base
        count = 0
        while name in self._taken or (var.temp and not count):
            count += 1
            name = base + (str(count) if var.temp else "__mh%d" % count)
        self._taken.add(name)
        return name


RESERVED_NAMES = ("_ENV",)


class Mentions:
    """The variables of its own function that a block mentions.

    all           every one
    declared      those that live at the block's own level, in order
    by_statement  those of them that a statement declares
    globals       names of globals
    """

    def __init__(self, proto: "Proto", block: "Block"):
        self._function = proto.function
        self._varargs = proto.varargs
        self.all: "set[tree.LocalVar]" = set()
        self.declared: "list[tree.LocalVar]" = []
        self.by_statement: "list[tree.LocalVar]" = []
        self.globals: "set[str]" = set()
        if proto.varargs is not None and block.pc == 0:
            self._declare(proto.varargs)
        for stat in block.stats:
            if isinstance(stat, tree.Local):
                self.by_statement += stat.vars
                self._declare(*stat.vars)
            elif isinstance(stat, tree.LocalFunction):
                self.by_statement.append(stat.var)
                self._declare(stat.var)
            elif isinstance(stat, ForPrepare):
                self._declare(stat.index, stat.last, stat.by, stat.count)
            self._walk(stat)
        self._end(block)

    def _declare(self, *variables: tree.LocalVar) -> None:
        for var in variables:
            self.all.add(var)
            self.declared.append(var)

    def _end(self, block: "Block") -> None:
        end = block.end
        if isinstance(end, Suspend):
            self._declare(*end.wants)
            if end.pack is not None:
                self._declare(end.pack)
            self._walk(end.call)
        elif isinstance(end, ForLoop):
            self._declare(end.var)
            prepare = end.prepare
            self._declare(prepare.index, prepare.last, prepare.by, prepare.count)
        else:
            for expr in getattr(end, "exprs", ()):
                self._walk(expr)
            cond = getattr(end, "cond", None)
            if cond is not None:
                self._walk(cond)

    def _walk(self, node: tree.Node) -> None:
        if isinstance(node, tree.Global):
            self.globals.add(node.name)
        elif isinstance(node, (tree.LocalRef, Spread)):
            if node.var.owner is self._function:
                self.all.add(node.var)
                if node.var.temp and node.var not in self.declared:
                    self.declared.append(node.var)
        elif isinstance(node, tree.Vararg):
            if self._varargs is not None:
                self.all.add(self._varargs)
        elif isinstance(node, tree.Function):
            for var in node.upvalues:
                if var.owner is self._function:
                    self.all.add(var)
            return
        elif hasattr(node, "var"):
            self.all.add(node.var)
        for child in tree.children(node):
            self._walk(child)
