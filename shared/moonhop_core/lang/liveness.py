"""Which locals a frame must keep at each resume point: those that some path may still read.

Backward dataflow over a function's blocks. A frame then holds nothing that is dead, so images
stay small, and what could not be written down is not in the way once it is no longer needed.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.lowered import (
    Block,
    Branch,
    ForLoop,
    ForPrepare,
    Jump,
    OpenClose,
    Proto,
    Return,
    Spread,
    Suspend,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    Vars = set[tree.LocalVar]


def successors(block: Block) -> "list[Block]":
    """Where control may go from the end of `block`, resuming included."""
    end = block.end
    if isinstance(end, Jump):
        return [end.target]
    if isinstance(end, Branch):
        return [end.then, end.orelse]
    if isinstance(end, ForLoop):
        return [end.body, end.done]
    if isinstance(end, Suspend) and end.target is not None:
        return [end.target]
    return []


class Liveness:
    """Live locals at the start of each block of a prototype in blocks."""

    def __init__(self, proto: Proto):
        self.proto = proto
        self.owner = proto.function
        self.at_start: "dict[Block, Vars]" = {block: set() for block in proto.blocks}
        changed = True
        while changed:
            changed = False
            for block in reversed(proto.blocks):
                live = self._through(block)
                if len(live) > len(self.at_start[block]):
                    self.at_start[block] = live
                    changed = True

    def at_resume(self, suspend: Suspend) -> "Vars":
        """What a frame keeps while this call is suspended: its results are not there yet."""
        assert suspend.target is not None
        live = set(self.at_start[suspend.target])
        for var in suspend.wants:
            live.discard(var)
        if suspend.pack is not None:
            live.discard(suspend.pack)
        return live

    # ------------------------------------------------------------ one block, backwards

    def _through(self, block: Block) -> "Vars":
        end = block.end
        live: "Vars" = set()
        if isinstance(end, Suspend):
            if end.target is not None:
                live = self.at_resume(end)
            self._use(end.call, live)
        else:
            for following in successors(block):
                live |= self.at_start[following]
            if isinstance(end, Branch):
                self._use(end.cond, live)
            elif isinstance(end, Return):
                for expr in end.exprs:
                    self._use(expr, live)
            elif isinstance(end, ForLoop):
                live.discard(end.var)
                prepare = end.prepare
                live |= {prepare.index, prepare.last, prepare.by, prepare.count}
        for stat in reversed(block.stats):
            self._before(stat, live)
        return live

    def _before(self, stat: tree.Stat, live: "Vars") -> None:
        """Turn the locals live after `stat`, a statement of a block, into those before it."""
        if isinstance(stat, tree.Local):
            for var in stat.vars:
                live.discard(var)
        elif isinstance(stat, tree.LocalFunction):
            self._use(stat.func, live)
            live.discard(stat.var)
            return
        elif isinstance(stat, ForPrepare):
            live -= {stat.index, stat.last, stat.by, stat.count}
        elif isinstance(stat, OpenClose):
            live.add(stat.var)
        elif isinstance(stat, tree.Assign):
            for target in stat.targets:
                if isinstance(target, tree.LocalRef) and target.var.owner is self.owner:
                    if target.var.is_cell:
                        live.add(target.var)
                    else:
                        live.discard(target.var)
            for target in stat.targets:
                if not isinstance(target, tree.LocalRef):
                    self._use(target, live)
            for expr in stat.exprs:
                self._use(expr, live)
            return
        self._use(stat, live)

    def _use(self, node: tree.Node, live: "Vars") -> None:
        """Add the locals of this function that `node` reads and does not declare itself."""
        reads: "Vars" = set()
        declared: "Vars" = set()
        self._collect(node, reads, declared)
        live |= reads - declared

    def _collect(self, node: tree.Node, reads: "Vars", declared: "Vars") -> None:
        if isinstance(node, tree.LocalRef):
            if node.var.owner is self.owner:
                reads.add(node.var)
        elif isinstance(node, Spread):
            reads.add(node.var)
        elif isinstance(node, tree.Vararg):
            if self.proto.varargs is not None:  # in direct form they are no local
                reads.add(self.proto.varargs)
        elif isinstance(node, tree.Function):
            for var in node.upvalues:
                if var.owner is self.owner:
                    reads.add(var)
            return
        elif isinstance(node, tree.Local):
            declared.update(node.vars)
        elif isinstance(node, (tree.LocalFunction, tree.NumericFor)):
            declared.add(node.var)
        elif isinstance(node, tree.GenericFor):
            declared.update(node.vars)
        for child in tree.children(node):
            self._collect(child, reads, declared)
