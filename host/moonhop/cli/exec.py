"""``moonhop exec``: run a program here to its end, without a fleet."""

import argparse
import io
import json
from pathlib import Path

from moonhop.cli.programs import add_program, finder, program_args, read_program

EXAMPLE = "moonhop exec --engine lua54,micropython --hop-every 10 examples/readings.lua 100"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "--engine",
        default="",
        metavar="NAMES",
        help="python, lua54, luajit or micropython; several, with commas, take turns (default: "
        "the first that the program allows)",
    )
    parser.add_argument(
        "--hop-every", type=int, metavar="N", help="hop to a fresh engine at every Nth rest"
    )
    parser.add_argument("--virtual-time", action="store_true", help="jump over waiting")
    add_program(parser)


def run(options: argparse.Namespace) -> int:
    """Run it; its exit status is ours."""
    from moonhop.boards.things import things_in
    from moonhop.execute import exec_program

    read_program(options.file)  # a missing file is told before engines are started
    engines = [name.strip() for name in options.engine.split(",") if name.strip()]
    things = things_in(Path(options.things)) if options.things else None
    out, err = (io.StringIO(), io.StringIO()) if options.json else (None, None)
    status = exec_program(
        Path(options.file),
        engines,
        options.hop_every,
        program_args(options),
        options.virtual_time,
        out,
        err,
        find=finder(options.file, options),
        things=things,
    )
    if out is None or err is None:
        return status
    print(json.dumps({"status": status, "output": out.getvalue(), "errors": err.getvalue()}))
    return status
