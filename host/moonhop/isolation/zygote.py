"""The zygote: forks children that have everything imported. One thread, so forking is safe.

It ends when its nursery closes the socket, or ends, and then its children are killed.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import traceback

from moonhop.engines.lua_runtime import runtime
from moonhop.isolation import child, system
from moonhop.isolation.orders import BORN, ENDED, FORK, ORDER, REFUSED, REPORT
from moonhop_core.errors import MoonhopError

# What engines import when they first need it
LATER = (
    "moonhop.engines.python_engine",
    "moonhop.engines.watchdog",
    "moonhop_core.lang.emit_lua",
    "moonhop.engines.deep",
)


class Zygote:
    """Serves a nursery over `control`."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._numbers: dict[int, int] = {}  # process id -> the nursery's number
        self._wake, self._waker = socket.socketpair()

    def serve(self) -> None:
        """Fork and kill as asked until the nursery is gone."""
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            while True:
                ready, _, _ = select.select([self._control, self._wake], [], [])
                if self._wake in ready:
                    with contextlib.suppress(BlockingIOError):
                        self._wake.recv(4096)
                    self._reap()
                if self._control in ready and not self._order():
                    return
        except OSError:
            return  # the nursery is gone

    def _order(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self._control, ORDER.size, 1)
        while 0 < len(data) < ORDER.size:
            data += self._control.recv(ORDER.size - len(data))
        if not data:
            return False
        what, number = ORDER.unpack(data)
        if what == FORK:
            with socket.socket(fileno=descriptors[0]) as sock:
                self._fork(number, sock)
        else:
            for pid, known in self._numbers.items():
                if known == number:  # not yet reaped, so the id is nobody else's
                    os.kill(pid, signal.SIGKILL)
        return True

    def _fork(self, number: int, sock: socket.socket) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self._report(REFUSED, number, error.errno or 0)
            return
        if pid == 0:
            self._become_child(parent, sock)
        self._numbers[pid] = number
        self._report(BORN, number, pid)

    def _become_child(self, parent: int, sock: socket.socket) -> None:
        status = 1
        try:
            system.die_with_parent(parent)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for other in (self._control, self._wake, self._waker):
                other.close()
            child.serve(sock)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)

    def _reap(self) -> None:
        while self._numbers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            number = self._numbers.pop(pid, None)
            if number is not None:
                self._report(ENDED, number, os.waitstatus_to_exitcode(status))

    def _report(self, what: bytes, number: int, value: int) -> None:
        self._control.sendall(REPORT.pack(what, number, value))


def main(descriptor: int) -> None:
    """Be a zygote for the nursery at the other end of a socket."""
    with socket.socket(fileno=descriptor) as control:
        for number in (signal.SIGINT, signal.SIGTERM):  # the nursery says when it is over
            signal.signal(number, signal.SIG_IGN)
        warm()
        Zygote(control).serve()


def warm() -> None:
    """Load what children will need, so that they share it."""
    system.one_arena()
    for name in LATER:
        importlib.import_module(name)
    for engine in ("lua54", "luajit"):
        with contextlib.suppress(MoonhopError):  # the node does not offer it then
            runtime(engine)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main(int(sys.argv[1]))
