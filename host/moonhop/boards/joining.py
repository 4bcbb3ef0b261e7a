"""Makes a board with MicroPython a node: worker, configuration, a credential of its own, birth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from moonhop.boards import configuration as conf
from moonhop.boards.birth import WAIT, restart_and_wait
from moonhop.boards.catalog import Catalog
from moonhop.boards.deploying import Over, check_board, deploy, known_config
from moonhop.boards.repl import Repl
from moonhop.boards.sets import build_set
from moonhop.bridge.console import BridgedConsole
from moonhop.bridge.places import places
from moonhop.sizes import shown
from moonhop.state import HostAddress


class Host(Protocol):
    """The running host, by its API (cli/client.py)."""

    address: HostAddress

    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: Any = None) -> Any: ...


@dataclass(frozen=True)
class Joined:
    """What was done: the node that was born, the files that it runs (sizes in bytes), its load."""

    node: str
    port: str
    board: str
    set: str
    bytes: int
    files: int
    sent: int
    load: dict[str, Any]


def join(
    port: str,
    host: Host,
    wish: conf.Wish,
    tell: Callable[[str], None],
    over: Over,
    *,
    kind: str | None = None,
    boards: Catalog | None = None,
    patience: float = 0.0,
    wait: float = WAIT,
) -> Joined:
    """Deploy to a board, restart it and wait for its birth.

    ``tell`` gets a line for each step, ``over`` shows how far it is (deploying.py). ``kind``: the
    board's, one of ``boards`` (default: what it was, else what its MicroPython says; of moonhop's).
    ``patience``: seconds for the port to come back after a reset;
    ``wait``: for the birth. Raises MoonhopError that says what to do.
    """

    def says(line: str) -> None:
        tell(f"says      {line}")

    with Repl(port, wait=patience) as board:
        about = board.about
        check_board(about, port)
        tell(f"board     MicroPython {'.'.join(map(str, about.version))}, {about.machine}")
        known = known_config(board)
        bridged = conf.is_bridged(wish, known)
        way = conf.way_to(host.address, wish.host, about.virtual or bridged)
        if not about.virtual and not bridged and "wifi" not in known:
            conf.need_wifi(wish)
        kind = kind or conf.known_kind(known) or conf.kind_of(about)
        ours = known.get("node") if known.get("fleet") == host.address.fleet else None
        node = wish.node or ours or conf.default_name(kind, about)
        replace = wish.replace or node == ours or wish.node is None

        def config() -> dict[str, Any]:
            joining = admit(host, node, replace=replace)
            return conf.configuration(joining, way, kind, wish, known, boards or Catalog())

        tell("compiles  the worker")
        starting, worker = build_set(umqtt=not about.umqtt)
        done = deploy(board, starting, worker, config, over)
        tell(
            f"deployed  {shown(done.bytes)} in {done.files} files, {shown(done.sent)} sent;"
            f" set {done.set}"
        )
        tell(f"waits     until node {node} is born")
        if bridged:
            board.restart()
        else:
            found = restart_and_wait(host, board, node, wait, says)
    if bridged:
        address = host.address
        with BridgedConsole(port, address.fleet, places(lambda: address)) as console:
            found = restart_and_wait(host, console, node, wait, says)
    return Joined(
        node, port, kind, done.set, done.bytes, done.files, done.sent, dict(found["load"])
    )


def admit(host: Host, node: str, *, replace: bool) -> dict[str, Any]:
    """Have the host make a fresh credential for a node; return what it needs to join. Raises
    MoonhopError."""
    made: dict[str, Any] = host.post(f"/api/nodes/{node}/credential", {"replace": replace})
    return made
