"""What a process has to do later: a queue of moments, in order of time, then of entry."""

import heapq

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


class Agenda:
    """Entries are lists [kind, id, …] under a number; moments are microseconds of the host's
    `monotonic`."""

    def __init__(self) -> None:
        self._heap: "list[tuple[int, int]]" = []
        self._live: "dict[int, Any]" = {}
        self._moments: "dict[int, int]" = {}
        self._next = 1

    def add(self, moment: int, what: "Any") -> int:
        """Enter something and return its number. Entries of the same moment keep their order."""
        number = self._next
        self._next = number + 1
        self._live[number] = what
        self._moments[number] = moment
        heapq.heappush(self._heap, (moment, number))
        return number

    def remove(self, number: int) -> None:
        """Take an entry out; nothing happens if it is not there."""
        if number in self._live:
            del self._live[number]
            del self._moments[number]
            if len(self._heap) > 16 and len(self._heap) > 2 * len(self._live):
                self._heap = [(moment, n) for n, moment in self._moments.items()]
                heapq.heapify(self._heap)

    def moment(self, number: int) -> int:
        """Return when an entry is due."""
        return self._moments[number]

    def first(self) -> "int | None":
        """Return the moment of the earliest entry."""
        heap = self._heap
        while heap and heap[0][1] not in self._live:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def pop(self, now: int) -> "Any":
        """Take out and return the earliest entry if it is due, else None."""
        moment = self.first()
        if moment is None or moment > now:
            return None
        number = heapq.heappop(self._heap)[1]
        del self._moments[number]
        return self._live.pop(number)
