"""``moonhop update``: bring the worker and the configuration of boards up to date, over the air."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from moonhop.cli import FAILED, OK, context
from moonhop.cli.numbers import positive
from moonhop.cli.output import print_json, print_table
from moonhop.json_files import read_object
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop update --nodes all --batch 10%"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    from moonhop.updates.updates import WAIT

    parser.add_argument(
        "--nodes", default="all", metavar="N1,N2", help="the boards (default: all of the fleet)"
    )
    parser.add_argument(
        "--batch",
        default="10%",
        metavar="N|N%",
        help="how many at once; each is born again before the next begin (default: 10%%)",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help='JSON with what is to change in their moonhop.json, as {"tags": ["zone=north"],'
        ' "wifi": {"ssid": …, "password": …}}; null removes a key; "-": standard input',
    )
    parser.add_argument(
        "--firmware",
        metavar="FILE",
        help="a MicroPython too, for boards whose firmware has OTA slots: a .bin or .app-bin",
    )
    parser.add_argument(
        "--max-failures",
        type=positive,
        default=1,
        metavar="N",
        help="stop once so many boards have failed (default: 1)",
    )
    parser.add_argument(
        "--wait",
        type=float,
        default=WAIT,
        metavar="S",
        help="for a board to be born again (default: %(default)s)",
    )
    parser.add_argument("--plan", action="store_true", help="only say what would be done")


def run(options: argparse.Namespace) -> int:
    """Roll it out."""
    from moonhop.updates.rollout import batch_size, boards_of, plan, roll_out

    wanted = {"config": _config(options.config), "wait": options.wait}
    names = None if options.nodes == "all" else [n for n in options.nodes.split(",") if n]
    if names == []:
        raise MoonhopError("--nodes names no node; try: --nodes all")
    batch_size(options.batch, 1)
    host = context.client(options)
    if options.firmware:
        wanted["firmware"] = host.put("/updates/firmware", _firmware(Path(options.firmware)))
    boards, away = boards_of(host, names)
    size = batch_size(options.batch, len(boards))
    if options.plan:
        return _show_plan(plan(host, boards, wanted), away, size, options.json)
    tell = (lambda _: None) if options.json else _tell
    try:
        done = roll_out(host, boards, wanted, size, options.max_failures, tell)
    except MoonhopError as error:
        raise MoonhopError(f"{error}; then go on with the same command") from None
    done.away = away
    if options.json:
        print_json({**asdict(done), "complete": done.complete})
    else:
        for board in away:
            print(f"{board}: is not there; update it when it is back")
        if done.left:
            print(
                f"stopped: {len(done.left)} boards are as they were ({', '.join(done.left[:5])}"
                f"{' …' if done.left[5:] else ''}); go on with the same command"
            )
    return OK if done.complete else FAILED


def _tell(update: dict[str, Any]) -> None:
    """Print how a board's update ended."""
    node, state, name, reason = (update[key] for key in ("node", "state", "set", "reason"))
    if state == "same":
        print(f"{node}: has set {name} already")
    elif state == "updated":
        sent = f"{update['fetched'] / 1024:.0f} kB came, {update['copied'] / 1024:.0f} kB it had"
        print(f"{node}: runs set {name} ({sent})")
    elif state == "rolled back":
        print(f"{node}: rolled back to set {update['runs']}: {reason}")
    else:
        print(f"{node}: not updated: {reason}")


def _show_plan(plans: list[dict[str, Any]], away: list[str], size: int, as_json: bool) -> int:
    if as_json:
        print_json({"batch": size, "boards": plans, "away": away})
        return OK
    rows = [
        (
            p["node"],
            p["before"],
            "-" if p["set"] == p["before"] else p["set"],
            "new" if p["firmware"] else "-",
        )
        for p in plans
    ] + [(board, "?", "is not there", "?") for board in away]
    print_table(("BOARD", "SET", "NEW SET", "FIRMWARE"), rows)
    print(f"would be updated {size} at once")
    return OK


def _firmware(path: Path) -> bytes:
    """Return the application in a firmware file. Raises MoonhopError."""
    from moonhop.boards.image import ImageError, application_in

    try:
        return application_in(path.read_bytes())
    except OSError as error:
        raise MoonhopError(f"cannot read {path}: {error.strerror}") from None
    except ImageError as error:
        raise MoonhopError(f"{path} is no firmware, or damaged: {error}") from None


def _config(path: str | None) -> dict[str, Any]:
    """Return what is to change. Raises MoonhopError."""
    if path is None:
        return {}
    return read_object(Path("/dev/stdin" if path == "-" else path))
