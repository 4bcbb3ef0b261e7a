"""``quota``: how much nodes and applications keep, and may keep."""

import argparse
from typing import TYPE_CHECKING, Any

from moonhop.cli.acts import add_act
from moonhop.cli.client import Client
from moonhop.cli.output import print_table
from moonhop.sizes import parse_size, shown
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts

DEFAULT = "default"


def configure(acts: "Acts") -> None:
    """Add the act."""
    what = "list how much nodes and applications keep and may keep, or set it"
    quota = add_act(acts, "quota", what, "node:kitchen 500MB", _quota)
    quota.add_argument("account", metavar="ACCOUNT", nargs="?", help="node:ID or app:NAME")
    help = f"what it may keep, such as 500MB; or {DEFAULT}"
    quota.add_argument("size", metavar="SIZE", nargs="?", type=_size, help=help)


def _quota(client: Client, options: argparse.Namespace) -> Any:
    if options.size is not None:
        size = None if options.size == DEFAULT else options.size
        accounts = [client.put_json("/api/quotas", {"account": options.account, "bytes": size})]
    else:
        accounts = client.get("/api/quotas")["accounts"]
        if options.account is not None:
            accounts = [each for each in accounts if each["account"] == options.account]
            if not accounts:
                raise MoonhopError(
                    f"{options.account!r} keeps no files and has no quota of its own; see who does "
                    "with: moonhop fs quota"
                )
    if options.json:
        return accounts
    rows = [(each["account"], shown(each["used"]), shown(each["quota"])) for each in accounts]
    print_table(("ACCOUNT", "KEEPS", "MAY KEEP"), rows)
    return None


def _size(text: str) -> int | str:
    if text == DEFAULT:
        return text
    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
