"""Functions that are too large for MicroPython as one: its jumps reach 16 kB of bytecode.

What such a function consists of is made small here: statements with others inside are flattened,
blocks are cut. emit_python_sections.py puts the blocks into Python functions of moderate length.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.lowered import Block, Jump
from moonhop_core.lang.marking import Marks, mark_leaving

HEAVY = 500  # nodes of the tree: a statement with more is flattened in a function of blocks
STRAIGHT = 250  # and so many stand in one block; a node takes 20 to 35 characters of Python


def mark_heavy(function: tree.Function, marks: Marks) -> None:
    """Mark the statements of `function` that have others inside and are too large to stay whole."""
    if _weigh(function.body, marks) > HEAVY:
        mark_leaving(function.body, marks)


def cut(blocks: "list[Block]") -> "list[Block]":
    """Return blocks none of which has much more than STRAIGHT nodes, where statements allow it."""
    found: "list[Block]" = []
    for block in blocks:
        stats = block.stats
        found.append(block)
        weight = start = 0
        for at, stat in enumerate(stats):
            own = _weigh(stat, None)
            if weight and weight + own > STRAIGHT:
                following = Block(0)
                following.end = block.end
                block.end = Jump(following)
                block.stats = stats[start:at]
                block = following
                found.append(block)
                start = at
                weight = 0
            weight += own
        if start:
            block.stats = stats[start:]
    if len(found) > len(blocks):
        for index, block in enumerate(found):
            block.index = index
    return found


def _weigh(node: tree.Node, marks: "Marks | None") -> int:
    """Return how many nodes a node has, itself included, functions inside aside. Recurs from
    statement to statement only: expressions may be deep."""
    weight = 0
    todo = [node]
    while todo:
        part = todo.pop()
        weight += 1
        for child in tree.children(part):
            if isinstance(child, (tree.Stat, tree.Block)):
                weight += _weigh(child, marks)
            elif not isinstance(child, tree.Function):
                todo.append(child)
    if marks is not None and weight > HEAVY and isinstance(node, COMPOUND):
        marks.flat.add(id(node))
    return weight


COMPOUND = (tree.Do, tree.If, tree.While, tree.Repeat, tree.NumericFor, tree.GenericFor)
