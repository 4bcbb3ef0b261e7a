"""``deploy`` and ``expel``: make a board with MicroPython a node of the fleet, and take that
back."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from moonhop.cli import context
from moonhop.cli.acts import add_act
from moonhop.cli.board.joining import add_joining, shown_progress, wish_of
from moonhop.cli.board.kinds import add_board

if TYPE_CHECKING:
    from moonhop.boards.joining import Joined
    from moonhop.cli.acts import Acts


def configure(acts: "Acts") -> None:
    """Add the acts."""
    what = "put the worker onto a board that has MicroPython, and wait until it is a node"
    deploy = add_act(acts, "deploy", what, "--port /dev/ttyUSB0 --wifi shed --name shed-1", _deploy)
    deploy.add_argument("--port", help="the board's (default: the only USB one); also socket://")
    add_board(deploy, "default: what it was, else what its MicroPython says")
    add_joining(deploy, "its node's id (default: as it has, else by kind and chip)")
    add_wait(deploy)
    expel = add_act(acts, "expel", "take a node's credential back", "shed-1", _expel)
    expel.add_argument("node", metavar="NODE", help="the node that is to join no more")


def add_wait(parser: argparse.ArgumentParser) -> None:
    """Add how long to wait for the birth."""
    from moonhop.boards.birth import WAIT

    parser.add_argument(
        "--wait", type=float, default=WAIT, metavar="S", help="for the birth (default: %(default)s)"
    )


def tell_joined(joined: "Joined", options: argparse.Namespace) -> Any:
    """Say that a node is born; return what there is to say in JSON."""
    if options.json:
        return asdict(joined)
    free = (joined.load.get("memory") or {}).get("free")
    room = "" if free is None else f", {free / 1024:.0f} kB of heap free"
    print(f"born      node {joined.node} on the {joined.board} at {joined.port}{room}")
    return None


def step(options: argparse.Namespace) -> Any:
    """Return what tells a step: nothing, if JSON is wanted."""
    return (lambda _: None) if options.json else (lambda line: print(line, flush=True))


def _deploy(options: argparse.Namespace) -> Any:
    from moonhop.boards.joining import join
    from moonhop.boards.ports import choose_port, find_ports

    wish = wish_of(options)
    boards, kind = context.boards(options)
    if kind:
        boards.load(kind)  # tells what is wrong before anything is done
    host = context.client(options)
    port = options.port or choose_port(find_ports())
    joined = join(
        port,
        host,
        wish,
        step(options),
        shown_progress,
        kind=kind,
        boards=boards,
        wait=options.wait,
    )
    return tell_joined(joined, options)


def _expel(options: argparse.Namespace) -> Any:
    done = context.client(options).delete(f"/api/nodes/{options.node}/credential")
    if options.json:
        return done
    if done["broker"]:
        print(f"{options.node} is cut off and joins no more")
    else:
        print(
            f"{options.node} gets neither programs nor files any more; the broker is one of others"
            " and knows one user for all nodes: to keep it out there too, change that password"
        )
    return None
