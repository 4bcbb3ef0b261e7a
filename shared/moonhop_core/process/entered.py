"""What a shell wants of an engine while its program runs (process/shell.py)."""

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


class Entered:
    """Loads texts into an engine, and looks into it. A text that was loaded is a unit of the
    program; units are numbered, and so written into images."""

    def load(self, source: str, given: str, form: "Any" = None) -> "tuple[int, int]":
        """Load a text as the program's `load` does, under the name `given`; return the handle of
        its main chunk and the number of its unit. `form`: what the host compiled of it, where there
        is no compiler. Raises MoonhopError if it does not compile."""
        raise NotImplementedError

    def unload(self, unit: int) -> None:
        """Let go of a unit whose main chunk is over and was kept by nobody, if nothing of it can be
        in use: it has no other function, and none was loaded behind it."""
        raise NotImplementedError

    def next_unit(self) -> int:
        """Return the number that the next unit will get."""
        raise NotImplementedError

    def builtin(self, name: str) -> int:
        """Hold a builtin under a new handle, as Engine.keep does."""
        raise NotImplementedError

    def names(self, path: "list[str]") -> "list[str]":
        """Return the names of what is found in the table that a path of names leads to from the
        globals, without running anything of the program; those of strings for a string."""
        raise NotImplementedError

    def recover(self, tid: int) -> None:
        """After ("over", …) of a task: forget it, so that the others can go on; what it was at is
        left as it is."""
        raise NotImplementedError
