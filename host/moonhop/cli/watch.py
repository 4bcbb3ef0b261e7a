"""``moonhop watch``: run a program on a node, and run it anew whenever it is saved."""

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import Any

from moonhop.cli import OK, context
from moonhop.cli.acting import process_path
from moonhop.cli.client import Client
from moonhop.cli.output import print_json, print_line
from moonhop.cli.programs import send_program
from moonhop.cli.running import complain
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop watch blink.lua --node shed-1"
BEHIND = "args"
LOOK = 0.1  # seconds between two looks at the files
WAIT = 20.0  # seconds for the node to say that it runs


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("file", metavar="FILE", help="the Lua program; modules beside it count too")
    parser.add_argument("args", nargs="*", default=[], metavar="ARGS", help="for it, after --")
    parser.add_argument("--node", metavar="NODE", help="where (default: a node that fits)")


def run(options: argparse.Namespace) -> int:
    """Run it until Ctrl-C, which stops the process too."""
    watched = _Watched(options)
    seen: Any = None
    try:
        while True:
            now = _saved(Path(options.file))
            if now != seen:
                seen = now
                watched.replace()
            time.sleep(LOOK)
    except KeyboardInterrupt:
        watched.end()
        return OK


def _saved(file: Path) -> list[tuple[str, int, int]]:
    """Return what changes when the program or a module beside it is saved."""
    found = []
    for path in sorted({file, *file.parent.glob("*.lua")}):
        try:
            status = path.stat()
        except OSError:  # amid being replaced by an editor
            continue
        found.append((path.name, status.st_mtime_ns, status.st_size))
    return found


class _Watched:
    """The process that runs now."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._client = context.client(options)
        self._pid = ""
        self._hash = ""

    def replace(self) -> None:
        """Run what the file says now in the place of what runs; a program that does not compile
        changes nothing."""
        begun = time.monotonic()
        try:
            added = send_program(self._options.file, self._options)
            if added["hash"] == self._hash:
                return
            self.end()
            process = self._start(added)
        except MoonhopError as error:
            if self._options.json:
                print_json({"error": str(error), "pid": self._pid or None})
                sys.stdout.flush()
            else:
                complain(error)
            return
        seconds = time.monotonic() - begun
        self._pid, self._hash = process["pid"], added["hash"]
        if self._options.json:
            print_json({"pid": self._pid, "node": process["node"], "seconds": round(seconds, 3)})
            sys.stdout.flush()
            return
        where = f"runs on {process['node']}" if process["node"] else f"waits: {process['reason']}"
        print(f"moonhop: {self._pid} {where}, {seconds:.2f} s after it was saved", file=sys.stderr)
        threading.Thread(target=_show, args=(self._options, self._pid), daemon=True).start()

    def end(self) -> None:
        """Stop what runs, if it does."""
        pid, self._pid, self._hash = self._pid, "", ""
        if pid and self._client.get(process_path(pid))["state"] not in OVER:
            self._client.post(f"{process_path(pid)}/kill")

    def _start(self, added: dict[str, Any]) -> Any:
        return self._client.post(
            "/api/processes",
            {
                "program": added["hash"],
                "name": added["manifest"].get("name") or Path(self._options.file).stem,
                "args": self._options.args,
                "node": self._options.node,
                "wait": WAIT,
            },
        )


OVER = {"ended", "failed", "stopped"}


def _show(options: argparse.Namespace, pid: str) -> None:
    """Print what a process says until it ends."""
    client: Client = context.client(options)
    try:
        for line in client.events(f"{process_path(pid)}/logs?follow=true"):
            print_line(line)
    except MoonhopError as error:
        complain(error)
