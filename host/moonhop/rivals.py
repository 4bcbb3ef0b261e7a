"""What a host knows of its fleet's other hosts at a broker: whether it may take the fleet."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class Claim:
    """What a host says of itself: which state folder it works on, its term (0 while it does not
    hold the fleet) and where it is, for people."""

    identity: str
    term: int
    where: str

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)

    @staticmethod
    def parse(said: dict[str, Any] | None) -> "Claim | None":
        """Return the claim in a message, or None if there is none."""
        match said:
            case {"identity": str(identity), "term": int(term), "where": str(where)}:
                return Claim(identity, term, where)
        return None


@dataclass
class _Rival:
    claim: Claim
    state: str
    since: float  # monotonic seconds
    heard: bool  # whether it spoke, and was not only found in what the broker keeps


class Rivals:
    """The hosts that one hears of, by their topics."""

    def __init__(
        self,
        own: str,
        claim: Claim,
        known: Callable[[str], bool],
        lease: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``own``: the topic of the host that looks; ``known(node)``: whether a node is its own;
        ``lease``: seconds of silence after which a host does not hold the fleet any more."""
        self._own, self._claim, self._known = own, claim, known
        self._lease, self._clock = lease, clock
        self._rivals: dict[str, _Rival] = {}
        self._ready: set[str] = set()
        self.owner: Claim | None = None
        self.term = 0  # the highest that was heard of

    def take(self, topic: str, said: dict[str, Any] | None, retained: bool) -> None:
        """Take what a host says; None: it has left."""
        claim = Claim.parse(said)
        if claim is None or said is None:
            self._rivals.pop(topic, None)
            return
        self.term = max(self.term, claim.term)
        self._rivals[topic] = _Rival(claim, str(said.get("state")), self._clock(), not retained)

    def take_owner(self, said: dict[str, Any] | None) -> None:
        """Take which host the fleet's nodes belong to."""
        self.owner = Claim.parse(said)
        self.term = max(self.term, self.owner.term if self.owner else 0)

    def owned_before(self) -> bool:
        """Tell whether the nodes are said to belong to a host that had the fleet before."""
        mine, owner = self._claim, self.owner
        return owner is None or (owner.identity != mine.identity and owner.term < mine.term)

    def take_birth(self, node: str, said: dict[str, Any] | None) -> None:
        """Take a node's birth or will."""
        (self._ready.add if said and said.get("state") == "ready" else self._ready.discard)(node)

    def listen_anew(self) -> None:
        """Count the others' silence from now on: nothing could be heard."""
        for rival in self._rivals.values():
            rival.since, rival.heard = self._clock(), False

    def leave(self) -> Iterator[str]:
        """Forget the hosts that are no more; yield their topics."""
        for topic in [topic for topic, rival in self._rivals.items() if not self._lives(rival)]:
            del self._rivals[topic]
            yield topic

    def undecided(self) -> str:
        """Say which host it takes time to see through: it has not renewed its hold since it was
        found, it has just lost its connection, or it wants the fleet too. Nothing if none."""
        lives = [(topic, each) for topic, each in self._rivals.items() if self._lives(each)]
        for topic, each in lives:
            if (each.state == "holds" and each.heard) or (
                each.state == "wants" and topic < self._own
            ):
                return ""  # that is clear: it has the fleet, or goes first
        return lives[0][1].claim.where if lives else ""

    def obstacle(self) -> str:
        """Say why the host cannot have the fleet; nothing if it can."""
        for topic, rival in self._rivals.items():
            if self._lives(rival) and (rival.state != "wants" or topic < self._own):
                return rival.claim.where
        owner = self.owner
        if owner and owner.identity == self._claim.identity:
            return ""
        strange = sorted(
            self._ready if owner else filter(lambda n: not self._known(n), self._ready)
        )
        if not strange:
            return ""
        more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        whose = owner.where if owner else "a folder that is not known here"
        return f"node {', '.join(strange[:3])}{more} still runs for {whose}"

    def follower(self) -> Claim | None:
        """Return the host that has the fleet in place of one that holds it, if there is one."""
        mine = self._claim.term, self._own
        for topic, rival in self._rivals.items():
            if rival.state == "holds" and (rival.claim.term, topic) > mine:
                return rival.claim
        return None

    def _lives(self, rival: _Rival) -> bool:
        if rival.state == "lost" and rival.claim.identity == self._claim.identity:
            return False  # the lock on the folder tells that its process is no more
        return self._clock() - rival.since < self._lease
