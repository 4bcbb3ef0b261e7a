"""Messages between a proxy and its child: JSON in frames, over a stream socket.

JSON because a child is not trusted: a program that takes its engine over must not get further than
its own OS process. Lua strings are code points 0..255, which UTF-8 carries in one or two bytes.
"""

import json
import socket
import struct
import time
from typing import Any

HEAD = struct.Struct("!I")
LONGEST = 256 << 20  # bytes of a message
PIECE = 64 << 10
PATIENCE = 10.0  # seconds for the other side to take what is sent


class Gone(Exception):
    """The other side is not there any more, or talks nonsense."""


class Wire:
    """One end of the socket. Only one thread at a time may send, and only one receive."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()

    def send(self, message: Any) -> None:
        """Send a message. Raises Gone."""
        data = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        body = data.encode("utf-8", "surrogatepass")
        try:
            self._sock.settimeout(PATIENCE)
            self._sock.sendall(HEAD.pack(len(body)) + body)
        except OSError as error:  # TimeoutError is one
            raise Gone(str(error)) from None

    def receive(self, until: float | None = None) -> Any:
        """Return the next message. Raises TimeoutError at the moment `until` (of
        time.monotonic), and Gone."""
        size = None
        while True:
            if size is None and len(self._buffer) >= HEAD.size:
                size = HEAD.unpack_from(self._buffer)[0] + HEAD.size
                if size > LONGEST:
                    raise Gone("a message is too long")
            if size is not None and len(self._buffer) >= size:
                body = bytes(self._buffer[HEAD.size : size])
                del self._buffer[:size]
                try:
                    return json.loads(body.decode("utf-8", "surrogatepass"))
                except (ValueError, RecursionError) as error:
                    raise Gone(f"a message is damaged: {error}") from None
            self._fill(until)

    def _fill(self, until: float | None) -> None:
        timeout = None
        if until is not None:
            timeout = until - time.monotonic()
            if timeout <= 0:
                raise TimeoutError
        try:
            self._sock.settimeout(timeout)
            piece = self._sock.recv(PIECE)
        except TimeoutError:
            raise
        except OSError as error:
            raise Gone(str(error)) from None
        if not piece:
            raise Gone("it ended")
        self._buffer += piece

    def close(self) -> None:
        """Close this end."""
        self._sock.close()
