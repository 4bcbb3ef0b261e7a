"""Which statements of a function must be flattened into blocks, and what its gotos mean.

A statement must be flattened if it contains a call that may suspend, a `<close>` local, a label
or a goto that is not a plain `continue`; or a `break` or `continue` out of a loop that is
flattened itself. All others keep their structure inside a block.
"""

from moonhop_core.lang import tree


class Marks:
    """flat: ids of statements that must be flattened. jumps: some goto is no plain continue."""

    def __init__(self) -> None:
        self.flat: "set[int]" = set()
        self.jumps = False


def contains_suspension(node: tree.Node) -> bool:
    """Does evaluating `node` (not the functions inside it) involve a call that may suspend?"""
    if isinstance(node, tree.Function):
        return False
    if isinstance(node, (tree.Call, tree.MethodCall, tree.GenericFor)) and node.suspends:
        return True
    return any(contains_suspension(child) for child in tree.children(node))


def mark(function: tree.Function) -> Marks:
    """Mark `function`'s own statements; sets Goto.structured and Label.depth on the way."""
    marks = Marks()
    if function.has_goto:
        _resolve(function.body, None, 0)
    _triggers(function.body, marks)
    mark_leaving(function.body, marks)
    return marks


# ---------------------------------------------------------------- gotos and labels


def _ends_block(stats: "list[tree.Stat]", index: int) -> bool:
    """Do only labels follow stats[index]?"""
    return all(isinstance(stat, tree.Label) for stat in stats[index + 1 :])


def _resolve(block: tree.Block, loop: "tree.Block | None", depth: int) -> None:
    """Set Label.depth and Goto.structured below `block`; `loop` is the innermost loop's body if
    that loop can be continued by going to the end of its body."""
    opened = depth
    for index, stat in enumerate(block.stats):
        if isinstance(stat, tree.Label):
            stat.depth = depth if _ends_block(block.stats, index) else opened
        elif isinstance(stat, tree.Local):
            opened += len([var for var in stat.vars if var.attrib == "close"])
        elif isinstance(stat, tree.Goto):
            label = stat.label
            stat.structured = (
                label is not None
                and label.continues
                and loop is not None
                and label in loop.stats
                and _ends_block(loop.stats, loop.stats.index(label))
            )
        elif isinstance(stat, (tree.While, tree.NumericFor, tree.GenericFor)):
            _resolve(stat.body, stat.body, opened)
        elif isinstance(stat, tree.Repeat):
            _resolve(stat.body, None, opened)
        elif isinstance(stat, tree.Do):
            _resolve(stat.body, loop, opened)
        elif isinstance(stat, tree.If):
            for inner in stat.blocks:
                _resolve(inner, loop, opened)
            if stat.orelse is not None:
                _resolve(stat.orelse, loop, opened)


# ---------------------------------------------------------------- marking


def _blocks(stat: tree.Stat) -> "list[tree.Block]":
    return [child for child in tree.children(stat) if isinstance(child, tree.Block)]


def _triggers(block: tree.Block, marks: Marks) -> bool:
    """Mark the statements below `block` that need flattening by themselves or by what they
    contain; says whether there were any."""
    found = False
    for stat in block.stats:
        needed = False
        if isinstance(stat, tree.Goto):
            if not stat.structured:
                needed = marks.jumps = True
        elif isinstance(stat, tree.Label):
            needed = not stat.continues or _has_jump_to(stat, block)
        elif isinstance(stat, tree.Local):
            needed = any(var.attrib == "close" for var in stat.vars)
        for inner in _blocks(stat):
            needed = _triggers(inner, marks) or needed
        if needed or _own_suspension(stat):
            marks.flat.add(id(stat))
            found = True
    return found


def _own_suspension(stat: tree.Stat) -> bool:
    """Does `stat` itself, its inner blocks aside, contain a suspending call?"""
    if isinstance(stat, tree.GenericFor) and stat.suspends:
        return True
    for child in tree.children(stat):
        if not isinstance(child, tree.Block) and contains_suspension(child):
            return True
    return False


def _has_jump_to(label: tree.Label, node: tree.Node) -> bool:
    """Is there below `node` a goto to `label` that is no plain continue?"""
    for child in tree.children(node):
        if isinstance(child, tree.Goto):
            if child.label is label and not child.structured:
                return True
        elif isinstance(child, (tree.Block, tree.Stat)) and _has_jump_to(label, child):
            return True
    return False


def mark_leaving(block: tree.Block, marks: Marks) -> None:
    """Mark what leaves the loops of a function's body that are marked."""
    _leaving(block, marks, False)


def _leaving(block: tree.Block, marks: Marks, loop_is_flat: bool) -> bool:
    """Mark breaks and continues out of flattened loops, and what contains them."""
    found = False
    for stat in block.stats:
        if isinstance(stat, tree.Break) or (isinstance(stat, tree.Goto) and stat.structured):
            needed = loop_is_flat
        elif isinstance(stat, (tree.While, tree.Repeat, tree.NumericFor, tree.GenericFor)):
            _leaving(stat.body, marks, id(stat) in marks.flat)
            needed = False
        else:
            needed = False
            for inner in _blocks(stat):
                needed = _leaving(inner, marks, loop_is_flat) or needed
        if needed:
            marks.flat.add(id(stat))
            found = True
    return found
