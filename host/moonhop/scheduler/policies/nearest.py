"""Nearest: the node closest to where a process is wanted."""

import math
from collections.abc import Mapping, Sequence

from moonhop.scheduler.policies.first_room import FirstRoom
from moonhop.scheduler.policies.model import Node, Place, Placement, Process
from moonhop.scheduler.policies.rooms import Filling, Key

EARTH = 6_371_009.0  # metres, mean radius


def nearest(
    nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
) -> Placement:
    """Leave what runs where it is; place the others on the nearest node where they fit.

    Nodes without a place come last, by id; a process without one takes the first that fits.
    """
    filling = Filling(nodes, processes, current)
    orders: dict[Key, FirstRoom] = {}

    def choose(process: Process) -> int | None:
        key = (*filling.group(process), process.place)
        order = orders.get(key)
        if order is None:
            fitting = filling.fitting(process)
            if process.place is not None:
                far = {n: apart(filling.rooms.nodes[n].place, process.place) for n in fitting}
                fitting = sorted(fitting, key=lambda n: (far[n], n))
            order = orders[key] = FirstRoom(filling.rooms, fitting)
        return order.find(process.memory)

    return filling.place(choose)


def apart(a: Place | None, b: Place | None) -> float:
    """Return the metres between two places over the earth's surface; infinite if one is unknown."""
    if a is None or b is None:
        return math.inf
    north_a, east_a, north_b, east_b = map(math.radians, (*a, *b))
    across = math.sin((north_b - north_a) / 2) ** 2
    along = math.cos(north_a) * math.cos(north_b) * math.sin((east_b - east_a) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(across + along, 1.0)))
