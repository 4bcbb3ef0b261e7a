"""``moonhop profile``: see where a program's time goes; what is worth machine code on boards."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from moonhop.cli import FAILED, OK
from moonhop.cli.output import print_json, print_table
from moonhop.cli.programs import add_program, finder, program_args, read_program
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop profile --write examples/readings.lua 100"
SHOWN = 0.01  # functions with a smaller share are left out of the table


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "--seconds",
        type=float,
        default=10.0,
        metavar="S",
        help="end the program then (default: %(default)g); it jumps over waiting",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="put the line that names the functions into the file's manifest",
    )
    add_program(parser)


def run(options: argparse.Namespace) -> int:
    """Run the program on engine python; what it prints goes to stderr."""
    from moonhop.boards.things import things_in
    from moonhop.engines.deep import run_deep
    from moonhop.execute import exec_program, load_program
    from moonhop.profiling import Sampler, manifest_line, run_for, sizes, with_native, worth

    if not options.seconds > 0:
        raise MoonhopError("--seconds is a number above 0")
    path = Path(options.file)
    source = read_program(options.file).decode("latin-1")
    things = things_in(Path(options.things)) if options.things else None
    find = finder(options.file, options)
    program = run_deep(lambda: load_program(path, find))
    sampler = run_deep(lambda: Sampler(program))
    with sampler.looking():
        status = run_for(
            options.seconds,
            lambda: exec_program(
                path,
                ["python"],
                args=program_args(options),
                virtual_time=True,
                out=sys.stderr,
                find=find,
                things=things,
            ),
        )
    if status == 2:
        return status
    shares = sampler.shares()
    chosen = worth(shares)
    bytecode, native = run_deep(lambda: sizes(program, chosen))
    line = manifest_line(chosen)
    if options.write and chosen:
        text, line = with_native(source, path.name, chosen)
        path.write_bytes(text.encode("latin-1"))
    if options.json:
        print_json(
            {
                "shares": [asdict(share) for share in shares],
                "native": chosen,
                "bytes": bytecode,
                "native_bytes": native,
            }
        )
        return FAILED if status else OK
    rows = [(each.function, f"{each.share:.0%}") for each in shares if each.share >= SHOWN]
    print_table(("FUNCTION", "TIME"), rows)
    if not chosen:
        print("no function is worth machine code: the time goes to many")
    else:
        where = "is now in" if options.write else "for the manifest of"
        print(f"{line}   {where} {path.name}")
        print(f"takes {native / 1024:.1f} kB on an ESP32, as bytecode {bytecode / 1024:.1f} kB")
    return FAILED if status else OK
