"""From a parsed and analysed program to prototypes in direct or frame form (see lowered.py)."""

from moonhop_core.lang import tree
from moonhop_core.lang.flatten import Flattener
from moonhop_core.lang.heavy import cut, mark_heavy
from moonhop_core.lang.liveness import Liveness, successors
from moonhop_core.lang.lowered import (
    Block,
    Branch,
    ForLoop,
    ForPrepare,
    Jump,
    Lowered,
    Proto,
    Suspend,
)
from moonhop_core.lang.marking import mark
from moonhop_core.lang.recursion import recurring
from moonhop_core.lang.suspension import Suspension


def lower(chunk: tree.Chunk, suspension: Suspension) -> Lowered:
    """Lower every function of `chunk`; `suspension` is what analyse() found out about it."""
    protos = []
    for function in chunk.functions:
        protos.append(_lower_function(function, suspension))
    return Lowered(chunk.name, protos, chunk.parts)


def _lower_function(function: tree.Function, suspension: Suspension) -> Proto:
    proto = Proto(function)
    proto.suspends = suspension.mask(function) != 0
    proto.why = suspension.why(function)
    proto.frame = proto.suspends or function.has_close or function in suspension.framed
    for var in function.upvalues:
        proto.upvalues.append((var, "cell" if var.is_cell else "value"))
    marks = mark(function)
    proto.flat = marks.jumps and not proto.frame
    if not (proto.frame or proto.flat):
        return proto
    mark_heavy(function, marks)
    flattener = Flattener(proto, marks)
    if proto.frame and function.is_vararg:
        proto.varargs = flattener.temp("varargs")
    proto.blocks = cut(_tidy(flattener.run()))
    if proto.frame:
        _number_resumes(proto)
    return proto


def deep_form(proto: Proto) -> "Proto | None":
    """Return a second prototype, in frame form, of a direct function that may recurse; None of
    one that may not. In it the calls that may be part of a circle leave the frame."""
    calls = recurring(proto.function.body)
    if proto.frame or not calls:
        return None
    for call in calls:
        call.suspends = True
    deep = Proto(proto.function)
    deep.frame = True
    deep.upvalues = proto.upvalues
    marks = mark(proto.function)
    mark_heavy(proto.function, marks)
    flattener = Flattener(deep, marks)
    if proto.function.is_vararg:
        deep.varargs = flattener.temp("varargs")
    deep.blocks = cut(_tidy(flattener.run()))
    _number_resumes(deep)
    for call in calls:
        call.suspends = False
    return deep


def _number_resumes(proto: Proto) -> None:
    """Number the resume points in the order of the calls and note what lives at each."""
    function = proto.function
    proto.blocks[0].pc = 0
    proto.resumes.append(proto.blocks[0])
    proto.live.append(list(function.params))
    if proto.varargs is not None:
        proto.live[0].append(proto.varargs)
    order: "dict[tree.LocalVar, int]" = {}
    for var in proto.live[0]:
        order[var] = len(order)
    for block in proto.blocks:
        for stat in block.stats:
            _note_order(stat, order)
        end = block.end
        if isinstance(end, ForLoop):
            order.setdefault(end.var, len(order))
        elif isinstance(end, Suspend):
            for var in end.wants:
                order.setdefault(var, len(order))
            if end.pack is not None:
                order.setdefault(end.pack, len(order))
    liveness = Liveness(proto)
    for block in proto.blocks:
        end = block.end
        if isinstance(end, Suspend) and end.target is not None:
            end.pc = end.target.pc = len(proto.resumes)
            proto.resumes.append(end.target)
            live = list(liveness.at_resume(end))
            live.sort(key=lambda var: order[var])
            proto.live.append(live)


def _note_order(stat: tree.Stat, order: "dict[tree.LocalVar, int]") -> None:
    """A fixed order for locals, so that every compilation lays frames out alike: that of their
    first appearance at block level."""
    variables: "list[tree.LocalVar]" = []
    if isinstance(stat, tree.Local):
        variables = stat.vars
    elif isinstance(stat, tree.LocalFunction):
        variables = [stat.var]
    elif isinstance(stat, tree.Assign):
        variables = [target.var for target in stat.targets if isinstance(target, tree.LocalRef)]
    elif isinstance(stat, ForPrepare):
        variables = [stat.index, stat.last, stat.by, stat.count]
    for var in variables:
        order.setdefault(var, len(order))


# ---------------------------------------------------------------- tidying blocks


def _tidy(blocks: "list[Block]") -> "list[Block]":
    """Drop unreachable blocks, skip empty ones, join chains; number the rest in order."""
    for block in blocks:
        _retarget(block)
    entry = blocks[0]
    reached: "set[Block]" = set()
    sources: "dict[Block, int]" = {}
    work = [entry]
    while work:
        block = work.pop()
        if block in reached:
            continue
        reached.add(block)
        for following in successors(block):
            sources[following] = sources.get(following, 0) + 1
            work.append(following)
    resumed = set()
    for block in reached:
        if isinstance(block.end, Suspend):
            resumed.add(block.end.target)
    kept = []
    joined: "set[Block]" = set()
    for block in blocks:
        if block not in reached or block in joined:
            continue
        while isinstance(block.end, Jump):
            target = block.end.target
            if sources[target] != 1 or target in resumed or target is block or target in joined:
                break
            if target in kept:
                break
            block.stats.extend(target.stats)
            block.end = target.end
            joined.add(target)
        kept.append(block)
    kept = [block for block in kept if block not in joined]
    for index, block in enumerate(kept):
        block.index = index
    return kept


def _final(block: Block) -> Block:
    """Where a jump to `block` ends up: past empty blocks that only jump on."""
    seen = set()
    while not block.stats and isinstance(block.end, Jump) and block not in seen:
        seen.add(block)
        block = block.end.target
    return block


def _retarget(block: Block) -> None:
    end = block.end
    if isinstance(end, Jump):
        end.target = _final(end.target)
    elif isinstance(end, Branch):
        end.then = _final(end.then)
        end.orelse = _final(end.orelse)
    elif isinstance(end, ForLoop):
        end.body = _final(end.body)
        end.done = _final(end.done)
