"""What a process needs of an engine, and the values that go between the two.

An engine executes the tasks of one process. It knows nothing of time, messages or files: the
process drives it with `resume`, and the program's calls of the API come back to the process as
`op(name, args)` of the object that the engine was made with.

What an engine installs before the program runs (`process/api.py` has the tables):

  - every name of `OPERATIONS` as a builtin function under that dotted name, reachable from `_G`
    unless it is in `HIDDEN` or belongs to an object kind of `OBJECTS`;
  - for each object kind a builtin table (registered under the kind's name, not reachable from
    `_G`) that holds the kind's operations and is its own `__index`, unless the kind has an
    operation `__index`;
  - every entry of `host.constants()`, a dict of dotted name to plain value (`node.id` …), into the
    builtin tables; lists and dicts as builtin tables registered under that dotted name. They
    belong to the pristine state: after a hop they are those of the new node;
  - `print` and `log` turn each argument into text with Lua's own `tostring` first and call
    `host.op("print", [text, …])`.
"""

from moonhop_core.errors import MoonhopError
from moonhop_core.lua.values import Suspend

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from moonhop_core.process.bounds import Watch
    from moonhop_core.process.program import Program

    # ("wait", wait) | ("done", values) | ("failed", message, traceback) | ("over", the same): it
    # was interrupted, and the engine is good for nothing but `close`
    Outcome = tuple[Any, ...]
    Record = list[Any]

__all__ = ("Bound", "Engine", "Kept", "Named", "Obj", "ProgramError", "Suspend")

FLOAT_BITS = 32 if 16777217.0 == 16777216.0 else 64  # boards have single precision


class ProgramError(MoonhopError):
    """The program did something wrong: becomes a Lua error at the call's position."""


class Kept:
    """The engine's value that `keep` gave this handle."""

    def __init__(self, handle: int):
        self.handle = handle


class Obj:
    """An object of the API: becomes a new table `{id = ident}` with the kind's metatable."""

    def __init__(self, kind: str, ident: int):
        self.kind = kind
        self.ident = ident


class Bound:
    """Becomes a function that calls builtin `name` with `state` (a plain dict or list, made one
    table) before its own arguments."""

    def __init__(self, name: str, state: "Any"):
        self.name = name
        self.state = state


class Named:
    """The builtin function or table that is registered under this name."""

    def __init__(self, name: str):
        self.name = name


class Engine:
    """Executes the tasks of one process.

    Values that go in (arguments, results of operations, values of a resume) are plain: None bool
    int float str (code points 0..255) list dict, or Kept, Obj, Bound, Named; lists and dicts become
    tables. Values that come out (arguments of operations, results of a task) are plain if they are
    scalars; tables, functions and threads are the engine's own and are good
    for `plain`, `keep`, `is_function` and `type_name` during that call only.
    """

    name = ""  # "python", "lua54", "luajit"
    int_bits = 64  # luajit: 53
    float_bits = FLOAT_BITS
    watch: "Watch | None" = None  # over the turns (process/bounds.py)
    losses: "Sequence[str]" = ()  # what an image held that this engine could not keep, and where

    def __init__(self, program: "Program", host: "Any"):
        """Make an engine with the program loaded and nothing run. `host` has `op(name, args)` and
        `constants()`."""
        self.program = program
        self.host = host

    def spawn(self, tid: int, fn: "int | None", args: "list[Any]") -> None:
        """Make task `tid`, which will call the function kept under `fn` (None: the main chunk) with
        `args`. Nothing runs yet. The process resumes it right after, with no values, so a task that
        has not started never meets an image."""
        raise NotImplementedError

    def resume(self, tid: int, values: "list[Any]", error: "Any" = None) -> "Outcome":
        """Run task `tid` until it waits, ends, fails or is interrupted. `values` are what the
        call that it waits in returns; or that call raises `error`, if it is not None: a plain
        value as it is, a ProgramError as an operation would (its message with the call's
        position)."""
        raise NotImplementedError

    def cancel(self, tid: int) -> None:
        """Forget a waiting task; its pending `<close>` variables are closed."""
        raise NotImplementedError

    def keep(self, value: "Any") -> int:
        """Hold one of the engine's own values under a new handle, which goes into the image."""
        raise NotImplementedError

    def drop(self, handle: int) -> None:
        """Let go of a kept value."""
        raise NotImplementedError

    def plain(self, value: "Any") -> "Any":
        """Return a travelling value as plain Python: a table whose keys are 1..n as a list, any
        other one as a dict. Raises ProgramError if there is a function, thread or cycle in it."""
        raise NotImplementedError

    def is_function(self, value: "Any") -> bool:
        """Tell whether one of the engine's own values is a function."""
        raise NotImplementedError

    def type_name(self, value: "Any") -> str:
        """Return Lua's name of the type of any value that came out: "table", "number" …"""
        raise NotImplementedError

    def write_image(self, put: "Callable[[Record], None]") -> None:
        """Call `put` with each record of the image (docs/architecture.md), at rest. Raises
        ImageError that names the path of a value which cannot be written."""
        raise NotImplementedError

    def read_record(self, record: "Record") -> None:
        """Take one record of an image, in the order written, into a fresh engine."""
        raise NotImplementedError

    def finish_restore(self) -> None:
        """Tie up what was read; raises ImageError if something mentioned never came."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of everything."""
