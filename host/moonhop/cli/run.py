"""``moonhop run``: run a program on the fleet."""

import argparse
from pathlib import Path

from moonhop.cli import FAILED, OK, context
from moonhop.cli.output import print_json, print_line
from moonhop.cli.programs import send_program

EXAMPLE = "moonhop run examples/readings.lua --on local --follow -- 500"
BEHIND = "args"
WAIT = 20.0  # seconds for the node to say that it runs


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("file", metavar="FILE", help="the Lua program")
    parser.add_argument("args", nargs="*", default=[], metavar="ARGS", help="for it, after --")
    parser.add_argument("--on", metavar="NODE", help="the node (default: one that fits)")
    parser.add_argument("--name", help="the process's name (default: the manifest's, the file's)")
    parser.add_argument("--policy", metavar="P", help="how to choose the node (default: first-fit)")
    parser.add_argument(
        "--restart", choices=("never", "on-failure", "always"), default="never", help="at its end"
    )
    parser.add_argument(
        "--recover",
        choices=("checkpoint", "start", "never"),
        default="checkpoint",
        help="from where it goes on if its node is lost",
    )
    parser.add_argument(
        "--checkpoint", type=float, metavar="S", help="seconds from one to the next"
    )
    parser.add_argument("-f", "--follow", action="store_true", help="show what it prints, wait")


def run(options: argparse.Namespace) -> int:
    """Submit the program; with --follow stay until its end."""
    added = send_program(options.file, options)
    client = context.client(options)
    file = Path(options.file)
    process = client.post(
        "/api/processes",
        {
            "program": added["hash"],
            "name": options.name or added["manifest"].get("name") or file.stem,
            "args": options.args,
            "node": options.on,
            "restart": options.restart,
            "recover": options.recover,
            "checkpoint": options.checkpoint,
            "wait": WAIT,
            **({"policy": options.policy} if options.policy else {}),
        },
    )
    pid = process["pid"]
    if options.follow:
        for line in client.events(f"/api/processes/{pid}/logs?follow=true"):
            print_json(line) if options.json else print_line(line)
        process = client.get(f"/api/processes/{pid}")
        ended_well = process["state"] == "ended" and process["reason"] == "exit status 0"
        return OK if ended_well or process["state"] == "stopped" else FAILED
    if options.json:
        print_json(process)
    elif process["node"] is None:
        print(f"{pid} {process['name']} waits for a node: {process['reason']}")
    elif process["state"] == "failed":
        from moonhop_core.errors import MoonhopError

        raise MoonhopError(f"{pid} {process['name']} failed: {process['reason']}")
    else:
        print(f"{pid} {process['name']} {process['state']} on {process['node']}")
    return FAILED if process["state"] == "failed" else OK
