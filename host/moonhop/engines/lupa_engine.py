"""Engines lua54 and luajit: a program in a Lua state of its own, through lupa.

The runtime is written in Lua (`lua/*.lua`); this side makes the state, hands values over and keeps
Python out of reach: nothing of Python is in the state but the callbacks below, which are
upvalues of the runtime's functions.

Memory is bounded by the state's allocator (`memory.py`); a turn is interrupted by a
hook that is armed from another thread (`hooks.py`).
"""

import importlib
import json
import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from moonhop.engines.hooks import HookedState
from moonhop.engines.losses import Losses
from moonhop.engines.lua_runtime import (
    FIRST,
    MODULES,
    NUMBERS,
    THEN,
    everything,
    libraries,
    make_state,
    program_code,
    runtime,
)
from moonhop.engines.memory import DEFAULT, REFUSED, Memory
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.emit_lua_writer import LuaText
from moonhop_core.process.engine import (
    Bound,
    Engine,
    Kept,
    Named,
    Obj,
    ProgramError,
    Suspend,
)
from moonhop_core.process.image import ImageError
from moonhop_core.process.program import Program
from moonhop_core.process.values import unpack

if TYPE_CHECKING:
    from moonhop_core.process.engine import Outcome, Record
    from moonhop_core.process.entered import Entered

VALUES, WAIT, ERROR = 0, 1, 2  # how an operation ended, for the runtime


class LupaEngine(Engine):
    """One Lua state.

    more_memory  where the system bounds this OS process, which runs nothing else: asks it for so
                 many bytes more
    """

    more_memory: Callable[[int], Any] | None = None

    def __init__(self, program: Program, host: Any, name: str = "lua54"):
        super().__init__(program, host)
        self.name = name
        self._wait: Any = None
        self._full = False  # there was no room for what a task was to begin with
        self._fault: BaseException | None = None
        self._losses = Losses()
        self._units: list[Any] = []
        if name == "luajit":
            self.int_bits = 53
        self._text = program.form(name)
        self._wanted = libraries(program)
        self._open()

    # ------------------------------------------------------------ the state

    def _open(self) -> None:
        """Make the state, with the program loaded and nothing run."""
        name = self.name
        more = self.more_memory if name == "luajit" else None
        limit = self.program.manifest.get("memory")
        if limit is None and (name == "lua54" or more is not None):
            limit = DEFAULT  # lupa's allocator would slow luajit down
        self._lua = make_state(name, limit is not None and more is None)
        self._memory: Memory | None = None
        self._load_runtime()
        self._state = HookedState(name, self._call("lay_hook"))
        self._install()
        code = program_code(self._text)
        if code is None:
            self._call("load_program", self._text.text, self._text.info)
        else:
            self._call("load_program", None, code.info, code.text)
        self._call("seal")
        if limit is not None:  # of the program, not of the runtime below it
            self._memory = Memory(self._lua, limit, name, more)

    def _load_runtime(self) -> None:
        """Load the runtime, whose functions `_call` finds."""
        load = self._lua.eval('function(code, ...) return load(code, "=?", "b")(...) end')
        code = runtime(self.name).code
        wanted = self._wanted
        made = load(code["natives"], self.name, self._op, self._answer, wanted.native)
        self._r = Functions(made)
        for part in (*FIRST, *NUMBERS[self.name], *THEN, *wanted.parts):
            load(code[part], made)
        if self.name == "luajit":
            self._call("begin_random", *entropy())

    def _call(self, name: str, *args: Any) -> Any:
        """Call a function of the runtime. An error in it is a fault of moonhop, but for the
        emitted text that Lua refuses."""
        return self._r[name](*args)

    def _install(self) -> None:
        wanted = self._wanted
        self._call("install_ops", *wanted.operations)
        for kind in wanted.kinds:
            self._call("install_kind", kind)
        constants = dict(self.host.constants())
        constants["node.engine"] = self.name
        for name in sorted(constants):
            self._call("constant", name, self._to_lua(constants[name]))

    def _op(self, name: str, *args: Any) -> tuple[Any, ...]:
        """Do an operation of the process for the program. Must not raise: an exception of Python
        would become a value in the program's hands."""
        try:
            memory = self._memory
            if memory is not None and not memory.room(()):
                return (ERROR, REFUSED)
            result = self.host.op(name, list(args))
            if isinstance(result, Suspend):
                self._wait = result.wait
                return (WAIT,)
            if memory is not None and not memory.room(result):
                return (ERROR, REFUSED)
            return (VALUES, *[self._to_lua(value) for value in result])
        except MoonhopError as error:
            return (ERROR, as_bytes(str(error)))
        except BaseException as error:
            self._fault = error
            return (ERROR, "moonhop failed")

    def _compile(self, source: str, given: str) -> tuple[Any, Any]:
        """Compile a text for `load`: emitted text and its description, or nil and a message."""
        try:
            text = compile_unit(source, given, self.name)
        except MoonhopError as error:
            return None, as_bytes(str(error))
        except BaseException as error:
            self._fault = error
            return None, "moonhop failed"
        if self._memory is not None and not self._memory.room((text.text, text.info)):
            return None, REFUSED
        return text.text, text.info

    def _answer(self, what: str, *args: Any) -> Any:
        """Give the runtime what it asks the host for."""
        if what == "compile":
            return self._compile(*args)
        if what == "reason":
            return self.watch.reason if self.watch else ""
        if what == "text":
            return self._text.text
        if what == "entropy":
            return entropy()
        found = runtime(self.name)
        part = found.homes.get(args[0])
        if part is None:
            return None
        if self._memory is not None:
            self._memory.add_part(found.code[part])
        return found.code[part], part

    # ------------------------------------------------------------ tasks

    def spawn(self, tid: int, fn: int | None, args: list[Any]) -> None:
        """Make a task. Without room for its arguments the next turn fails."""
        if self._memory is not None and not self._memory.room(args):
            self._full = True
            args = []
        given = [self._to_lua(arg) for arg in args]
        if fn is None:
            self._call("spawn_main", tid, *given)
        else:
            self._call("spawn_kept", tid, fn, *given)

    def resume(self, tid: int, values: list[Any], error: Any = None) -> "Outcome":
        """Run a task until it waits, ends, fails or is interrupted."""
        memory = self._memory
        if memory is None:
            return self._resume(tid, values, error)
        text = str(error) if isinstance(error, ProgramError) else error
        if self._full or not memory.room([*values, text]):
            return ("failed", REFUSED, "")
        try:
            outcome = self._resume(tid, values, error)
        except MemoryError:  # not even the error could be put into words
            return ("failed", REFUSED, "")
        return ("failed", REFUSED, "") if memory.exceeded() else outcome

    def _resume(self, tid: int, values: list[Any], error: Any) -> "Outcome":
        if error is None:
            given = ["values", *[self._to_lua(value) for value in values]]
        elif isinstance(error, ProgramError):
            given = ["failed", as_bytes(str(error))]
        else:
            given = ["error", self._to_lua(error)]
        watch = self.watch
        if watch is None:
            found = self._call("resume_task", tid, *given)
        else:
            watch.begin()
            try:
                found = self._call("resume_task", tid, *given)
            finally:
                watch.end()
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault
        if found == "wait":
            wait, self._wait = self._wait, None
            return ("wait", wait)
        if found == "done":
            return ("done", [])
        if found[0] == "done":
            return ("done", list(found[1:]))
        return (found[0], found[1], found[2])

    def cancel(self, tid: int) -> None:
        """Forget a waiting task."""
        self._call("cancel_task", tid)

    # ------------------------------------------------------------ values

    def _to_lua(self, value: Any) -> Any:
        """Return a plain value, Kept, Obj, Bound or Named as the state holds it."""
        if value is None or isinstance(value, str | int | float):
            return value
        if isinstance(value, list | tuple):
            return self._call("list", *[self._to_lua(item) for item in value])
        if isinstance(value, dict):
            made = self._call("list")
            for key, item in value.items():
                self._call("put", made, self._to_lua(key), self._to_lua(item))
            return made
        if isinstance(value, Kept):
            return self._call("get_kept", value.handle)
        if isinstance(value, Obj):
            return self._call("object", value.kind, value.ident)
        if isinstance(value, Bound):
            return self._call("bind", value.name, self._to_lua(value.state))
        if isinstance(value, Named):
            return self._call("get_builtin", value.name)
        raise TypeError(type(value))

    def keep(self, value: Any) -> int:
        """Hold a value."""
        handle: int = self._call("keep", value)
        return handle

    def drop(self, handle: int) -> None:
        """Let go of a kept value."""
        self._call("drop", handle)

    def plain(self, value: Any) -> Any:
        """Return a travelling value as plain Python."""
        if value is None or isinstance(value, str | int | float):
            return value
        found = self._call("plain", value)
        if isinstance(found, tuple):
            raise ProgramError(found[1])
        return unpack(json.loads(found))

    def is_function(self, value: Any) -> bool:
        """Tell whether a value is a function."""
        return self.type_name(value) == "function"

    def type_name(self, value: Any) -> str:
        """Return Lua's name of a value's type."""
        if value is None:
            return "nil"
        if isinstance(value, bool):
            return "boolean"
        if isinstance(value, int | float):
            return "number"
        if isinstance(value, str):
            return "string"
        found: str = importlib.import_module(MODULES[self.name]).lua_type(value)
        return found

    # ------------------------------------------------------------ texts loaded later

    def entered(self) -> "Entered":
        """Return what loads texts while the program runs."""
        from moonhop.engines.lupa_entered import LupaEntered

        return LupaEntered(self)

    def have_everything(self) -> None:
        """Have all libraries, not only those that the program may mean: what has been written down
        goes on in a state with them."""
        if self._wanted == everything():
            return
        records: list[Record] = []
        self.write_image(records.append)
        self._open_with_everything()
        for record in records:
            self.read_record(record)
        self.finish_restore()

    def _open_with_everything(self) -> None:
        self._wanted = everything()
        self._open()

    def has_room(self, values: Any) -> bool:
        """Tell whether there is room for values that are about to be handed over."""
        return self._memory is None or self._memory.room(values)

    def call(self, name: str, *args: Any) -> Any:
        """Call a function of the runtime."""
        return self._call(name, *args)

    # ------------------------------------------------------------ image

    def write_image(self, put: "Callable[[Record], None]") -> None:
        """Write all records."""

        def put_batch(text: str) -> None:
            for record in json.loads(text):
                put(record)

        found = self._call("write_image", Guarded(put_batch, self))
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault
        if found is not True:
            _, path, kind = found
            raise ImageError(f"{path}, a {kind} of the host, cannot be written down")

    def read_record(self, record: "Record") -> None:
        """Take one record."""
        if self._memory is not None and not self._memory.room(record):
            raise ImageError("the process holds more memory than it may")
        if record[0] == "u":
            self._read_unit(record)
            return
        if record[0] == "g":
            record = ["g", *[str(int(word)) for word in record[1:]]]
        elif self.name == "luajit":
            self._losses.note(record)
        wrong = self._call("read_record", *[self._flat(v) for v in record])
        if wrong is not None:
            raise ImageError(wrong)

    def _flat(self, value: Any) -> Any:
        """Read a record that stands in place of a mention; return what mentions its table."""
        if type(value) is list:
            if type(value[0]) is not int and value[0] != "a":
                raise ImageError("a record in the place of a value")
            self.read_record(value)
            return f"t{value[1]}"
        # What Lua has no value for would be an object of Python in the program's hands.
        if type(value) in (dict, float) or (
            type(value) is int and not -(1 << 63) <= value < 1 << 63
        ):
            raise ImageError(f"bad value {value}")
        return value

    def _read_unit(self, record: "Record") -> None:
        number, given, source = record[1:4]
        if self._wanted != everything():  # the first one: nothing else has been read yet
            self._open_with_everything()
        text = compile_unit(source, given, self.name)
        wrong = self._call(
            "read_unit",
            number,
            text.text,
            text.info,
            given,
            source,
            *[self._flat(v) for v in record[4:]],
        )
        if wrong is not None:
            raise ImageError(wrong)

    def finish_restore(self) -> None:
        """Tie up what was read."""
        missing = self._call("finish_restore")
        if missing is not None:
            raise ImageError(missing)
        if self.name == "luajit":
            self.losses = self._losses.texts(
                self._call("count_whole_floats"), partial(self._call, "read_path")
            )
        self._call("end_restore")

    def close(self) -> None:
        """Let go of everything."""
        if self.watch is not None:
            self.watch.close()
        self._r = Functions({})
        self._lua = None

    def interrupt(self, reason: str) -> None:
        """End the turn that runs: at its next instruction in the program's own code."""
        self._state.arm()

    def calm(self) -> None:
        """Undo `interrupt`."""
        self._state.disarm()


class Functions(dict[str, Any]):
    """The runtime's functions by name, each fetched when first called."""

    def __init__(self, made: Any):
        super().__init__()
        self._made = made

    def __missing__(self, name: str) -> Any:
        found = self[name] = self._made[name]
        return found


class Guarded:
    """A callback that keeps its exception for later instead of handing it to Lua."""

    def __init__(self, work: Callable[[str], None], engine: LupaEngine):
        self._work = work
        self._engine = engine

    def __call__(self, text: str) -> None:
        """Do the work, unless an earlier call failed."""
        if self._engine._fault is None:
            try:
                self._work(text)
            except BaseException as error:
                self._engine._fault = error


def as_bytes(message: str) -> str:
    """Return a message of the host as Lua holds text: one code point for each byte."""
    try:
        message.encode("latin-1")
    except UnicodeEncodeError:
        return message.encode().decode("latin-1")
    return message


def entropy() -> tuple[int, int]:
    """Return what the generator of math.random begins with."""
    seed = os.urandom(12)
    return int.from_bytes(seed[:6], "big"), int.from_bytes(seed[6:], "big")


def compile_unit(source: str, given: str, dialect: str) -> LuaText:
    """Compile a text that `load` was given under a name. Raises the compiler's error."""
    from moonhop_core.lang.compile import compile_lua
    from moonhop_core.lang.emit_lua import emit_lua
    from moonhop_core.lua.chunks import display_name

    return emit_lua(compile_lua(source, display_name(given), unit=True), dialect)
