"""paho's client driven by asyncio: its socket is read and written when the loop says so.

paho may call from an executor's thread (connecting) or from a process's thread (publishing).
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt

QUICKACK = getattr(socket, "TCP_QUICKACK", 0)  # Linux


class LoopSockets:
    """Reads and writes a client's socket on a loop; ``opened`` is called when there is one (perhaps
    on another thread), ``progress`` after each reading and writing."""

    def __init__(
        self, client: mqtt.Client, opened: Callable[[], None], progress: Callable[[], None]
    ) -> None:
        self._client = client
        self._when_opened = opened
        self._progress = progress
        self._loop: asyncio.AbstractEventLoop
        self._thread = 0
        self._busy = False  # in a call of paho's that may call back
        self._soon: asyncio.Handle | None = None  # the next attempt to write
        self._watched = False  # for room to write in
        client.on_socket_open = self._opened
        client.on_socket_close = self._closed
        client.on_socket_register_write = self._wants_to_write
        client.on_socket_unregister_write = self._has_written

    def attach(self) -> asyncio.AbstractEventLoop:
        """Use the running loop from now on."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        return self._loop

    def here(self, function: Any, *args: Any) -> None:
        """Call on the loop's thread, at once if this is it."""
        if threading.get_ident() == self._thread:
            function(*args)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *args)

    def _opened(self, _c: Any, _u: Any, sock: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._when_opened()
        self.here(lambda: sock.fileno() >= 0 and self._loop.add_reader(sock, self._readable, sock))

    def _closed(self, _c: Any, _u: Any, sock: Any) -> None:
        number = sock.fileno()
        if number >= 0 and threading.get_ident() == self._thread:
            self._forget(number)
        elif number >= 0:
            done = threading.Event()
            self._loop.call_soon_threadsafe(self._forget, number, done)
            done.wait(1)

    def _forget(self, number: int, done: threading.Event | None = None) -> None:
        self._loop.remove_reader(number)
        self._loop.remove_writer(number)
        self._watched = False
        if done:
            done.set()

    def _readable(self, sock: Any) -> None:
        self._busy = True
        try:
            self._client.loop_read()
            if QUICKACK and sock.fileno() >= 0:
                # A broker with Nagle's algorithm on would hold its next packet back until the
                # system acknowledges this one, which it does 40 ms later if nothing is sent
                # meanwhile.
                sock.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
            while getattr(sock, "pending", int)():  # TLS may hold more than the system knows
                self._client.loop_read()
        finally:
            self._busy = False
        self._progress()
        self.write()

    # -- writing: at once, not when the loop has asked the system whether it may -------------------

    def write(self) -> None:
        """Write what waits, on the loop's thread; what the network does not take now, or what is
        published while paho calls back, goes later by itself."""
        if self._client.want_write() and threading.get_ident() == self._thread and not self._busy:
            self._busy = True
            try:
                self._client.loop_write()
            finally:
                self._busy = False
            self._progress()

    def _wants_to_write(self, _c: Any, _u: Any, sock: Any) -> None:
        self.here(self._try_soon, sock)

    def _try_soon(self, sock: Any) -> None:
        if self._soon is None and not self._watched:
            self._soon = self._loop.call_soon(self._try, sock)

    def _try(self, sock: Any) -> None:
        self._soon = None
        self.write()
        if self._client.want_write() and sock.fileno() >= 0:
            self._watched = True
            self._loop.add_writer(sock, self.write)

    def _has_written(self, _c: Any, _u: Any, sock: Any) -> None:
        self.here(self._rest, sock)

    def _rest(self, sock: Any) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if self._watched and sock.fileno() >= 0:
            self._watched = False
            self._loop.remove_writer(sock)
