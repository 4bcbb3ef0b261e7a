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
NO_WIFI = re.compile(r"no Wi-Fi (.*) - status (-?\d+)")
REFUSED = re.compile(r"the broker at (\S+) refuses this node")
UNREACHED = re.compile(r"cannot reach the broker at (\S+)")
NO_MEMORY = re.compile(r"^MemoryError", re.MULTILINE)
FAULT = re.compile(r"^Traceback .*?^(\w[\w.]*(?:Error|Exception|Interrupt)\b.*?)$", re.M | re.S)
# ESP-IDF's reasons for a disconnection, as MicroPython's network.WLAN.status gives them: 202 the
# password, 204 and 15 a handshake that ends, as with a wrong one; 201, 210 to 212 no such network
WRONG_PASSWORD = {"202", "204", "15", "-3"}
NO_NETWORK = {"201", "210", "211", "212", "-2"}


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
        if match := NO_WIFI.match(line):
            return _wifi(match[1], match[2], sum(bool(NO_WIFI.match(each)) for each in ours))
    if NO_MEMORY.search(said):
        return Trouble("the worker does not fit into the board's heap; take one with more", True)
    if match := FAULT.search("\n".join(lines)):
        return Trouble(f"the board's program broke off: {match[1]}", False)
    return None


def _wifi(name: str, status: str, times: int) -> Trouble:
    """Return what is the matter with a Wi-Fi; one report may be chance."""
    if status in WRONG_PASSWORD:
        return Trouble(
            f"the Wi-Fi {name!r} does not take the password; give it again:"
            f" {DEPLOY} --wifi {name!r}",
            times > 1,
        )
    if status in NO_NETWORK:
        return Trouble(
            f"the board finds no Wi-Fi {name!r}; check the name, that it is in reach and has 2.4"
            f" GHz, then: {DEPLOY} --wifi NAME",
            times > 1,
        )
    return Trouble(f"the board cannot join the Wi-Fi {name!r} (status {status})", False)


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
