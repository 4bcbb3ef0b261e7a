"""The nursery: gives out children, and learns how they end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from moonhop.isolation.orders import BORN, ENDED, FORK, KILL, ORDER, REPORT
from moonhop.isolation.wire import Wire
from moonhop_core.errors import MoonhopError

WORDS = 2.0  # seconds for the news of a child's end to come


class Child:
    """A child from its birth to its end.

    wire    the proxy's end of its socket
    pid     its process id, once it is known
    status  its exit status once it has ended; below 0: the signal that killed it
    """

    def __init__(self, nursery: "Nursery", number: int, wire: Wire) -> None:
        self._nursery = nursery
        self.number = number
        self.wire = wire
        self.pid: int | None = None
        self.status: int | None = None
        self.refused = ""
        self._over = threading.Event()
        self.on_end: Callable[[], Any] | None = None

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._nursery.kill(self)

    def close(self) -> None:
        """End it, and hear of it no more."""
        self.on_end = None
        self.kill()
        self.wire.close()

    def last_words(self) -> str:
        """Tell how it ended, for messages."""
        self._over.wait(WORDS)
        if self.refused:
            return f"cannot be started: {self.refused}"
        if self.status is None:
            return "was lost"
        if self.status >= 0:
            return f"ended (status {self.status})"
        name = signal.Signals(-self.status).name
        if name == "SIGKILL":
            return "was killed (SIGKILL: by somebody, or the machine's memory was full)"
        return f"crashed ({name})"

    def born(self, pid: int) -> None:
        """Take note of its process id."""
        self.pid = pid

    def ended(self, status: int | None, refused: str = "") -> None:
        """Take note of its end."""
        self.status = status
        self.refused = refused
        self._over.set()
        if self.on_end:
            self.on_end()


class Nursery:
    """Makes children by a zygote, which is started with the first one.

    fork  the zygote is a fork of this very process, if that has one thread only: quick, for a
          program that runs once. Else it is a fresh Python.
    """

    def __init__(self, fork: bool = False) -> None:
        self._fork = fork
        self._lock = threading.Lock()
        self._zygote: _Zygote | None = None
        self._last = 0

    @staticmethod
    def possible() -> bool:
        """Tell whether this system can do it."""
        return hasattr(os, "fork") and hasattr(socket, "send_fds")

    def open(self) -> None:
        """Start the zygote now, if it is not there."""
        with self._lock:
            self._started()

    def take(self) -> Child:
        """Return a new child. Raises MoonhopError if there can be none."""
        with self._lock:
            zygote = self._started()
            self._last += 1
            ours, theirs = socket.socketpair()
            child = Child(self, self._last, Wire(ours))
            with theirs:
                zygote.fork(child, theirs)
            return child

    def kill(self, child: Child) -> None:
        """Kill a child, if it is there still."""
        with self._lock:
            if self._zygote is not None and child.number in self._zygote.children:
                self._zygote.order(KILL, child.number)

    def pids(self) -> list[int]:
        """Return the process ids of the zygote and of all children."""
        with self._lock:
            if self._zygote is None or self._zygote.lost:
                return []
            children = list(self._zygote.children.values())
            return [self._zygote.pid] + [child.pid for child in children if child.pid]

    def close(self) -> None:
        """End the zygote and all children."""
        with self._lock:
            zygote, self._zygote = self._zygote, None
        if zygote is not None:
            zygote.close()

    def _started(self) -> "_Zygote":
        if self._zygote is not None and self._zygote.lost:
            self._zygote.close()
            self._zygote = None
        if self._zygote is None:
            if not self.possible():
                raise MoonhopError("this system has no fork, so nothing can run in isolation")
            self._zygote = _Zygote(self._fork and threading.active_count() == 1)
        return self._zygote


class _Zygote:
    """A running zygote, with the thread that hears it. lost: it has ended."""

    def __init__(self, fork: bool) -> None:
        self.children: dict[int, Child] = {}
        self.lost = False
        self._control, theirs = socket.socketpair()
        self._popen: subprocess.Popen[bytes] | None = None
        with theirs:
            self.pid = self._fork(theirs) if fork else self._spawn(theirs)
        self._thread = threading.Thread(target=self._hear, name="moonhop-nursery", daemon=True)
        self._thread.start()

    def _spawn(self, theirs: socket.socket) -> int:
        number = theirs.fileno()
        command = [sys.executable, "-m", "moonhop.isolation.zygote", str(number)]
        self._popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[number])
        return self._popen.pid

    def _fork(self, theirs: socket.socket) -> int:
        from moonhop.isolation.zygote import main

        pid = os.fork()
        if pid == 0:
            try:
                self._control.close()
                main(os.dup(theirs.fileno()))
            finally:
                os._exit(0)
        return pid

    def fork(self, child: Child, sock: socket.socket) -> None:
        """Have a child made, with a socket."""
        self.children[child.number] = child
        with contextlib.suppress(OSError):  # it has ended: both its hearer and the proxy find out
            socket.send_fds(self._control, [ORDER.pack(FORK, child.number)], [sock.fileno()])

    def order(self, what: bytes, number: int) -> None:
        """Send an order."""
        with contextlib.suppress(OSError):  # without their zygote there are no children
            self._control.sendall(ORDER.pack(what, number))

    def close(self) -> None:
        """End it and wait until it is over."""
        with contextlib.suppress(OSError):  # it ended by itself
            self._control.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._control.close()
        if self._popen is not None:
            self._popen.wait()
        else:
            os.waitpid(self.pid, 0)

    def _hear(self) -> None:
        data = b""
        while True:
            try:
                piece = self._control.recv(REPORT.size - len(data))
            except OSError:
                piece = b""
            if not piece:
                break
            data += piece
            if len(data) == REPORT.size:
                self._take(*REPORT.unpack(data))
                data = b""
        self.lost = True
        for child in list(self.children.values()):
            child.ended(None)
        self.children.clear()

    def _take(self, what: bytes, number: int, value: int) -> None:
        if what == BORN:
            self.children[number].born(value)
            return
        child = self.children.pop(number)
        if what == ENDED:
            child.ended(value)
        else:
            child.ended(None, os.strerror(value))
