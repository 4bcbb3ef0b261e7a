"""Files of the fleet, for programs: requests to the host that a task waits for.

A request that was not answered before a hop is asked again under the same number.
"""

import sys

from moonhop_core.errors import MoonhopError
from moonhop_core.process.engine import Bound, Kept, Obj, ProgramError, Suspend
from moonhop_core.process.open_files import BLOCK, OpenFile, failure

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call
    from moonhop_core.process.process import Process
    from moonhop_core.process.tasks import Task

# Open at once. A loop over `fs.lines` that was left early leaves its file behind: the oldest goes.
MOST = 1000 if sys.implementation.name == "cpython" else 32
BUFFERS = 8  # files that may hold read-ahead text
STORE = ".moonhop/open/"  # where files gather that are being written


class Files:
    """What a process asks of its host.

    pending  request's number -> task; 0: none waits, a file is being closed
    open     files by id
    held     while such a close is under way: requests and publications that come after it
    """

    def __init__(self, process: "Process"):
        self.process = process
        self.pending: "dict[int, int]" = {}
        self.open: "dict[int, OpenFile]" = {}
        self.held: "list[list[Any]]" = []
        self._used: "list[int]" = []  # files with read-ahead text, most recent last

    # -- requests ----------------------------------------------------------------------------------

    def begin(self, task: "Task", wait: "list[Any]") -> None:
        """Ask the host: wait is ["request", number, verb, args, what for], where the last is None
        or [file's id, its command, handle kept for the result or None, errors are raised]; or wait
        for one's turn at a file: ["file", "", "", "", the same]."""
        if wait[0] == "file":
            self.open[wait[4][0]].queue.append(task.tid)
            return
        self.pending[wait[1]] = task.tid
        if wait[4] is not None:
            self.open[wait[4][0]].busy = True
        self._ask(wait)

    def _ask(self, wait: "list[Any]") -> None:
        if self.closing():
            self.held.append(wait)
        else:
            self.process.host.request(wait[1], wait[2], wait[3])

    def end(self, task: "Task", wait: "list[Any]") -> None:
        """The task waits no more: it was cancelled."""
        self.pending.pop(wait[1], None)
        if wait in self.held:
            self.held.remove(wait)
        if wait[4] is None:
            return
        if wait[4][2] is not None:
            self.process.engine.drop(wait[4][2])
        file = self.open.get(wait[4][0])
        if file is not None and wait[0] == "request":
            self.over(file, wait[4][1])
        elif file is not None and task.tid in file.queue:
            file.queue.remove(task.tid)

    def finish(self, number: int, values: "list[Any] | None", error: "str | None") -> None:
        """Take the host's answer; one that nobody waits for is dropped."""
        tid = self.pending.pop(number, None)
        if tid == 0:
            self._closed(number, error)
        if not tid:
            return
        task = self.process.tasks.all[tid]
        wait = task.wait
        if wait is None:
            return
        if wait[4] is not None:
            self._go_on(task, wait, values or [], error)
        elif wait[2] == "hop":
            self.process.tasks.wake(task, [None, error])
        elif error is not None:
            self.process.tasks.wake(task, [], ProgramError(error))
        elif wait[2] == "fs.read" and values is not None:
            self.process.tasks.wake(task, values[:1])
        else:
            self.process.tasks.wake(task, values if values is not None else [])

    def ask_again(self, task: "Task", wait: "list[Any]") -> None:
        """Ask the new node's host what the old one had not answered."""
        if wait[4] is not None and wait[4][1][0] == "read":  # what was read ahead stayed behind
            args, offset = wait[3], self.open[wait[4][0]].offset
            ahead = args[1] - offset
            args[1] = offset
            # what was there again, or it would never get on, and no more than suits this node
            args[2] = ahead + min(args[2], max(BLOCK, ahead))
        self.begin(task, wait)

    # -- commands on files -------------------------------------------------------------------------

    def do(
        self,
        file: OpenFile,
        command: "list[Any]",
        handle: "int | None" = None,
        raises: bool = False,
    ) -> "Any":
        """Begin a command: its results, or Suspend. `handle` is kept, for a result that is the
        file; `raises`: an error is raised, not returned."""
        purpose = [file.ident, command, handle, raises]
        if file.busy:
            return Suspend(["file", "", "", "", purpose])
        found = file.act(command, self.store())
        if type(found) is tuple:
            return Suspend(["request", self.process.new_id(), found[0], found[1], purpose])
        self.over(file, command)
        return found

    def store(self) -> str:
        """Return where the process's unfinished files gather."""
        return STORE + self.process.pid

    def _go_on(
        self, task: "Task", wait: "list[Any]", values: "list[Any] | None", error: "str | None"
    ) -> None:
        """Go on with a command whose request was answered, or whose turn has come."""
        ident, command, handle, raises = wait[4]
        wake = self.process.tasks.wake
        file = self.open.get(ident)
        if file is None or (file.closed and command[0] != "close"):
            self._drop(handle)
            wake(task, [], ProgramError("attempt to use a closed file"))
            return
        if error is not None and not (
            command[0] == "open" and file.mode == "w" and failure(error)[2] == 2
        ):
            if file.mode == "w":
                from moonhop_core.process.file_commands import fail

                fail(file, error, self.store())
            found: "Any" = failure(file.failed or error)
        else:
            if values is not None:
                file.answer(command, wait[3], values)
                self._use(file)
            found = file.act(command, self.store())
        if type(found) is tuple:
            task.wait = wait = ["request", self.process.new_id(), found[0], found[1], wait[4]]
            self.begin(task, wait)
            return
        if raises and len(found) > 1 and found[0] is None:
            wake(task, [], ProgramError(found[1]))
        elif found[0] is None or handle is None:
            self._drop(handle)
            wake(task, [Obj("file", ident)] if command[0] == "open" and found[0] else found)
        else:
            wake(task, [Kept(handle)])
        if command[0] == "open" and found[0] is None:
            self.drop(file)
        self.over(file, command)

    def _drop(self, handle: "int | None") -> None:
        if handle is not None:
            self.process.engine.drop(handle)

    def over(self, file: OpenFile, command: "list[Any]") -> None:
        """A command on a file is over: the next has its turn."""
        file.busy = False
        if command[0] == "close" or (file.mode == "lines" and command[2] and command[2][0] is None):
            self.drop(file)
        while file.queue and not file.busy:
            task = self.process.tasks.all[file.queue.pop(0)]
            assert task.wait is not None
            self._go_on(task, task.wait, None, None)

    def _use(self, file: OpenFile) -> None:
        ident = file.ident
        if ident in self._used:
            self._used.remove(ident)
        self._used.append(ident)
        if len(self._used) > BUFFERS:
            other = self.open.get(self._used.pop(0))
            if other is not None and not other.busy:
                other.forget()

    def add(self, mode: str, path: str) -> "OpenFile | None":
        """Make an open file; None if there are too many."""
        if len(self.open) >= MOST:
            left = [i for i in self.open if self.open[i].mode == "lines" and not self.open[i].busy]
            if not left:
                return None
            self.drop(self.open[min(left)])
        ident = self.process.new_id()
        file = self.open[ident] = OpenFile(ident, mode, path)
        return file

    def drop(self, file: OpenFile) -> None:
        """Forget a file."""
        self.open.pop(file.ident, None)
        if file.ident in self._used:
            self._used.remove(file.ident)
        self._drop(file.handle)
        file.handle = None

    # -- closing without waiting -------------------------------------------------------------------

    def closing(self) -> bool:
        """Tell whether a close that nobody waits for is under way."""
        return 0 in self.pending.values()

    def close_all(self) -> bool:
        """Close what the program has left open for writing. Tells whether that takes time."""
        for file in list(self.open.values()):
            if file.mode == "w" and not file.closed:
                from moonhop_core.process.file_commands import close_later

                close_later(self, file)
        return self.closing()

    def _closed(self, number: int, error: "str | None") -> None:
        from moonhop_core.process.file_commands import closed

        failed = closed(self, number, error)
        if failed is not None:
            self.process.fail(failed, "")
            return
        host = self.process.host
        if not self.closing():
            held, self.held = self.held, []
            for wait in held:
                try:
                    if wait[0] == "request":
                        host.request(wait[1], wait[2], wait[3])
                    else:
                        host.publish(wait[1], wait[2], wait[3], wait[4])
                except MoonhopError as refused:  # a topic that is not the program's
                    host.output("warning", str(refused))
        host.changed()


# ---------------------------------------------------------------- operations


def request(call: "Call", args: "list[Any]") -> Suspend:
    """Wait for the host's answer to a request named as the operation."""
    return Suspend(["request", call.process.new_id(), call.name, args, None])


def of_path(call: "Call") -> Suspend:
    """fs.read, fs.exists, fs.stat, fs.remove, fs.mkdir: errors of the host are Lua errors."""
    return request(call, [call.text(0)])


def of_path_and_text(call: "Call") -> Suspend:
    """fs.write, fs.append; fs.rename and fs.copy, of two paths."""
    return request(call, [call.text(0), call.text(1)])


def listed(call: "Call") -> Suspend:
    """fs.list(path, {prefix=, after=, limit=}): the names in a folder, those of folders with a "/"
    behind; with a limit also the name to go on after, nil at the end."""
    options = call.options(1, ("prefix", "after", "limit"))
    args: "list[Any]" = [call.text(0), options.get("limit"), options.get("after", "")]
    limit = args[1]
    if limit is not None and (type(limit) is not int or limit < 1):
        raise call.bad(1, "limit must be a whole number from 1 on")
    for name in ("after", "prefix"):
        if type(options.get(name, "")) is not str:
            raise call.bad(1, "%s must be a string" % name)
    return request(call, args + [options.get("prefix", "")])


def lines(call: "Call") -> "list[Any]":
    """fs.lines(path, …): an iterator that reads what the formats say, lines by default."""
    path = call.text(0)
    state: "dict[str, Any]" = {}
    if len(call.args) > 1:
        from moonhop_core.process.handles import formats_of

        state["formats"] = formats_of(call)
    file = call.process.files.add("lines", path)
    if file is None:
        raise ProgramError(failure(24)[1])
    state["id"] = file.ident
    return [Bound("fs.lines.next", state)]


OF_FILES: "dict[str, Callable[[Call], Any]]" = {
    "fs.append": of_path_and_text,
    "fs.copy": of_path_and_text,
    "fs.exists": of_path,
    "fs.lines": lines,
    "fs.list": listed,
    "fs.mkdir": of_path,
    "fs.read": of_path,
    "fs.remove": of_path,
    "fs.rename": of_path_and_text,
    "fs.stat": of_path,
    "fs.write": of_path_and_text,
}
