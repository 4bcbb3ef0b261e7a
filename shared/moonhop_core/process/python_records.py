"""What an engine python writes into an image, and how it comes back: texts of `load`, values, tasks
and kept values. Loaded with the first image."""

from moonhop_core.lua.values import Table, type_name
from moonhop_core.process.image import ImageError
from moonhop_core.process.names import Names
from moonhop_core.process.python_builder import ImageBuilder
from moonhop_core.process.python_image import ImageWalker, Unwritable

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.engine import Record
    from moonhop_core.process.python_engine import PythonEngine


def names_of(engine: "PythonEngine") -> Names:
    """Return the names that an engine's images use."""

    def find_proto(name: str) -> "Any":
        at = name.find("/")
        unit = int(name[:at]) if at >= 0 else 0
        number = int(name[at + 1 :])
        units = engine.machine.units
        if unit < len(units) and number < len(units[unit].protos):
            return units[unit].protos[number]
        return None

    return Names(engine.machine, find_proto)


def write_records(engine: "PythonEngine", put: "Callable[[Record], None]") -> None:
    """Write all records. Raises ImageError."""
    names = names_of(engine)
    walker = ImageWalker(names, put)
    try:
        _write(engine, walker, put)
    except Unwritable as error:
        from moonhop_core.process.unwritable import find_path

        path = find_path(error.value, _roots(engine, names), names)
        raise ImageError(
            "%s, a %s of the host, cannot be written down" % (path, type_name(error.value))
        )


def _write(engine: "PythonEngine", walker: ImageWalker, put: "Callable[[Record], None]") -> None:
    machine = engine.machine
    for unit in machine.units[1:]:
        record: "Record" = ["u", unit.number, unit.given, unit.source]
        if unit.globals is not machine.globals:
            record.append(walker.mention(unit.globals))
        put(record)
    walker.flush()
    walker.differences()
    for tid, coroutine in engine.tasks.items():
        put(["T", tid, int(walker.mention(coroutine)[1:])])
        walker.flush()
    for handle, value in engine.kept.items():
        walker.root(["h", handle], [value])
    random = machine.get_random_state()
    if random is not None:
        put(["g"] + random)


def _roots(engine: "PythonEngine", names: Names) -> "list[tuple[str, Any]]":
    roots: "list[tuple[str, Any]]" = [("_G", engine.machine.globals)]
    for name, table, _, _ in names.tables():
        roots.append((name, table))
    for tid, coroutine in engine.tasks.items():
        roots.append(("task %d" % tid, coroutine))
    for handle, value in engine.kept.items():
        roots.append(("handler %d" % handle, value))
    return roots


def read_record(engine: "PythonEngine", record: "Record") -> None:
    """Take one record. Raises ImageError."""
    builder = engine.builder
    if builder is None:
        builder = engine.builder = ImageBuilder(names_of(engine))
    if builder.read(record):
        return
    machine = engine.machine
    if record[0] == "u":
        if record[1] != len(machine.units):
            raise ImageError("units of the program are missing")
        env = builder.value(record[4]) if len(record) > 4 else None
        assert env is None or isinstance(env, Table)
        forms = getattr(engine, "forms", {})  # by number, where there is no compiler
        machine.compile_unit(record[3], record[2], env, forms.pop(record[1], None))
    elif record[0] == "g":
        machine.set_random_state(record[1:])
    else:
        raise ImageError("unknown record '%s'" % record[0])


def finish_reading(engine: "PythonEngine") -> None:
    """Tie up what was read. Raises ImageError if something mentioned never came."""
    builder = engine.builder
    if builder is None:
        return
    builder.finish()
    engine.builder = None
    engine.tasks = builder.tasks
    engine.kept = builder.kept
    engine.next_handle = max(engine.kept) + 1 if engine.kept else 1
