"""Which calls may come back to the function that they stand in?

On MicroPython direct functions call each other on C's stack, which is small. What can recurse gets
a second form there that needs none (`lowering.deep_form`), and in that the calls which may be part
of a circle leave the frame. A circle is a strongly connected component of the graph in which the
suspension analysis follows functions, with an edge from the place of each callee to the caller.

What is missed (a call of an iterator, a metamethod, a function that a builtin calls back) recurses
on C's stack, to its end; a call that is wrongly thought to recur costs a little there.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.tail_calls import components, narrowed, successors_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.suspension import Analysis, NodeKey
    from moonhop_core.lang.tail_calls import Call


def mark_recursion(analysis: "Analysis") -> None:
    """Set `recurs` on the calls of direct functions that may come back to them."""
    places: "dict[tree.Function, list[tuple[Call, list[NodeKey]]]]" = {}
    callers: "dict[NodeKey, list[NodeKey]]" = {}
    for function in analysis.chunk.functions:
        if analysis.effect(function)[0]:
            continue
        found = []
        for call, nodes, _, _ in analysis.calls[function.number]:
            if isinstance(call, (tree.Call, tree.MethodCall)):
                if not (isinstance(call, tree.Call) and analysis.names.builtin(call.func)):
                    nodes = narrowed(analysis, call, nodes)
                found.append((call, nodes))
        if found:
            places[function] = found
            for _, nodes in found:
                for node in nodes:
                    callers.setdefault(node, []).append(function)
    if not places:
        return
    component = components(list(places), successors_of(analysis, callers))
    for function, found in places.items():
        own = component[function]
        for call, nodes in found:
            if any(component.get(node) == own for node in nodes):
                call.recurs = True


def recurring(node: tree.Node) -> "list[Call]":
    """Return the calls that recur below a function's body, functions inside aside."""
    found: "list[Call]" = []
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, (tree.Call, tree.MethodCall)) and part.recurs:
            found.append(part)
        todo += [child for child in tree.children(part) if not isinstance(child, tree.Function)]
    return found
