"""What esptool tells, as moonhop shows it: progress bars on stderr, warnings, and else nothing."""

import sys
from typing import Any

from esptool.logger import TemplateLogger

WIDTH = 30  # characters of a bar
CLEAR = "\r\x1b[K"


class EsptoolLog(TemplateLogger):  # type: ignore[misc]  # esptool has no types
    """Shows bars if a person watches, and says what is under way otherwise; ``doing`` names it."""

    def __init__(self) -> None:
        self.doing = ""
        self._watched = sys.stderr.isatty()
        self._shown = False

    def progress_bar(
        self,
        cur_iter: int,
        total_iters: int,
        prefix: str = "",
        suffix: str = "",
        bar_length: int = WIDTH,
    ) -> None:
        """Show how far it is."""
        if not self._watched:
            return
        part = cur_iter / total_iters if total_iters else 1.0
        bar = "#" * round(WIDTH * part)
        line = f"{CLEAR}{self.doing} [{bar:<{WIDTH}}] {part:4.0%}"
        print(line, end="", file=sys.stderr, flush=True)
        self._shown = True

    def clear(self) -> None:
        """Take the bar away."""
        if self._shown:
            print(CLEAR, end="", file=sys.stderr, flush=True)
            self._shown = False

    def warning(self, message: str) -> None:
        """Tell what esptool warns of, in one line."""
        self.clear()
        print("moonhop: esptool warns:", " ".join(message.split()), file=sys.stderr)

    error = warning  # what ends the work is raised as well

    def print(self, *_: Any, **__: Any) -> None:
        """Keep still: the steps are told by moonhop."""

    note = stage = set_verbosity = print
