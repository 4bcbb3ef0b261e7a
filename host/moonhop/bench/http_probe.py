"""An HTTP client that costs as little as can be, so that what is measured is the server."""

import socket

from moonhop.bench.peers import Server
from moonhop_core.errors import MoonhopError

PIECE = 1 << 20  # bytes
TIMEOUT = 30.0  # seconds without a byte


class Probe:
    """One connection that stays open, for a ``with`` block. A server that breaks off, or does not
    answer for TIMEOUT, ends the block with a MoonhopError that says what it was asked."""

    def __init__(self, server: Server) -> None:
        self._name = server.name
        self._asked = ""
        self._top = server.top
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in server.headers.items())
        self._socket = socket.create_connection(("127.0.0.1", server.port), TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(PIECE)

    def __enter__(self) -> "Probe":
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._socket.close()
        if isinstance(error, OSError):
            raise MoonhopError(
                f"{self._name} does not answer {self._asked} ({error}); try again when the machine "
                "is less busy"
            ) from error

    def get(self, name: str) -> bytes:
        """Return a small file."""
        self._ask("GET", name)
        return self._answer()

    def get_large(self, name: str) -> int:
        """Fetch a file, throw it away and return its size."""
        self._ask("GET", name)
        length, body = self._head()
        left = length - len(body)
        view = memoryview(self._buffer)
        while left:
            left -= self._received(self._socket.recv_into(view[: min(left, PIECE)]))
        return length

    def put(self, name: str, block: bytes, size: int) -> None:
        """Write a file that is a block again and again."""
        self._ask("PUT", name, size)
        for start in range(0, size, len(block)):
            self._socket.sendall(block[: size - start])
        self._answer()

    def append(self, name: str, record: bytes) -> None:
        """Add a record to a file."""
        self._ask("PATCH", name, len(record), record)
        self._answer()

    def _ask(self, verb: str, name: str, size: int = 0, body: bytes = b"") -> None:
        self._asked = f"{verb} {self._top}{name}"
        head = f"{self._asked} HTTP/1.1\r\nHost: bench\r\n{self._headers}"
        if verb != "GET":
            head += f"Content-Length: {size}\r\n"
        self._socket.sendall(head.encode() + b"\r\n" + body)

    def _answer(self) -> bytes:
        length, body = self._head()
        while len(body) < length:
            part = self._socket.recv(PIECE)
            self._received(len(part))
            body += part
        return body

    def _head(self) -> tuple[int, bytes]:
        """Read the answer's head; return the body's length and what of it has come."""
        found = b""
        while b"\r\n\r\n" not in found:
            part = self._socket.recv(65536)
            self._received(len(part))
            found += part
        head, _, body = found.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        if not status.split()[1].startswith(b"2"):
            raise MoonhopError(f"{self._name} answers {self._asked} with {status.decode()}")
        headers = dict(line.lower().split(b": ", 1) for line in lines)
        return int(headers.get(b"content-length", 0)), body

    def _received(self, count: int) -> int:
        if not count:
            raise MoonhopError(f"{self._name} breaks {self._asked} off")
        return count
