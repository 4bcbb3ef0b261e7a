"""First-fit, the default: the first node by id that fits. Nothing to explain or to tune."""

from collections.abc import Mapping, Sequence

from moonhop.scheduler.policies.first_room import FirstRoom
from moonhop.scheduler.policies.model import Node, Placement, Process
from moonhop.scheduler.policies.rooms import Filling, Key


def first_fit(
    nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
) -> Placement:
    """Leave what runs where it is; place the others on the first node, by id, where they fit."""
    filling = Filling(nodes, processes, current)
    orders: dict[Key, FirstRoom] = {}

    def choose(process: Process) -> int | None:
        group = filling.group(process)
        order = orders.get(group)
        if order is None:
            order = orders[group] = FirstRoom(filling.rooms, filling.fitting(process))
        return order.find(process.memory)

    return filling.place(choose)
