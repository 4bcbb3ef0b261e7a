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
    on another thread), ``written`` after each writing."""

    def __init__(
        self, client: mqtt.Client, opened: Callable[[], None], written: Callable[[], None]
    ) -> None:
        self._client = client
        self._when_opened = opened
        self._written = written
        self._loop: asyncio.AbstractEventLoop
        self._thread = 0
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
            self._loop.remove_reader(number)
            self._loop.remove_writer(number)
        elif number >= 0:
            done = threading.Event()
            self._loop.call_soon_threadsafe(self._forget, number, done)
            done.wait(1)

    def _forget(self, number: int, done: threading.Event) -> None:
        self._loop.remove_reader(number)
        self._loop.remove_writer(number)
        done.set()

    def _wants_to_write(self, _c: Any, _u: Any, sock: Any) -> None:
        self.here(lambda: sock.fileno() >= 0 and self._loop.add_writer(sock, self._writable))

    def _has_written(self, _c: Any, _u: Any, sock: Any) -> None:
        self.here(lambda: sock.fileno() >= 0 and self._loop.remove_writer(sock))

    def _readable(self, sock: Any) -> None:
        self._client.loop_read()
        if QUICKACK and sock.fileno() >= 0:
            # A broker with Nagle's algorithm on would hold its next packet back until the system
            # acknowledges this one, which it does 40 ms later if nothing is sent meanwhile.
            sock.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
        while getattr(sock, "pending", int)():  # TLS may hold more than the system knows
            self._client.loop_read()

    def _writable(self) -> None:
        self._client.loop_write()
        self._written()
