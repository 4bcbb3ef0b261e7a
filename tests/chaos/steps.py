"""The steps of a hop, and how to do something at one of them to a host that really runs."""

from collections.abc import Callable
from typing import Any

from moonhop.host import Host
from moonhop.scheduler.rows import HopRow

# Before or after which request of the host; "commit" is what it writes to its database.
STEPS = (
    ("before", "prepare"),
    ("after", "prepare"),
    ("before", "release"),
    ("after", "release"),
    ("before", "commit"),
    ("after", "commit"),
    ("before", "start"),
    ("after", "start"),
    ("before", "drop"),
    ("after", "drop"),
)


class Strike:
    """Something that happens once, at a step of a hop.

    done  whether it has happened, or was called off
    """

    def __init__(self, strike: Callable[[], None]) -> None:
        self._strike = strike
        self.done = False

    def call_off(self) -> bool:
        """See to it that it happens no more; tell whether it has."""
        before, self.done = self.done, True
        return before

    def happen(self) -> None:
        """Let it happen, if it has not."""
        if not self.call_off():
            self._strike()


def at_step(host: Host, step: tuple[str, str], strike: Callable[[], None]) -> Strike:
    """Have ``strike`` called once, at a step of the next hop."""
    this = Strike(strike)

    def reached(moment: str, name: str) -> None:
        if (moment, name) == step:
            this.happen()

    if step[1] == "commit":
        commit = host.store.commit_hop

        def commit_hop(hop: HopRow) -> bool:
            reached("before", "commit")
            done = commit(hop)
            reached("after", "commit")
            return done

        host.store.commit_hop = commit_hop  # type: ignore[method-assign]
        return this
    ask = host.scheduler.nodes.ask

    async def asked(node: str, verb: str, args: dict[str, Any], timeout: float = 10.0) -> Any:
        reached("before", verb)
        result = await ask(node, verb, args, timeout)
        reached("after", verb)
        return result

    host.scheduler.nodes.ask = asked  # type: ignore[method-assign]
    return this
