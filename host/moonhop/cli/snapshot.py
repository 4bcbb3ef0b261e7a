"""``moonhop snapshot``: write a running process to a file; it runs on."""

import argparse
import sys
from pathlib import Path

from moonhop.cli import OK, context
from moonhop.cli.acting import process_path
from moonhop.cli.output import print_json
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop snapshot p1 p1.snapshot"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")
    parser.add_argument("file", metavar="FILE", help="to write, - for standard output")


def run(options: argparse.Namespace) -> int:
    """Write the file, whole or not at all."""
    path = f"{process_path(options.pid)}/snapshot"
    client = context.client(options)
    if options.file == "-":
        client.download(path, sys.stdout.buffer, verb="POST")
        return OK
    target = Path(options.file)
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as file:
            size = client.download(path, file, verb="POST")
        part.replace(target)
    except OSError as error:
        raise MoonhopError(f"cannot write {target}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    if options.json:
        print_json({"pid": options.pid, "file": str(target), "bytes": size})
    else:
        print(f"{options.pid} is in {target}, {size} bytes; start it: moonhop restore {target}")
    return OK
