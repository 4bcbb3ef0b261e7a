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
    writer.header(
        {
            "program": process.program.hash,
            "name": process.program.name,
            "engine": engine.name,
            "int": engine.int_bits,
            "float": engine.float_bits,
            "epoch": epoch,
            "pid": process.pid,
            "app": process.app,
            "args": process.args,
            "hops": hops,
        }
    )
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
    writer.put(["process", state])
    for message in process.messages.write_queues():
        writer.put(["process", {"message": message}])


def read_header(process: "Process", header: "dict[str, Any]") -> None:
    """Take over who the process is, and make its engine."""
    process.pid = header["pid"]
    process.app = header["app"]
    process.args = header["args"]
    process.hops = header["hops"]
    process.epoch = header["epoch"]
    process.came_from = header
    engine = process.engine
    if header["float"] > engine.float_bits or header["int"] > engine.int_bits:
        process.host.output(
            "warning",
            "numbers lose precision on this node: %d-bit integers and %d-bit floats become"
            " %d and %d bits wide"
            % (header["int"], header["float"], engine.int_bits, engine.float_bits),
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
    process.arrivals = state["arrivals"]
    process.tasks.read(state, later)
    process.timers.read(state["timers"], later)
    process.messages.read(state)
    process.files.read(state["readers"])
    process.resting = [later, state["paused"]]


def tie_up(process: "Process", elapsed: int, arrived: bool) -> None:
    """Make what was read live: moments, requests, filters."""
    resting = process.resting
    if resting is None:
        raise ImageError("the image has no record of the process")
    process.resting = None
    try:
        process.engine.finish_restore()
    except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
        raise ImageError("the image does not fit together (%r)" % error)
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
