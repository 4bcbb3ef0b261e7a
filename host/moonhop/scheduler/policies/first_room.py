"""The first node of an order that has room, found without looking at each."""

from collections.abc import Sequence

from moonhop.scheduler.policies.rooms import FULL, Rooms


class FirstRoom:
    """A tree over an order of nodes; each knot knows the most room below it.

    What it knows may be too much, since nodes get fuller without telling it, but never too little:
    a leaf is set right when it is found to be wrong.
    """

    def __init__(self, rooms: Rooms, order: Sequence[int]) -> None:
        self._rooms = rooms
        self._order = order
        self._size = size = 1 << max(len(order) - 1, 0).bit_length()
        self._most = most = [FULL] * (2 * size)
        for at, number in enumerate(order):
            most[size + at] = rooms.room(number)
        for at in range(size - 1, 0, -1):
            most[at] = max(most[2 * at], most[2 * at + 1])

    def find(self, memory: int) -> int | None:
        """Return the first node with room for a process of so many bytes, or None."""
        most, size = self._most, self._size
        while most[1] >= memory:
            at = 1
            while at < size:
                at *= 2
                if most[at] < memory:
                    at += 1
            number = self._order[at - size]
            room = self._rooms.room(number)
            if room >= memory:
                return number
            most[at] = room
            while at > 1:
                at //= 2
                most[at] = max(most[2 * at], most[2 * at + 1])
        return None
