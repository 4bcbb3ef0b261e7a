"""The nodes as the host sees them: births, loads, wills (NMP-004 to NMP-007)."""

import time
from dataclasses import dataclass, field
from typing import Any

from moonhop.scheduler.policies import Node
from moonhop.scheduler.store import Store
from moonhop_core.errors import MoonhopError

READY = "ready"


@dataclass
class NodeState:
    """A node: what it said at birth, its last load, and whether it is there."""

    id: str
    state: str  # "ready", "lost" or "gone"; "unknown" after a restart, until it is heard
    birth: dict[str, Any] = field(default_factory=dict)
    load: dict[str, Any] = field(default_factory=dict)
    changed: float = 0.0  # seconds since 1970
    heard: float = 0.0  # when it last said its birth or load, by this host's monotonic clock
    drained: bool = False  # whether it is to be left
    updating: bool = False  # the same while it is updated; forgotten when the host ends
    comings: int = 0  # how often it has come, or come back
    _view: Node | None = None
    settled: bool = False  # whether it was asked for its processes since its birth

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return self.state == READY

    @property
    def usable(self) -> bool:
        """Whether processes can be placed on it: it is there, and what it has is known."""
        return self.ready and self.settled

    @property
    def view(self) -> Node:
        """The node as policies see it."""
        if self._view is None:
            self._view = _view(self)
        return self._view

    def come(self) -> None:
        """Note that it is there."""
        self.state = READY
        self.comings += 1

    def changed_now(self) -> None:
        """Note that it is another node now to policies."""
        self._view = None
        self.changed = time.time()

    @property
    def session(self) -> str:
        """The worker's own name for this start of it."""
        return str(self.birth.get("session", ""))

    @property
    def chunk(self) -> int:
        """How many bytes of an image the node takes in one message."""
        return int((self.birth.get("limits") or {}).get("chunk") or 0)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "id": self.id,
            "state": self.state,
            "engines": self.birth.get("engines", []),
            "platform": self.birth.get("platform"),
            "float_bits": self.birth.get("float_bits"),
            "tags": self.birth.get("tags", []),
            "capabilities": self.birth.get("capabilities", []),
            "place": self.birth.get("place"),
            "drained": self.drained,
            "boot": self.birth.get("boot"),
            "load": self.load,
            "changed": self.changed,
        }


class Fleet:
    """All nodes ever seen; births and wills are written to the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        drained = store.drained()
        self.nodes = {
            node: NodeState(node, "unknown", birth, drained=node in drained)
            for node, (_, birth) in store.nodes().items()
        }

    def take_birth(self, node: str, birth: dict[str, Any]) -> tuple[NodeState, str]:
        """Take a birth or will; return the node and the session it had before.

        A will says nothing of what the node can do, so the last birth is kept.
        """
        known = self.nodes.setdefault(node, NodeState(node, "unknown"))
        before = known.session
        state = str(birth.get("state", "lost"))
        if state == READY:
            known.birth = birth
            known.come()
        elif before and birth.get("session", before) != before:
            return known, before  # the will of an older worker than the one that is there
        known.state = state
        known.changed_now()
        known.heard = time.monotonic()
        self._store.put_node(node, state, known.birth)
        return known, before

    def take_load(self, node: str, load: dict[str, Any]) -> NodeState | None:
        """Take a node's load; return the node if it is known."""
        known = self.nodes.get(node)
        if known is not None:
            known.load = load
            known.heard = time.monotonic()
        return known

    def silent(self, most: float) -> list[NodeState]:
        """Return the nodes that count as ready, but were not heard for so many seconds."""
        since = time.monotonic() - most
        return [node for node in self.nodes.values() if node.ready and node.heard < since]

    def set_drained(self, node: str, drained: bool, reason: str) -> None:
        """Note whether a node is to be left. Raises MoonhopError if there is none of this id."""
        known = self.node(node)
        if known.drained != drained:
            self._store.set_drained(node, drained, reason)
            known.drained = drained
            known.changed_now()

    def set_updating(self, node: str, updating: bool) -> None:
        """Note whether a node is being updated."""
        known = self.nodes[node]
        known.updating = updating
        known.changed_now()

    def node(self, node: str) -> NodeState:
        """Return a node. Raises MoonhopError with the known ones if there is none."""
        if node not in self.nodes:
            known = ", ".join(sorted(self.nodes)) or "none yet"
            raise MoonhopError(f"there is no node {node!r}; known nodes: {known}")
        return self.nodes[node]

    def ready_node(self, node: str) -> NodeState:
        """Return a node that is there. Raises MoonhopError otherwise."""
        known = self.node(node)
        if not known.ready:
            ready = ", ".join(n.id for n in self.nodes.values() if n.ready) or "none"
            raise MoonhopError(f"node {node!r} is {known.state}; ready nodes: {ready}")
        return known

    def views(self) -> list[Node]:
        """Return the nodes that processes can be placed on, as policies see them."""
        return [node.view for node in self.nodes.values() if node.usable]


def _view(node: NodeState) -> Node:
    """Return a node as policies see it. Tags come as a list of ``tag`` and ``key=value``."""
    tags: dict[str, str] = {}
    given = node.birth.get("tags") or []
    for tag in given:
        key, _, value = str(tag).partition("=")
        tags[key] = value
    limits = node.birth.get("limits") or {}
    return Node(
        node.id,
        tuple(node.birth.get("engines") or ()),
        int(node.birth.get("float_bits") or 64),
        tags,
        frozenset(node.birth.get("capabilities") or ()),
        limits.get("memory"),
        limits.get("processes"),
        _place(node.birth.get("place")),
        node.drained or node.updating,
    )


def _place(given: Any) -> tuple[float, float] | None:
    """Return a birth's place, ``[latitude, longitude]``, None if it is none."""
    match given:
        case [int() | float() as north, int() | float() as east]:
            return float(north), float(east)
    return None
