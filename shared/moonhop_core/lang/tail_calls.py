"""Which tail calls may go round in circles, and so have to run in constant space?

Python's functions have no tail calls, and in a chain of them that never comes back to the same
function nobody misses these. What matters are circles: a function that may be called, through tail
calls only, by what it tail calls itself. Who may be called where is what the suspension analysis
knows: its graph of places that functions flow through gets an edge more from the callee of each
tail call to the function that has it; calls within a strongly connected component go in circles.

Only calls that cannot suspend count here: others leave their frame to the machine anyway.

That graph is coarse where values are stored under computed keys, since all that is kept in lists
comes by. So what was read by a computed key is thought to be called where it was read, or after it
was put once into a variable, parameter or field; and of a field that is called by its name only
those functions that the text itself stores under a computed key. Without that most methods would go
in circles. `return self.list:get()` does only if a `get` may tail call a `get`.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.names import ELEMENT, FIELDS, PASSED, RESULT, is_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from moonhop_core.lang.suspension import Analysis, NodeKey

    Call = tree.Call | tree.MethodCall

CALLED = ".__call"  # the place of what tables that are called have
STORED = "(stored)"  # functions that the text itself stores by computed key or position
HANDED = "(handed)"  # functions that the text itself passes or returns
NARROW = {ELEMENT: STORED, PASSED: HANDED}


def tail_calls(body: tree.Block) -> "list[tuple[Call, bool]]":
    """Return the tail calls of a function's body, each with whether it stands in a loop.

    As in PUC Lua those behind a `<close>` local or in a generic `for` are none."""
    found: "list[tuple[Call, bool]]" = []
    _find(body, False, found)
    return found


def _find(block: tree.Block, looped: bool, found: "list[tuple[Call, bool]]") -> None:
    for stat in block.stats:
        if isinstance(stat, tree.Return):
            if len(stat.exprs) == 1:
                expr = stat.exprs[0]
                if isinstance(expr, (tree.Call, tree.MethodCall)):
                    found.append((expr, looped))
        elif isinstance(stat, tree.Local):
            if any(var.attrib == "close" for var in stat.vars):
                return
        elif not isinstance(stat, tree.GenericFor):
            inside = looped or isinstance(stat, (tree.While, tree.Repeat, tree.NumericFor))
            for child in tree.children(stat):
                if isinstance(child, tree.Block):
                    _find(child, inside, found)


def mark_circles(analysis: "Analysis") -> "set[tree.Function]":
    """Set `circular` on the tail calls that go in circles.

    Returns the functions that need frame form for them: those in a circle with a function that
    has a `<close>` variable, because such functions have frame form. Their calls in the circle
    leave the frame, like calls that suspend.
    """
    places: "dict[tree.Function, list[tuple[Call, list[NodeKey]]]]" = {}
    callers: "dict[NodeKey, list[NodeKey]]" = {}
    for function in analysis.chunk.functions:
        if analysis.effect(function)[0]:
            continue
        calls = _callees(analysis, function)
        if calls:
            places[function] = calls
            for _, nodes in calls:
                for node in nodes:
                    callers.setdefault(node, []).append(function)
    if not places:
        return set()
    component = components(list(places), successors_of(analysis, callers))
    framed = set()
    circles: "list[tuple[tree.Function, Call]]" = []
    for function, calls in places.items():
        own = component[function]
        for call, nodes in calls:
            if any(component.get(node) == own for node in nodes):
                call.circular = True
                call.by_table = component.get(CALLED) == own and CALLED in nodes
                circles.append((function, call))
                if function.has_close:
                    framed.add(own)
    functions = set()
    for function, call in circles:
        if component[function] in framed:
            call.suspends = True
            functions.add(function)
    return functions


def _callees(analysis: "Analysis", function: tree.Function) -> "list[tuple[Call, list[NodeKey]]]":
    """The tail calls of a function that may call a function of the program, with its places."""
    found: "list[tuple[Call, list[NodeKey]]]" = []
    wanted = {id(call) for call, _ in tail_calls(function.body)}
    for call, nodes, _, _ in analysis.calls[function.number]:
        if id(call) not in wanted or not isinstance(call, (tree.Call, tree.MethodCall)):
            continue
        name = analysis.names.builtin(call.func) if isinstance(call, tree.Call) else None
        if isinstance(call, tree.Call) and name is not None:
            # pcall, say, does not tail call what it calls
            nodes = ["=" + name]
            if analysis.chunk.names_env:
                nodes = nodes + analysis.sources(call.func)
        else:
            nodes = narrowed(analysis, call, nodes)
        found.append((call, nodes))
    return found


def narrowed(analysis: "Analysis", call: "Call", nodes: "list[NodeKey]") -> "list[NodeKey]":
    """The places of a callee as circles are sought with them."""
    if isinstance(call, tree.MethodCall) or (
        isinstance(call.func, tree.Index) and is_named(call.func.key)
    ):
        nodes = [NARROW.get(node, node) if isinstance(node, str) else node for node in nodes]
        return nodes + _read_from(FIELDS, nodes, analysis)
    nodes = nodes + _read_from(FIELDS, nodes, analysis)
    unknown = (PASSED, RESULT)
    if any(at in nodes or _read_from(at, nodes, analysis) for at in unknown):
        nodes += [FIELDS, ELEMENT]
    return nodes


def _read_from(source: "NodeKey", nodes: "list[NodeKey]", analysis: "Analysis") -> "list[NodeKey]":
    """Return the source, in a list, if one of the places is filled from there."""
    filled = analysis.flows.get(source, [])
    return [source] if any(node in filled for node in nodes) else []


def successors_of(
    analysis: "Analysis", callers: "dict[NodeKey, list[NodeKey]]"
) -> "Callable[[NodeKey], list[NodeKey]]":
    """Return the graph: where a function may go from a place, or who (tail) calls what is there."""
    flows = analysis.flows
    bound = analysis.names.bound

    def successors(node: "NodeKey") -> "list[NodeKey]":
        found = list(callers.get(node, []))
        if node != FIELDS and node != RESULT:
            found += flows.get(node, [])
        if isinstance(node, tree.Function) or node in bound:
            for place, narrow in NARROW.items():
                if place in found:
                    found.append(narrow)
        return found

    return successors


def components(
    starts: "list[tree.Function]", successors: "Callable[[NodeKey], list[NodeKey]]"
) -> "dict[NodeKey, int]":
    """Return the number of the strongly connected component of each node that can be reached
    (Tarjan's algorithm, with a stack of its own)."""
    order: "dict[NodeKey, int]" = {}
    low: "dict[NodeKey, int]" = {}
    found: "dict[NodeKey, int]" = {}
    opened: "list[NodeKey]" = []
    for start in starts:
        if start in order:
            continue
        walk: "list[tuple[NodeKey, list[NodeKey]]]" = []
        node: "NodeKey | None" = start
        while node is not None or walk:
            if node is not None:
                order[node] = low[node] = len(order)
                opened.append(node)
                walk.append((node, successors(node)))
            here, left = walk[-1]
            node = None
            while left:
                following = left.pop()
                if following not in order:
                    node = following
                    break
                if following not in found:
                    low[here] = min(low[here], order[following])
            if node is not None:
                continue
            walk.pop()
            if walk:
                below = walk[-1][0]
                low[below] = min(low[below], low[here])
            if low[here] == order[here]:
                while True:
                    member = opened.pop()
                    found[member] = order[here]
                    if member is here or member == here:
                        break
    return found
