"""Runs programs on engines without a process around them: the host here answers at once."""

from collections.abc import Sequence
from typing import Any

from moonhop.engines import make_engine
from moonhop_core.process.engine import Engine, Suspend
from moonhop_core.process.program import Program


class Host:
    """Collects what the program prints; `sleep` waits, other operations give nothing."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.waits: list[Any] = []

    def constants(self) -> dict[str, Any]:
        """Return what every process has."""
        return {"process.id": "1", "process.args": ["a"], "node.id": "here"}

    def op(self, name: str, args: list[Any]) -> Any:
        """Do an operation."""
        if name == "print":
            self.out.append("\t".join(args))
        if name == "sleep":
            return Suspend(["sleep", args[0]])
        return []


def make(engine: str, source: str, host: Host | None = None) -> Engine:
    """Return an engine with a program loaded."""
    return make_engine(engine, Program.from_source(source, "t.lua"), host or Host())


def move(engine: Engine, to: str, host: Host | None = None) -> Engine:
    """Write an engine down and return another one that goes on."""
    records: list[Any] = []
    engine.write_image(records.append)
    moved = make_engine(to, engine.program, host or engine.host)
    for record in records:
        moved.read_record(record)
    moved.finish_restore()
    return moved


def run(engine: str, source: str, via: Sequence[str] = (), args: Sequence[Any] = ()) -> list[str]:
    """Run a program to its end and return the lines that it prints. At each rest it moves on to the
    next of the engines `via`. A failure's message is the last line."""
    host = Host()
    running = make(engine, source, host)
    running.spawn(1, None, list(args))
    outcome = running.resume(1, [])
    turn = 0
    while outcome[0] == "wait":
        if via:
            running = move(running, via[turn % len(via)])
            turn += 1
        outcome = running.resume(1, [])
    if outcome[0] == "failed":
        host.out.append(outcome[1])
    return host.out
