"""What says how a board is to join; ``moonhop flash`` takes it too."""

import argparse
import getpass
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from moonhop.cli.progress import Progress
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.boards.configuration import Wish


def add_joining(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the options; ``name`` is the help on the node's."""
    group = parser.add_argument_group("how the board is to join")
    group.add_argument("--name", metavar="NODE", help=name)
    group.add_argument("--wifi", metavar="SSID", help="the Wi-Fi to join")
    group.add_argument(
        "--wifi-password",
        metavar="PASSWORD",
        help="its password, empty for an open one; others may see it here, so better put it into"
        " MOONHOP_WIFI_PASSWORD, or be asked for it",
    )
    group.add_argument(
        "--bridge",
        action="store_true",
        help="it has no network and joins over this port; later on: moonhop bridge PORT",
    )
    group.add_argument("--tag", action="append", metavar="TAG", help="as zone=north; repeatable")
    group.add_argument(
        "--host", metavar="ADDRESS", help="of this machine for the board (default: found out)"
    )
    group.add_argument(
        "--replace", action="store_true", help="take the id of a node that is there now"
    )


def wish_of(options: argparse.Namespace) -> "Wish":
    """Return how the board is to join, with the password asked for if need be. Raises MoonhopError
    if that cannot be."""
    from moonhop.boards.configuration import PASSWORD, Wish, check_wifi, given_password
    from moonhop.credentials import check_node_id

    if options.name is not None:
        check_node_id(options.name)
    if options.bridge and options.wifi is not None:
        raise MoonhopError("a board joins by --wifi SSID or over its port, --bridge; choose one")
    password = options.wifi_password
    if options.wifi is None:
        if password is not None:
            raise MoonhopError("--wifi-password is for --wifi SSID; name the network too")
    elif password is None:
        password = given_password()
        if password is None:
            if not sys.stdin.isatty():
                raise MoonhopError(
                    f"the password of the Wi-Fi is missing; put it into {PASSWORD} (an empty one"
                    " for an open network)"
                )
            password = getpass.getpass(f"password of {options.wifi} (empty: open network): ")
    wish = Wish(
        options.name,
        options.wifi,
        password or "",
        options.tag,
        options.host,
        options.replace,
        options.bridge,
    )
    check_wifi(wish)
    return wish


def shown_progress(name: str, total: int, pieces: Iterator[bytes]) -> Iterable[bytes]:
    """Pass pieces on, and show a person how far they are."""
    with Progress(name, total) as progress:
        yield from progress.over(pieces)
