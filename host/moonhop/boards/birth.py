"""Waits until a board that was restarted is born as a node, and says why it is not."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from moonhop_core.errors import MoonhopError

LOOK = 0.25  # seconds between two looks at the host; the console is heard meanwhile
WAIT = 60.0  # seconds for a board to be born
OWN = "moonhop: "  # begins what the worker says on its console
DEPLOY = "moonhop board deploy"

# What the worker says (firmware/wifi.py, umqtt_link.py, moonhop_board.py) when it cannot join.
WRONG_PASSWORD = re.compile(r"wifi: wrong password for (.*)")
NO_NETWORK = re.compile(r"wifi: no network (.*)")
NO_ANSWER = re.compile(r"wifi: no answer from (.*) \((.*)\)")
REFUSED = re.compile(r"the broker at (\S+) refuses this node")
UNREACHED = re.compile(r"cannot reach the broker at (\S+)")
NO_MEMORY = re.compile(r"^MemoryError", re.MULTILINE)
FAULT = re.compile(r"^Traceback .*?^(\w[\w.]*(?:Error|Exception|Interrupt)\b.*?)$", re.M | re.S)


class Host(Protocol):
    """What is asked of the host's API (cli/client.py)."""

    def get(self, path: str) -> Any: ...


class Console(Protocol):
    """What is asked of the board (repl.py)."""

    def restart(self) -> None: ...
    def hear(self, seconds: float) -> str: ...


@dataclass(frozen=True)
class Trouble:
    """Why a board does not join, what to do; ``final``: it will not join by itself."""

    text: str
    final: bool


class NotBorn(MoonhopError):
    """A board did not join in time. What is on it stays."""


def restart_and_wait(
    host: Host, board: Console, node: str, seconds: float, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Restart a board and wait until it is born as that node; return the node as the API gives it.

    ``tell`` gets what the board says of itself meanwhile. Raises NotBorn with the reason, at once
    if it is one that does not pass by itself, else after so many seconds.
    """
    before = _node(host, node).get("changed", 0.0)
    board.restart()
    end = time.monotonic() + seconds
    said = ""
    while True:
        heard = board.hear(LOOK)
        _tell_lines(said, heard, tell)
        said += heard
        found = _node(host, node)
        if found.get("state") == "ready" and found["changed"] > before:
            return found
        trouble = why_not(said)
        if trouble and trouble.final:
            raise NotBorn(trouble.text)
        if time.monotonic() > end:
            if trouble is None:
                text = f"node {node!r} was not born in {seconds:g} s; {_last(said)}"
                trouble = Trouble(text, False)
            raise NotBorn(trouble.text + "; the board keeps trying")


def why_not(said: str) -> Trouble | None:
    """Return what keeps a board from joining, by all that its console has said; None if nothing is
    known of it."""
    lines = [line.strip() for line in said.splitlines()]
    ours = [line.removeprefix(OWN) for line in lines if line.startswith(OWN)]
    for line in reversed(ours):  # the newest: an older one may be past
        if match := REFUSED.match(line):
            return Trouble(
                f"the broker at {match[1]} refuses the board's credential; it was made anew or"
                f" taken back meanwhile: do it again, {DEPLOY}",
                True,
            )
        if match := UNREACHED.match(line):
            return Trouble(
                f"the board reaches no broker at {match[1]}; look whether that is this machine's"
                " address in the board's network (another one: --host) and no firewall closes the"
                " port",
                False,
            )
        if match := WRONG_PASSWORD.match(line):
            return Trouble(
                f"the Wi-Fi {match[1]!r} does not take the password; give it again:"
                f" {DEPLOY} --wifi {match[1]!r}",
                ours.count(line) > 1,  # once may be chance
            )
        if match := NO_NETWORK.match(line):
            return Trouble(
                f"the board finds no Wi-Fi {match[1]!r}; check the name, that it is in reach and"
                f" has 2.4 GHz, then: {DEPLOY} --wifi NAME",
                ours.count(line) > 1,
            )
        if match := NO_ANSWER.match(line):
            return Trouble(f"the board cannot join the Wi-Fi {match[1]!r} ({match[2]})", False)
    if NO_MEMORY.search(said):
        return Trouble("the worker does not fit into the board's heap; take one with more", True)
    if match := FAULT.search("\n".join(lines)):
        return Trouble(f"the board's program broke off: {match[1]}", False)
    return None


def _node(host: Host, node: str) -> dict[str, Any]:
    """Return a node, empty if it was never seen."""
    return next((each for each in host.get("/api/nodes") if each["id"] == node), {})


def _tell_lines(said: str, heard: str, tell: Callable[[str], None]) -> None:
    """Tell the worker's own lines among what was just heard, each when it is whole."""
    text = said.rpartition("\n")[2] + heard
    for line in text.split("\n")[:-1]:
        if line.strip().startswith(OWN):
            tell(line.strip().removeprefix(OWN))


def _last(said: str) -> str:
    """Return what the worker said last."""
    ours = [line.strip() for line in said.splitlines() if line.strip().startswith(OWN)]
    return f"it says: {ours[-1].removeprefix(OWN)}" if ours else "it says nothing of moonhop"
