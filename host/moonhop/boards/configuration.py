"""What a board has to know to join a fleet: its moonhop.json (firmware/moonhop_board.py)."""

import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

from moonhop.boards.catalog import Catalog, load_boards, size_in_bytes
from moonhop.boards.repl import About
from moonhop.boards.things import things_of
from moonhop.state import HostAddress
from moonhop_core.errors import MoonhopError

PASSWORD = "MOONHOP_WIFI_PASSWORD"  # in the environment, for who does not want it in the command
SOMEWHERE = "192.0.2.1"  # an address of nobody (RFC 5737), for the system to choose a way to
SSID = 32  # bytes at most (IEEE 802.11)
NO_KIND = "micropython"  # of a board that fits none
WPA = range(8, 64)  # characters of a password; or 64 hex digits
UP = "start the host so that the network reaches it: moonhop up --address 0.0.0.0"


@dataclass(frozen=True)
class Wish:
    """How a board is to join; None: as it has it already, else what suits.

    node      the node's id
    wifi      the network's name
    password  its password; "": the network is open
    tags      the node's tags, each ``tag`` or ``key=value``
    host      the address by which the board reaches the host's machine
    replace   whether to take the id of a node that is there
    bridge    whether it joins over its serial port, for it has no network
    """

    node: str | None = None
    wifi: str | None = None
    password: str = ""
    tags: Sequence[str] | None = None
    host: str | None = None
    replace: bool = False
    bridge: bool = False


@dataclass(frozen=True)
class Way:
    """How a board reaches broker and server; loopback only from a board on this machine."""

    mqtt_host: str
    url: str


def way_to(address: HostAddress, named: str | None, here: bool) -> Way:
    """Return how a board reaches the host: by the address ``named``, else by those it listens on,
    which for "all of them" is this machine's own in its network.

    Raises MoonhopError if it listens on loopback only, where no board comes but one that is
    ``here``, on this machine, or is carried by a bridge that is.
    """
    server = urlsplit(address.url)
    places = {"broker": address.mqtt_host, "server": server.hostname or ""}
    for what, place in places.items():
        if named and (_is(place, "is_unspecified") or _is(place, "is_loopback")):
            places[what] = named  # loopback: whoever names an address has a way through
        elif _is(place, "is_unspecified"):
            places[what] = "127.0.0.1" if here else own_address()
        elif _is(place, "is_loopback") and not here:
            raise MoonhopError(f"the fleet's {what} is at {place}, where no board comes; {UP}")
    host = places["server"]
    literal = f"[{host}]" if ":" in host else host
    return Way(places["broker"], f"{server.scheme}://{literal}:{server.port}")


def own_address() -> str:
    """Return the address of this machine in its network. Raises MoonhopError if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((SOMEWHERE, 9))  # UDP: nothing is sent
            found: str = probe.getsockname()[0]
        except OSError:
            found = ""
    if not found or _is(found, "is_loopback"):
        raise MoonhopError(
            "this machine has no address in a network; name the one where boards reach it with"
            " --host"
        )
    return found


def check_wifi(wish: Wish) -> None:
    """Raise MoonhopError unless network and password can be what they are said to be."""
    if wish.wifi is None:
        return
    if not 0 < len(wish.wifi.encode()) <= SSID:
        raise MoonhopError(f"a Wi-Fi's name has 1 to {SSID} bytes, --wifi has another length")
    size = len(wish.password)
    if size and size not in WPA and not re.fullmatch(r"[0-9A-Fa-f]{64}", wish.password):
        raise MoonhopError(
            f"a Wi-Fi password has {WPA.start} to {WPA.stop - 1} characters, this one has {size};"
            " give it again (an empty one for an open network)"
        )


def need_wifi(wish: Wish) -> None:
    """Raise MoonhopError if a board that has no Wi-Fi yet would get none."""
    if wish.wifi is None and not wish.bridge:
        raise MoonhopError(
            f"which Wi-Fi is the board to join? name it with --wifi SSID (password: {PASSWORD},"
            " or it is asked for); one without a network joins over this port with --bridge"
        )


def kind_of(about: About) -> str:
    """Return the name of a board's kind (boards/*.toml) by what MicroPython says of it: the build,
    else the chip; NO_KIND if none fits."""
    if about.virtual:
        return "virtual"
    built = f"{about.build}-20000101-v0.bin"  # as the file's name would be
    chip = about.machine.rpartition(" with ")[2].lower().replace("-", "")
    boards = load_boards()
    for board in boards:
        if about.build and board.firmware and fnmatch(built, board.firmware.file):
            return board.name
    return next((board.name for board in boards if board.name == chip), NO_KIND)


def known_kind(known: dict[str, Any]) -> str | None:
    """Return the kind that a board was told to be by its old configuration."""
    found: str | None = known.get("board")
    return None if found == NO_KIND else found


def default_name(kind: str, about: About) -> str:
    """Return a node's id for a board: its kind and the end of its chip's number."""
    return f"{kind}-{about.id[-6:] or secrets.token_hex(3)}"


def configuration(
    joining: dict[str, Any],
    way: Way,
    kind: str,
    wish: Wish,
    known: dict[str, Any],
    boards: Catalog,
) -> dict[str, Any]:
    """Return a board's moonhop.json: what the host says to who joins, the way to it, and what the
    board is to have of its own; ``known`` is its old one, which says what wish and ``boards`` leave
    open."""
    made = {**joining, "mqtt_host": way.mqtt_host, "url": way.url, "board": kind}
    if wish.wifi is not None:
        made["wifi"] = {"ssid": wish.wifi, "password": wish.password}
    elif "wifi" in known:
        made["wifi"] = known["wifi"]
    if is_bridged(wish, known):
        made["bridge"] = True
    tags = known.get("tags") if wish.tags is None else list(wish.tags)
    if tags:
        made["tags"] = tags
    board = boards.load(kind) if kind in boards.names else None
    native = size_in_bytes(board.native) if board and board.native else known.get("native")
    if native:
        made["native"] = native
    things = things_of(board) if board else known.get("things", {})
    if any(things.values()):
        made["things"] = things
    return made


def is_bridged(wish: Wish, known: dict[str, Any]) -> bool:
    """Tell whether a board is to join over its serial port."""
    return wish.bridge or (wish.wifi is None and bool(known.get("bridge")))


def _is(place: str, what: str) -> bool:
    """Tell what an address is, as ``ipaddress`` calls it; a name but localhost is none of it."""
    if place == "localhost":
        return what == "is_loopback"
    try:
        return bool(getattr(ipaddress.ip_address(place), what))
    except ValueError:
        return False


def given_password() -> str | None:
    """Return the Wi-Fi password of the environment, None if there is none."""
    return os.environ.get(PASSWORD)
