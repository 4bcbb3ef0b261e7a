"""What is left on each node while a policy fills them."""

import math
from collections.abc import Callable, Mapping, Sequence

from moonhop.scheduler.policies.model import Node, Placement, Process
from moonhop.scheduler.policies.needs import unmet_need, why_unplaced

FULL = -1.0  # room of a node without a free slot
Key = tuple[object, ...]


class Rooms:
    """Nodes in order of their ids, by number, with what they still hold. Room only shrinks."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = sorted(nodes, key=lambda node: node.id)
        self.numbers = {node.id: number for number, node in enumerate(self.nodes)}
        self.memory = [math.inf if n.memory is None else float(n.memory) for n in self.nodes]
        self.slots = [math.inf if n.slots is None else float(n.slots) for n in self.nodes]
        self.counts = [0] * len(self.nodes)

    def room(self, number: int) -> float:
        """Return the bytes that one more process may take there, FULL if there is no slot."""
        return self.memory[number] if self.slots[number] >= 1 else FULL

    def take(self, number: int, memory: int) -> None:
        """Put a process of so many bytes there."""
        self.memory[number] -= memory
        self.slots[number] -= 1
        self.counts[number] += 1

    def refusal(self, number: int, process: Process) -> str | None:
        """Return why the process does not fit there, or None if it does."""
        need = unmet_need(self.nodes[number], process)
        if need is not None:
            return need
        if self.slots[number] < 1:
            return "is full"
        if process.memory > self.memory[number]:
            left = max(int(self.memory[number]), 0)
            return f"needs {process.memory} bytes of memory, has {left} left"
        return None


class Filling:
    """The frame of every policy that places one process after the other.

    What runs stays where it is if its node still meets its needs and holds it; ``place`` takes the
    others. Processes with the same needs are one group and share what a policy finds out.
    """

    def __init__(
        self, nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
    ) -> None:
        self.rooms = Rooms(nodes)
        self.placed: dict[str, str] = {}
        self.waiting: list[Process] = []
        self._unplaced: dict[str, str] = {}
        self._fitting: dict[Key, list[int]] = {}
        self._reasons: dict[Key, str] = {}
        for process in processes:
            if not self._stays(process, current.get(process.pid)):
                self.waiting.append(process)

    def group(self, process: Process) -> Key:
        """Return what the nodes that meet the process's needs depend on."""
        return process.engines, process.needs, process.wanted

    def fitting(self, process: Process) -> list[int]:
        """Return the numbers of the nodes that meet the process's needs, whatever they hold."""
        group = self.group(process)
        found = self._fitting.get(group)
        if found is None:
            if process.wanted is None:
                candidates: Sequence[int] = range(len(self.rooms.nodes))
            else:
                number = self.rooms.numbers.get(process.wanted)
                candidates = () if number is None else (number,)
            found = [n for n in candidates if unmet_need(self.rooms.nodes[n], process) is None]
            self._fitting[group] = found
        return found

    def place(self, choose: Callable[[Process], int | None]) -> Placement:
        """Place what waits, each where ``choose`` says (a number, None: nowhere)."""
        rooms = self.rooms
        for process in self.waiting:
            number = choose(process)
            if number is None:
                self._unplaced[process.pid] = self._why(process)
            else:
                rooms.take(number, process.memory)
                self.placed[process.pid] = rooms.nodes[number].id
        return Placement(self.placed, self._unplaced)

    def _stays(self, process: Process, node: str | None) -> bool:
        number = None if node is None else self.rooms.numbers.get(node)
        if number is None or process.memory > self.rooms.room(number):
            return False
        if unmet_need(self.rooms.nodes[number], process) is not None:
            return False
        self.rooms.take(number, process.memory)
        self.placed[process.pid] = self.rooms.nodes[number].id
        return True

    def _why(self, process: Process) -> str:
        key = (*self.group(process), process.memory)
        found = self._reasons.get(key)
        if found is None:  # nodes only get fuller, so it stays true
            rooms = self.rooms
            refusals = {
                node.id: rooms.refusal(number, process) or "is full"
                for number, node in enumerate(rooms.nodes)
            }
            found = self._reasons[key] = why_unplaced(process, refusals)
        return found
