"""Where emitted Python for MicroPython asks whether its turn is over.

A check is the statement `TURN`: it reads a name of the module, which is taken away when the slice
is over (`process/alarm.py`), so that the next check raises NameError. That is the cheapest test
there is (5.6 ns; `if FLAG: over()` takes 8, and three times the bytecode). Every circle that
control can go round has one: loops, backward jumps, entries of frames, and entries of direct
functions unless these are leaves. What has none is short: some hundred steps.
"""

from moonhop_core.lang import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Lowered

SHORT = 100  # turns of a loop, or of loops in each other, that need no check
CHECK = "TURN"
PIECE = 4096  # turns of a tiny loop between two checks
TINY = 1  # statements that a tiny loop has at most


def turns(loop: tree.NumericFor) -> int:
    """Return how many turns a numeric loop takes at most, if constants say it; else SHORT + 1."""
    start = loop.start
    limit = loop.limit
    step = loop.step
    if isinstance(start, tree.Const) and isinstance(limit, tree.Const):
        first = start.value
        last = limit.value
        if type(first) is int and type(last) is int:
            by: "object" = 1
            if step is not None:
                by = step.value if isinstance(step, tree.Const) else 0
            if type(by) is int and by > 0:
                return min(max((last - first) // by + 1, 0), SHORT + 1)
    return SHORT + 1


def is_tiny(loop: tree.NumericFor) -> bool:
    """Would a check in each turn of a numeric loop be much beside what else it does? Such a loop
    runs in pieces, with a check before each: this costs 40 ns a loop and nothing a turn."""
    return not calls(loop.body) and 0 < statements(loop.body) <= TINY


def statements(node: tree.Node) -> int:
    """Return how many statements are in a block; loops count as many."""
    found = 0
    for child in tree.children(node):
        if isinstance(child, (tree.While, tree.Repeat, tree.NumericFor, tree.Goto)):
            return TINY + 1
        if isinstance(child, (tree.Stat, tree.Block)):
            found += statements(child) + (1 if isinstance(child, tree.Stat) else 0)
    return found


def metamethods(lowered: "Lowered") -> bool:
    """Can an operator of the program call a function? Not if no table gets a metatable."""
    if lowered.unit:
        return True
    todo: "list[tree.Node]" = [part.main for part in lowered.parts]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Env):
            return True
        if isinstance(node, tree.Global) and node.name in ("setmetatable", "_G", "require", "load"):
            return True
        todo.extend(tree.children(node))
    return False


def calls(node: tree.Node) -> bool:
    """Does a function's body call anything, other than from within functions that it makes?"""
    for child in tree.children(node):
        if isinstance(child, (tree.Call, tree.MethodCall, tree.GenericFor)):
            return True
        if not isinstance(child, tree.Function) and calls(child):
            return True
    return False
