"""What of a process goes into its image besides the engine's records, and back."""

from moonhop_core.process.image import ImageError
from moonhop_core.process.timers import Timer

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.process.image import ImageWriter
    from moonhop_core.process.process import Process


def write_process(process: "Process", writer: "ImageWriter", epoch: int, hops: int) -> None:
    """Write header, the engine's records and the process's own."""
    engine = process.engine
    header = {
        "program": process.program.hash,
        "engine": engine.name,
        "epoch": epoch,
        "pid": process.pid,
    }
    if engine.int_bits != 64:
        header["int"] = engine.int_bits
    if engine.float_bits != 64:
        header["float"] = engine.float_bits
    header.update(set_ones({"app": process.app, "args": process.args, "hops": hops}))
    writer.header(header)
    engine.write_image(writer.put)
    state: "dict[str, Any]" = {
        "next": process.next_id,
        "paused": process.status == "paused",
        "now": process.host.now(),
        "arrivals": process.arrivals,
        "timers": process.timers.write(),
        "readers": process.files.write(),
    }
    state.update(process.tasks.write())
    state.update(process.messages.write())
    writer.put(["process", set_ones(state)])
    for message in process.messages.write_queues():
        writer.put(["process", {"message": message}])


def set_ones(state: "dict[str, Any]") -> "dict[str, Any]":
    """Return those entries whose value is neither empty nor zero nor false: the others need no
    place in an image."""
    return {name: value for name, value in state.items() if value}


def read_header(process: "Process", header: "dict[str, Any]") -> None:
    """Take over who the process is, and make its engine."""
    process.pid = header["pid"]
    process.app = header.get("app", "")
    process.args = header.get("args", [])
    process.hops = header.get("hops", 0)
    process.epoch = header["epoch"]
    engine = process.engine
    wide = header.get("float", 64)
    if wide > engine.float_bits:
        process.host.output(
            "warning",
            "numbers lose precision on this node: floats of %d bits become %d bits wide"
            % (wide, engine.float_bits),
        )


def read_process(process: "Process", record: "list[Any]") -> None:
    """Take one record: the engine's, or the process's own."""
    if record[0] != "process":
        process.engine.read_record(record)
        return
    state = record[1]
    if "message" in state:
        process.messages.read_message(state["message"])
        return
    later: "list[Any]" = []
    process.next_id = state["next"]
    process.arrivals = state.get("arrivals", [])
    process.tasks.read(state, later)
    process.timers.read(state.get("timers", []), later)
    process.messages.read(state)
    process.files.read(state.get("readers", []))
    process.resting = [later, state.get("paused", False)]


def tie_up(process: "Process", elapsed: int, arrived: bool) -> None:
    """Make what was read live: moments, requests, filters."""
    resting = process.resting
    if resting is None:
        raise ImageError("the image has no record of the process")
    process.resting = None
    engine = process.engine
    try:
        engine.finish_restore()
    except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
        raise ImageError("the image does not fit together (%r)" % error)
    if engine.losses:
        process.host.output("warning", "not kept on this node: " + "; ".join(engine.losses))
    later, paused = resting
    now = process.host.monotonic()
    later.sort(key=lambda entry: (entry[0], entry[1]))
    for left, _, what in later:
        if isinstance(what, Timer):
            process.timers.enter(what, now + left - elapsed)
        else:
            process.remind(what, now + left - elapsed)
    for filter in process.messages.filters():
        process.host.subscribe(filter)
    process.status = "paused" if paused else "running"
    if arrived:
        for handle in process.arrivals:
            process.tasks.start(process.new_id(), handle, [], ["arrival", handle])
    for task in list(process.tasks.all.values()):
        wait = task.wait
        if wait is not None and wait[0] == "request":
            if wait[2] == "hop":
                process.tasks.wake(task, [True])
            else:
                process.files.ask_again(task, wait)
    process.host.changed()
