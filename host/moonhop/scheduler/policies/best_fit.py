"""Best-fit: the node left with the least room; so large nodes stay free for large processes."""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence

from moonhop.scheduler.policies.model import Node, Placement, Process
from moonhop.scheduler.policies.rooms import Filling, Key

Entry = tuple[float, float, int]  # bytes and slots left, the node's number


def best_fit(
    nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
) -> Placement:
    """Leave what runs where it is; place the others where the least memory, then the fewest slots,
    are left."""
    filling = Filling(nodes, processes, current)
    rooms = filling.rooms
    groups: dict[Key, list[Entry]] = {}
    lists: list[list[list[Entry]]] = [[] for _ in rooms.nodes]  # by node: where it stands

    def entry(number: int) -> Entry:
        return rooms.memory[number], rooms.slots[number], number

    def list_for(process: Process) -> list[Entry]:
        group = filling.group(process)
        found = groups.get(group)
        if found is None:
            fitting = [n for n in filling.fitting(process) if rooms.slots[n] >= 1]
            found = groups[group] = sorted(map(entry, fitting))
            for number in fitting:
                lists[number].append(found)
        return found

    def choose(process: Process) -> int | None:
        entries = list_for(process)
        at = bisect_left(entries, (process.memory,))
        if at == len(entries):
            return None
        before = entries[at]
        memory, slots, number = before
        after = memory - process.memory, slots - 1, number
        for each in lists[number]:
            del each[bisect_left(each, before)]
            if slots > 1:
                insort(each, after)
        return number

    return filling.place(choose)
