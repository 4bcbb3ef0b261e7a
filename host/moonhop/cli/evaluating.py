"""Has the host evaluate Lua in a process, and prints what comes of it."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from moonhop.cli.acting import process_path
from moonhop.cli.client import Client, Refused
from moonhop.cli.output import print_json
from moonhop.cli.running import complain
from moonhop_core.errors import MoonhopError

# Seconds that the host has to take a text: it may have to wait for a hop, and a board asks it back.
TAKEN = 60.0


class Incomplete(MoonhopError):
    """What was entered goes on in the next line."""


class Evaluator:
    """Evaluates in one process."""

    def __init__(self, client: Client, pid: str, as_json: bool = False) -> None:
        self._client = client
        self._path = process_path(pid)
        self._json = as_json

    def evaluate(self, text: str, more: bool = False) -> bool:
        """Evaluate a text and print what it says; tell whether it went well. Ctrl-C ends it, and
        the second one leaves it alone. Raises Incomplete if there can be ``more`` of it,
        MoonhopError if the process cannot be asked."""
        try:
            with (
                _CtrlC(self._interrupt) as ctrl_c,
                self._client.stream("POST", f"{self._path}/eval", {"text": text}, TAKEN) as events,
            ):
                ctrl_c.begun(next(events)[1]["eval"])
                return self._show(events)
        except Refused as refused:
            if more and refused.told.get("incomplete"):
                raise Incomplete(str(refused)) from None
            if not refused.told.get("pretty"):
                raise
            if self._json:
                print_json({"kind": "error", "text": str(refused)})
            else:
                complain(refused)
            return False

    def names(self, path: list[str]) -> list[str]:
        """Return the names in a table of the process."""
        query = urlencode([("path", name) for name in path])
        found: list[str] = self._client.get(f"{self._path}/names?{query}")
        return found

    def _show(self, events: Iterator[tuple[str, Any]]) -> bool:
        for _, word in events:
            if self._json:
                print_json(word)
                sys.stdout.flush()
            elif word["kind"] != "done":
                good = word["kind"] == "print"
                print(word["text"], file=sys.stdout if good else sys.stderr, flush=True)
            if word["kind"] in ("done", "error"):
                return bool(word["kind"] == "done")
        raise MoonhopError("the host has ended; start one with: moonhop up")

    def _interrupt(self, number: int) -> None:
        with contextlib.suppress(MoonhopError):  # it is over, or who waits is told
            self._client.delete(f"{self._path}/eval/{number}")


class _CtrlC:
    """While it is entered, Ctrl-C has an evaluation interrupted, as soon as it has begun; a second
    one is as usual."""

    def __init__(self, interrupt: Callable[[int], None]) -> None:
        self._interrupt = interrupt
        self._number: int | None = None
        self._pressed = False

    def __enter__(self) -> "_CtrlC":
        self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def begun(self, number: int) -> None:
        """Note the number of the evaluation."""
        self._number = number
        if self._pressed:
            self._ask(number)

    def _press(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)
        self._pressed = True
        if self._number is not None:
            self._ask(self._number)

    def _ask(self, number: int) -> None:
        threading.Thread(target=self._interrupt, args=(number,), daemon=True).start()
