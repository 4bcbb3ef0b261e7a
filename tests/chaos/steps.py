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


def at_step(host: Host, step: tuple[str, str], strike: Callable[[], None]) -> None:
    """Have ``strike`` called once, at a step of the next hop."""
    struck: list[bool] = []

    def reached(moment: str, name: str) -> None:
        if (moment, name) == step and not struck:
            struck.append(True)
            strike()

    if step[1] == "commit":
        commit = host.store.commit_hop

        def commit_hop(hop: HopRow) -> bool:
            reached("before", "commit")
            done = commit(hop)
            reached("after", "commit")
            return done

        host.store.commit_hop = commit_hop  # type: ignore[method-assign]
        return
    ask = host.scheduler.nodes.ask

    async def asked(node: str, verb: str, args: dict[str, Any], timeout: float = 10.0) -> Any:
        reached("before", verb)
        result = await ask(node, verb, args, timeout)
        reached("after", verb)
        return result

    host.scheduler.nodes.ask = asked  # type: ignore[method-assign]
