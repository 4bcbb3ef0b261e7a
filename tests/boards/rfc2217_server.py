"""A serial port that another machine serves by RFC 2217, with pyserial's half of the protocol."""

import contextlib
import socket
import threading
from typing import Any

import pytest
import serial
from serial.rfc2217 import PortManager

from moonhop.boards.ports import close

# For tests that use it: pyserial's client sets up its thread by names that Python gives up.
USES_RFC2217 = pytest.mark.filterwarnings(r"ignore:set\w+\(\) is deprecated:DeprecationWarning")
PIECE = 4096  # bytes
LOOK = 0.05  # seconds that a read of the port waits


class Rfc2217Server:
    """Serves the port ``url`` at another one, to one client after the other; ``baud_rates`` are
    those that clients have asked for."""

    def __init__(self, url: str) -> None:
        self._served = url
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.url = f"rfc2217://127.0.0.1:{self._listening.getsockname()[1]}"
        self.baud_rates: list[int] = []

    def __enter__(self) -> "Rfc2217Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed: nobody comes any more
                return
            with client:
                self._carry(client, serial.serial_for_url(self._served, timeout=LOOK))

    def _carry(self, client: socket.socket, port: Any) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(client)
        manager = PortManager(port, connection)
        back = threading.Thread(target=self._carry_back, args=(port, manager, connection))
        back.start()
        with contextlib.suppress(OSError):
            while data := client.recv(PIECE):
                port.write(b"".join(manager.filter(data)))
                if port.baudrate not in self.baud_rates:
                    self.baud_rates.append(port.baudrate)
        connection.over.set()
        back.join()
        close(port)

    def _carry_back(self, port: Any, manager: PortManager, connection: "Connection") -> None:
        with contextlib.suppress(OSError):  # one of both has gone
            while not connection.over.is_set():
                connection.write(b"".join(manager.escape(port.read(port.in_waiting or 1))))


class Connection:
    """What a PortManager writes to; both threads do."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._lock = threading.Lock()
        self.over = threading.Event()

    def write(self, data: bytes) -> None:
        with self._lock:
            self._client.sendall(data)
