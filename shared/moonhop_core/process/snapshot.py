"""What of a process goes into its image besides the engine's records, and back."""

from moonhop_core.process.image import ImageError
from moonhop_core.process.tasks import Task
from moonhop_core.process.values import pack, pack_list, unpack, unpack_list

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.process.image import ImageWriter
    from moonhop_core.process.messages import Messages
    from moonhop_core.process.process import Process
    from moonhop_core.process.tasks import Tasks
    from moonhop_core.process.timers import Timers


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
        "exiting": None if process.exiting is None else [process.exiting],
    }
    state.update(write_tasks(process.tasks))
    parts = process.parts
    if "timers" in parts:
        state["timers"] = write_timers(process.timers)
    if "files" in parts:
        files = process.files
        state["files"] = [pack_list(files.open[ident].state()) for ident in sorted(files.open)]
        state["held"] = [pack_list(item) for item in files.held if item[0] == "publish"]
    if "messages" in parts:
        state.update(write_messages(process.messages))
    if "things" in parts:
        state["things"] = [pack_list(entry) for entry in parts["things"].written()]
    writer.put(["process", set_ones(state)])
    if "messages" in parts:
        for message in queued(process.messages):
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
        where, topic, payload = state["message"]
        messages = process.messages
        holders: "dict[Any, Any]" = (
            messages.subscriptions if type(where) is int else messages.mailboxes
        )
        holders[where].queue.append([topic, payload])
        return
    later: "list[Any]" = []
    process.next_id = state["next"]
    process.arrivals = state.get("arrivals", [])
    read_tasks(process.tasks, state, later)
    if "timers" in state:
        read_timers(process.timers, state["timers"], later)
    if "subscriptions" in state or "mailboxes" in state or "taken" in state:
        read_messages(process.messages, state)
    if "exiting" in state:
        process.exiting = state["exiting"][0]
    if "files" in state:
        from moonhop_core.process.open_files import restored

        for entry in state["files"]:
            file = restored(unpack_list(entry))
            process.files.open[file.ident] = file
        process.files.held = [unpack_list(item) for item in state.get("held", ())]
    if "things" in state:
        from moonhop_core.process.things import in_use

        in_use(process).read([unpack_list(entry) for entry in state["things"]])
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
        if isinstance(what, Task):
            process.remind(what, now + left - elapsed)
        else:
            process.timers.enter(what, now + left - elapsed)
    for filter in process.filters():
        process.host.subscribe(filter)
    process.status = "paused" if paused else "running"
    if "things" in process.parts:  # when it goes on, for until then they may be the other copy's
        process.agenda.add(now, ["arrival"])
    if arrived:
        for handle in process.arrivals:
            process.tasks.start(process.new_id(), handle, [], ["arrival", handle])
    if "files" in process.parts:
        for file in process.files.open.values():
            if file.closing is not None:
                from moonhop_core.process.file_commands import close_again

                close_again(process.files, file)
    for task in list(process.tasks.all.values()):
        wait = task.wait
        if wait is not None and wait[0] == "request":
            if wait[2] == "hop":
                process.tasks.wake(task, [True])
            else:
                process.files.ask_again(task, wait)
    process.host.changed()


def write_tasks(tasks: "Tasks") -> "dict[str, Any]":
    """Return all tasks as plain JSON."""
    agenda = tasks.process.agenda
    now = tasks.process.host.monotonic()
    listed = []
    for task in tasks.in_order():
        left = None
        if task.entry is not None:
            left = [agenda.moment(task.entry) - now, task.entry]
        start = task.start
        if start is not None:
            start = [start[0], pack_list(start[1]), start[2]]
        answer = task.answer
        if answer is not None:
            answer = [pack_list(answer[0]), pack(answer[1])]
        entry = [task.tid, start, pack(task.wait), left, answer, task.owner]
        while entry[-1] is None:
            entry.pop()
        listed.append(entry)
    results = [[tid, pack_list(tasks.results[tid])] for tid in tasks.order]
    return {"tasks": listed, "ready": tasks.ready, "results": results}


def read_tasks(tasks: "Tasks", state: "dict[str, Any]", later: "list[Any]") -> None:
    """Take tasks back; `later` collects (remaining time, order, task)."""
    for entry in state.get("tasks", ()):
        tid, start, wait, left, answer, owner = entry + [None] * (6 - len(entry))
        task = Task(tid)
        if start is not None:
            task.start = [start[0], unpack_list(start[1]), start[2]]
        if answer is not None:
            task.answer = [unpack_list(answer[0]), unpack(answer[1])]
        task.wait = unpack(wait)
        task.owner = owner
        tasks.all[tid] = task
        if left is not None:
            later.append((left[0], left[1], task))
    tasks.ready = state.get("ready", [])
    for tid, values in state.get("results", ()):
        tasks.order.append(tid)
        tasks.results[tid] = unpack_list(values)


def write_timers(timers: "Timers") -> "list[Any]":
    """Return all timers as plain JSON."""
    agenda = timers.process.agenda
    now = timers.process.host.monotonic()
    return [
        [
            timer.ident,
            timer.handle,
            timer.period,
            None if timer.entry is None else [agenda.moment(timer.entry) - now, timer.entry],
            timer.tick,
            timer.missed,
        ]
        for timer in [timers.all[ident] for ident in sorted(timers.all)]
    ]


def read_timers(timers: "Timers", state: "list[Any]", later: "list[Any]") -> None:
    """Take timers back; `later` collects (remaining time, order, timer)."""
    for ident, handle, period, left, tick, missed in state:
        timer = timers.make(ident, handle, period)
        timer.tick = tick
        timer.missed = missed
        if left is not None:
            later.append((left[0], left[1], timer))


def write_messages(messages: "Messages") -> "dict[str, Any]":
    """Return subscriptions and mailboxes as plain JSON, without the queued messages."""
    return {
        "subscriptions": [[s.ident, s.filter, s.handle, s.handler] for s in messages.in_order()],
        "mailboxes": [[m.filter, m.waiting] for m in messages.boxes()],
        "taken": [[filter, count] for filter, count in messages.taken.items()],
    }


def queued(messages: "Messages") -> "list[list[Any]]":
    """Return a list [subscription's id or mailbox's filter, topic, payload] per message."""
    found: "list[list[Any]]" = []
    for subscription in messages.in_order():
        found += [[subscription.ident] + message for message in subscription.queue]
    for mailbox in messages.boxes():
        found += [[mailbox.filter] + message for message in mailbox.queue]
    return found


def read_messages(messages: "Messages", state: "dict[str, Any]") -> None:
    """Take subscriptions and mailboxes back."""
    for ident, filter, handle, handler in state.get("subscriptions", ()):
        messages.make(ident, filter, handle).handler = handler
    for filter, waiting in state.get("mailboxes", ()):
        messages.add_box(filter).waiting = waiting
    for filter, count in state.get("taken", ()):
        messages.taken[filter] = count
