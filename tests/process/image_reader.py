"""Under MicroPython: reads images that come on standard input, each a JSON list of lines, for a
program in a file; argv: the file, the program's name. Answers with a JSON text each: "read",
"refused: …", or what came of it instead."""

import json
import sys

from moonhop_core.process.clock import VirtualClock
from moonhop_core.process.deep import run_deep
from moonhop_core.process.image import ImageError
from moonhop_core.process.local_host import LocalHost
from moonhop_core.process.octets import to_bytes
from moonhop_core.process.process import Process
from moonhop_core.process.program import Program
from moonhop_core.process.python_engine import PythonEngine


def ignore(kind: str, text: str) -> None:
    """Take what the process prints."""


def main() -> None:
    """Answer until standard input ends."""
    with open(sys.argv[1]) as file:
        program = Program.from_source(file.read(), sys.argv[2])
    for order in sys.stdin:
        lines = [to_bytes(line) for line in json.loads(order)]
        process = Process(program, PythonEngine, LocalHost(VirtualClock(1_000_000), None, ignore))
        try:
            process.restore(lines)
            answer = "read"
        except ImageError as error:
            answer = "refused: " + str(error)
        except Exception as error:
            answer = "fault: " + repr(error)
        process.let_go()
        print(json.dumps(answer))


run_deep(main)
