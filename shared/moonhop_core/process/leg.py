"""A leg: the part of a process's run between two hops, without a fleet.

`run_leg` is the one notion of it. As a script under MicroPython
(`micropython -m moonhop_core.process.leg`) this module serves legs over its standard streams:

    in    a line of JSON: the leg (see `Leg`) and the program; with "image" true its lines follow
    out   lines of JSON: ["out", kind, text], ["image", line], and last ["result", {…}] or
          ["refused", message]
"""

import json
import sys

from moonhop_core.errors import MoonhopError
from moonhop_core.process.clock import RealClock, VirtualClock
from moonhop_core.process.deep import run_deep
from moonhop_core.process.local_files import LocalFiles
from moonhop_core.process.local_things import HostWithThings
from moonhop_core.process.process import FAILED, RUNNING, Process

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from moonhop_core.process.engine import Engine
    from moonhop_core.process.program import Program

    Lines = Iterable[str | bytes]

IMAGE_END = '["end",'


class Leg:
    """What to run.

    args     the program's arguments
    rests    stop at so many rests and write the image; None: run to the end
    virtual  virtual time instead of real
    root     the folder for `fs`, or None
    node     what the program sees as `node`
    state    what the leg before left (its result's "state"), or None
    things   sensors and actuators (`things/things.py`), or None
    """

    def __init__(
        self,
        args: "list[str]",
        rests: "int | None" = None,
        virtual: bool = False,
        root: "str | None" = None,
        node: "dict[str, Any] | None" = None,
        state: "dict[str, Any] | None" = None,
        things: "dict[str, Any] | None" = None,
    ):
        self.args = args
        self.rests = rests
        self.virtual = virtual
        self.root = root
        self.node = node or {"id": "local", "kind": "exec", "tags": []}
        self.state = state
        self.things = things

    def to_json(self) -> "dict[str, Any]":
        """Return the leg as plain JSON."""
        return {
            "args": self.args,
            "rests": self.rests,
            "virtual": self.virtual,
            "root": self.root,
            "node": self.node,
            "state": self.state,
            "things": self.things,
        }


def run_leg(
    leg: Leg,
    program: "Program",
    make_engine: "Callable[[Program, Any], Engine]",
    image: "Lines | None",
    put_line: "Callable[[str], Any]",
    output: "Callable[[str, str], Any]",
    make_process: "Any" = Process,
) -> "dict[str, Any]":
    """Run a process from its start or from an image until its end or its next image.

    `make_process` makes it, as Process would. Returns a dict: "status" ("ended", "failed", "rest"
    or "stuck": tasks wait for what can never come), "exit_status", "failure", "waits" (of a stuck
    one), "state" (for the next leg).
    """
    state = leg.state or {"now": 0, "messages": [], "retained": {}, "looks": {}, "begun": None}
    clock = VirtualClock(state["now"]) if leg.virtual else RealClock()
    begun = clock.now() if state["begun"] is None else state["begun"]
    files = LocalFiles(leg.root) if leg.root is not None else None
    host = HostWithThings(clock, files, output, leg.things or {}, begun, state["looks"])
    process = make_process(program, make_engine, host, args=leg.args, node=leg.node)
    try:
        if image is None:
            process.start()
        else:
            elapsed = 0 if leg.virtual else max(0, clock.now() - state["now"])
            process.restore(image, elapsed)
            # the retained messages were heard before the hop
            host.messages = state["messages"]
            host.retained = state["retained"]
        rests = leg.rests
        if rests is not None and leg.things and image is not None:
            rests += 1  # the first turn may only open things again
        status = _run(process, host, rests)
        if status == "rest":
            process.snapshot(put_line, process.epoch + 1)
        return {
            "status": status,
            "exit_status": process.exit_status,
            "failure": process.failure,
            "waits": process.waits() if status == "stuck" else [],
            "state": {
                "now": clock.now(),
                "messages": host.messages,
                "retained": host.retained,
                "looks": host.looks,
                "begun": begun,
            },
        }
    finally:
        process.let_go()
        host.things.close()


def _run(process: Process, host: HostWithThings, rests: "int | None") -> str:
    clock = host.clock
    done = 0
    while True:
        host.settle(process)
        moment = process.due()
        look = host.due() if process.status == RUNNING else None
        if look is not None and (moment is None or look <= moment):
            clock.wait(look)
            continue
        if moment is None:
            if host.requests:  # one that came after the answer to another
                continue
            if process.status != RUNNING:
                return "failed" if process.status == FAILED else "ended"
            if process.waits():
                return "stuck"
            process.turn()
            # only subscriptions are left, and nobody to send
            if process.status == RUNNING and not host.settle(process):
                process.stop()
            continue
        if moment > clock.monotonic():
            clock.wait(moment)
        process.turn()
        done += 1
        if done == rests and process.status == RUNNING:
            return "rest"


# ---------------------------------------------------------------- as a script


def serve() -> None:
    """Run the legs that come in over standard input until it ends."""
    from moonhop_core.process.alarm import bounded
    from moonhop_core.process.program import Program
    from moonhop_core.process.python_engine import PythonEngine

    programs: "dict[str, Program]" = {}
    make_engine = bounded(PythonEngine)
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        order = json.loads(line)
        image = _image_lines() if order["image"] else None
        try:
            sent = order["program"]
            program = programs.get(sent["hash"])
            if program is None:
                programs.clear()  # a board has room for one
                program = Program.from_forms(
                    sent["name"], sent["hash"], sent["manifest"], sent["forms"], sent["source"]
                )
                programs[sent["hash"]] = program
            result = run_leg(
                Leg(**order["leg"]),
                program,
                make_engine,
                image,
                lambda line: _say(["image", line]),
                lambda kind, text: _say(["out", kind, text]),
            )
        except MoonhopError as error:
            for _ in image or ():  # what is left of it
                pass
            _say(["refused", str(error)])
        else:
            _say(["result", result])


def _image_lines() -> "Lines":
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        yield line
        if line.startswith(IMAGE_END):
            return


def _say(message: "list[Any]") -> None:
    print(json.dumps(message))


if __name__ == "__main__":
    run_deep(serve)
