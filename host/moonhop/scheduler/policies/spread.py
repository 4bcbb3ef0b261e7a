"""Spread: an application's processes on as many nodes as there are, so that a node takes few along
when it dies."""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush, heapreplace

from moonhop.scheduler.policies.model import Node, Placement, Process
from moonhop.scheduler.policies.rooms import Filling, Key

Entry = tuple[int, int, int]  # processes of the application, of all, the node's number


def spread(
    nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
) -> Placement:
    """Leave what runs where it is; place the others where the fewest of their application run, of
    these where the fewest processes run."""
    filling = Filling(nodes, processes, current)
    rooms = filling.rooms
    slots, memory, counts = rooms.slots, rooms.memory, rooms.counts
    siblings: dict[str, list[int]] = {p.app: [0] * len(rooms.nodes) for p in processes}
    for process in processes:
        if (node := filling.placed.get(process.pid)) is not None:
            siblings[process.app][rooms.numbers[node]] += 1
    heaps: dict[Key, list[Entry]] = {}

    def choose(process: Process) -> int | None:
        mine = siblings[process.app]
        key = (*filling.group(process), process.app)
        heap = heaps.get(key)
        if heap is None:
            heap = [(mine[number], counts[number], number) for number in filling.fitting(process)]
            heapify(heap)
            heaps[key] = heap
        small: list[Entry] = []  # too small for this one, perhaps not for the next
        found = None
        while heap:
            of_app, of_all, number = heap[0]
            if slots[number] < 1:
                heappop(heap)
            elif counts[number] != of_all or mine[number] != of_app:  # it got fuller since
                heapreplace(heap, (mine[number], counts[number], number))
            elif memory[number] < process.memory:
                small.append(heappop(heap))
            else:
                found = number
                mine[number] += 1
                heapreplace(heap, (mine[number], of_all + 1, number))
                break
        for entry in small:
            heappush(heap, entry)
        return found

    return filling.place(choose)
