"""`moonhop exec`: runs a program to its end without a fleet."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from moonhop.engines.bounds import bounded
from moonhop.engines.deep import run_deep
from moonhop.engines.micropython import MicroPythonRunner
from moonhop.isolation.choice import OWN, isolation, leg_process_maker
from moonhop.isolation.nursery import Nursery
from moonhop.programs.linking import Find, beside, link
from moonhop_core.errors import MoonhopError
from moonhop_core.process.octets import from_bytes, to_bytes
from moonhop_core.process.process import Process
from moonhop_core.process.program import Program
from moonhop_core.process.runner import local_runner, run_program

if TYPE_CHECKING:
    from moonhop_core.process.runner import LegRunner

ENGINES = ("python", "lua54", "luajit", "micropython")
FAILED, MISUSED = 1, 2  # exit statuses


class Stream(Protocol):
    """What output goes to: a text stream, binary below if it has a `buffer`."""

    def write(self, text: str, /) -> object:
        """Write text."""

    def flush(self) -> object:
        """Pass on what was written."""


class UsageError(MoonhopError):
    """The arguments cannot be used together."""


def exec_program(
    path_or_source: Path | str,
    engines: Sequence[str] = (),
    hop_every: int | None = None,
    args: Sequence[str] = (),
    virtual_time: bool = False,
    out: Stream | None = None,
    err: Stream | None = None,
    compile_there: bool = False,
    find: Find | None = None,
    things: dict[str, Any] | None = None,
) -> int:
    """Run a program (a Path, or Lua source as str) and return the exit status.

    engines        in turn: "python", "lua54", "luajit", "micropython"; none: lua54
    hop_every      write the process down and restore it in a fresh engine, the next of `engines`,
                   at every so many rests
    virtual_time   jump over waiting
    out, err       default: sys.stdout, sys.stderr; what the program prints goes to out
    compile_there  MicroPython compiles the source itself
    find           finds modules; default: beside the file
    things         sensors and actuators, as boards/things.py reads them

    What the program prints goes to `out`; its log, and errors with a Lua traceback, to `err`.
    Returns what the program gave `exit`, else 0; 1 if it failed; 2 if the arguments are unusable.
    Lua strings are bytes and are written as they are.
    """
    out = sys.stdout if out is None else out
    err = sys.stderr if err is None else err

    def output(kind: str, text: str) -> None:
        if kind == "print":
            write_line(out, text)
        elif kind == "error":
            write_line(err, "moonhop: " + text)
        else:
            write_line(err, text if kind == "log" else f"moonhop: {kind}: {text}")

    try:
        program = run_deep(lambda: load_program(path_or_source, find))
        names = check_engines(program, engines)
        if hop_every is not None and hop_every < 1:
            raise UsageError("--hop-every takes a whole number from 1 on")
        root = path_or_source.parent if isinstance(path_or_source, Path) else Path()
        with ExitStack() as closing:
            made: dict[str, LegRunner] = {}
            for name in names:
                if name not in made:
                    made[name] = runner(name, program, output, compile_there, closing)
            runners = [made[name] for name in names]
            result = run_deep(
                lambda: run_program(
                    runners, args, hop_every, virtual_time, str(root.resolve()), things=things
                )
            )
    except MoonhopError as error:
        pretty = getattr(error, "pretty", None)
        output("error", str(pretty()) if pretty else str(error))
        return MISUSED if isinstance(error, UsageError) else FAILED
    finally:
        out.flush()
        err.flush()
    if result["status"] == "stuck":
        output("error", f"{program.name} waits for what cannot come: " + "; ".join(result["waits"]))
        return FAILED
    status: int = result["exit_status"]
    return status


def load_program(path_or_source: Path | str, find: Find | None = None) -> Program:
    """Return the program in a file or text, linked with its modules, its manifest read. Raises
    MoonhopError."""
    if isinstance(path_or_source, str):
        text, name, folder = path_or_source, "program.lua", Path()
    else:
        try:
            text = from_bytes(path_or_source.read_bytes())
        except OSError as error:
            raise UsageError(f"cannot read {path_or_source}: {error.strerror}") from None
        name, folder = path_or_source.name, path_or_source.parent
    return Program.from_source(link(text, name, find or beside(folder)), name)


def check_engines(program: Program, engines: Sequence[str]) -> list[str]:
    """Return the engines to use in turn. Raises UsageError for unknown ones, and for those that
    the program's manifest does not allow."""
    allowed = program.manifest.get("engines") or ["lua54", "python"]
    if not engines:
        return ["lua54" if "lua54" in allowed else allowed[0]]
    for name in engines:
        if name not in ENGINES:
            raise UsageError(f"unknown engine '{name}'; there are {', '.join(ENGINES)}")
        if ("python" if name == "micropython" else name) not in allowed:
            raise UsageError(
                f"{program.name} does not allow engine {name}; its manifest would have to say"
                f' engines = ["{name}"]'
            )
    return list(engines)


def runner(
    name: str,
    program: Program,
    output: Callable[[str, str], Any],
    compile_there: bool,
    closing: ExitStack,
) -> "LegRunner":
    """Return what runs legs on the engine of that name; `closing` ends it."""
    if name == "micropython":
        runner = MicroPythonRunner(program, output, compile_there=compile_there)
        closing.callback(runner.close)
        return runner
    process: Callable[..., Any] = Process
    if isolation(program.manifest, name) == OWN:
        nursery = Nursery(fork=True)
        closing.callback(nursery.close)
        nursery.open()  # now, while this is the only thread
        process = leg_process_maker(nursery, name)
    if name == "python":
        from moonhop.engines.python_engine import HostPythonEngine

        return local_runner(program, bounded(HostPythonEngine), output, process)
    from moonhop.engines.lupa import make_engine

    return local_runner(program, bounded(make_engine(name)), output, process)


def write_line(stream: Stream, text: str) -> None:
    """Write a line of Lua text: bytes as they are if the stream has bytes below, else as UTF-8
    where it is that, and as Latin-1 where not."""
    try:
        data = to_bytes(text + "\n")
    except ValueError:  # not Lua's: a message that names a file, say
        data = (text + "\n").encode("utf-8", "backslashreplace")
    buffer = getattr(stream, "buffer", None)
    if buffer is not None:
        stream.flush()
        buffer.write(data)
        return
    try:
        stream.write(data.decode())
    except UnicodeDecodeError:
        stream.write(data.decode("latin-1"))
