"""The command ``moonhop``: one file per verb; a verb's parts are imported when it is used.

Every verb has ``--json``, ``--fleet`` and ``--help`` with an example, and ends with 0, with 1 if it
failed, with 2 if it was used wrongly. What the person can mend is one line on stderr, without a
stack trace.
"""

import sys
from collections.abc import Sequence

VERBS = {
    "up": "start a host: broker, scheduler, file server, and one local worker",
    "run": "run a Lua program on the fleet",
    "watch": "run a program on a node, and run it anew whenever it is saved",
    "ps": "list processes",
    "nodes": "list nodes",
    "hop": "bring a running process to another node",
    "stop": "stop a process",
    "kill": "end a process at once, in the middle of a turn",
    "pause": "let a process stand still",
    "resume": "let a paused process go on",
    "snapshot": "write a running process to a file",
    "restore": "start a process from such a file",
    "clone": "start a second process that goes on from where a process is",
    "why": "tell why a process is where it is, and what became of it",
    "events": "show what happened in the fleet, and why",
    "app": "have the fleet be as an application's file says",
    "drain": "have all processes leave a node, and none come",
    "rebalance": "even out how many processes the nodes have",
    "logs": "show what a process printed and logged",
    "fs": "list, read and write the fleet's files",
    "shell": "evaluate Lua in a running process, or in one of its own on a node",
    "exec": "run a Lua program here to its end, without a fleet",
    "profile": "see where a program's time goes, and what is worth machine code on boards",
    "check": "compile a Lua program and tell what it needs",
    "demo": "see a program hop between two unlike nodes",
    "sim": "run the scheduler over simulated nodes, in virtual time",
    "bench": "measure moonhop on this machine",
    "scan": "list the serial ports where boards may be, and the fleet's nodes",
    "flash": "write MicroPython onto a board, and make it a node",
    "monitor": "show a board's console, or what a node says",
    "bridge": "have boards without a network join over their serial ports",
    "board": "make boards nodes; list their kinds, fetch firmware for them",
    "update": "bring boards' workers and configurations up to date, over the air",
    "doctor": "look whether everything that moonhop needs is there",
}
OK, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    fleet: list[str] = []
    while arguments[:1] == ["--fleet"] and len(arguments) > 1:  # before the verb is fine too
        fleet, arguments = arguments[:2], arguments[2:]
    verb = arguments[0] if arguments else "--help"
    if verb in ("-h", "--help", "help"):
        print(overview())
        return OK
    if verb in ("-V", "--version"):
        from moonhop import __version__

        print(f"moonhop {__version__}")
        return OK
    if verb not in VERBS:
        print(f"moonhop: {_unknown(verb)}", file=sys.stderr)
        return WRONG_USE

    from moonhop.cli.running import run_verb

    return run_verb(verb, fleet + arguments[1:])


def overview() -> str:
    """Return the list of verbs."""
    width = max(map(len, VERBS))
    lines = "\n".join(f"  {verb:<{width}}  {what}" for verb, what in VERBS.items())
    return f"""usage: moonhop VERB …

Run Lua programs on a fleet of unlike machines, and have them hop while they run.

{lines}

moonhop VERB --help tells more and has an example. First steps:
  moonhop demo
  moonhop up"""


def _unknown(verb: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(verb, VERBS, 1)
    hint = f"did you mean {near[0]}?" if near else "see them with: moonhop --help"
    return f"unknown verb {verb!r}; {hint}"
