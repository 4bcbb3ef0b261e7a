"""Runs emitted programs of engine python; as a script it does so on MicroPython, too."""

import json
import sys

from moonhop_core.lua.machine import Machine


def run(emitted: str) -> str:
    """Run an emitted program; return what it printed."""
    printed: list[str] = []
    machine = Machine()
    machine.print = printed.append
    machine.load_unit(emitted)
    task = machine.spawn(machine.main())
    machine.resume(task, (), None)
    return "\n".join(printed)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        texts = json.loads(file.read())
    print(json.dumps([run(text) for text in texts]))
