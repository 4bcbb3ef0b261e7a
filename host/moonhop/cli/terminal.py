"""A conversation at the terminal: lines with history and completion, until Ctrl-D."""

import atexit
import contextlib
import re
import readline
from pathlib import Path

from moonhop.cli.evaluating import Evaluator, Incomplete
from moonhop.cli.running import complain
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.tokens import KEYWORDS

KEPT = 1000  # lines of history
# What stands between words; a word may have dots and a colon in it.
BETWEEN = " \t\n\"'`@$><=;|&{}()[]+-*/%^#~,"
NAME = re.compile(r"[A-Za-z_]\w*")


def converse(evaluator: Evaluator, history: Path) -> None:
    """Evaluate what is typed. Ctrl-C forgets a line, or ends what runs; Ctrl-D leaves."""
    _remember(history)
    readline.set_completer(Completer(evaluator))
    readline.set_completer_delims(BETWEEN)
    readline.parse_and_bind("tab: complete")
    text = ""
    while True:
        try:
            line = input(">> " if text else "> ")
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            print()
            text = ""
            continue
        text = f"{text}\n{line}" if text else line
        if not text.strip():
            text = ""
            continue
        try:
            evaluator.evaluate(text, more=True)
        except Incomplete:
            continue
        except KeyboardInterrupt:
            print("moonhop: it goes on without the shell")
        except MoonhopError as error:
            complain(error)
        text = ""


def _remember(history: Path) -> None:
    """Have lines kept from one shell to the next, for nobody else to read."""
    history.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    history.touch(mode=0o600)
    with contextlib.suppress(OSError):  # it is not one that this readline wrote
        readline.read_history_file(history)
    readline.set_history_length(KEPT)
    atexit.register(readline.write_history_file, history)


class Completer:
    """Completes names: of Lua, of the program's API, and of what the process has."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._found: list[str] = []

    def __call__(self, word: str, state: int) -> str | None:
        """Return the completions of a word one after the other, as readline asks for them."""
        if state == 0:
            try:
                self._found = self.completions(word)
            except MoonhopError:
                self._found = []
        return self._found[state] if state < len(self._found) else None

    def completions(self, word: str) -> list[str]:
        """Return what a word may become."""
        before, dot, start = _split(word)
        path = re.split("[.:]", before) if before else []
        if not all(NAME.fullmatch(name) for name in path):
            return []
        names = {name for name in self._evaluator.names(path) if NAME.fullmatch(name)}
        if not path:
            names.update(KEYWORDS)
        names.update(_known(path))
        return [f"{before}{dot}{name}" for name in sorted(names) if name.startswith(start)]


def _split(word: str) -> tuple[str, str, str]:
    at = max(word.rfind("."), word.rfind(":"))
    return (word[:at], word[at], word[at + 1 :]) if at >= 0 else ("", "", word)


def _known(path: list[str]) -> set[str]:
    """Return names of libraries and of the API: a board has only those that its programs name."""
    from moonhop_core.lang.builtin_facts import LIBRARIES
    from moonhop_core.process import api

    names = [n for n in api.names() if n not in api.HIDDEN and n.split(".")[0] not in api.OBJECTS]
    if not path:
        return {*LIBRARIES, *(name.partition(".")[0] for name in names)}
    head = ".".join(path) + "."
    return {name[len(head) :] for name in names if name.startswith(head)}
