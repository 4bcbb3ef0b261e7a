"""An upload that is written piece by piece, as a file is."""

import json
from typing import Any

from moonhop.cli.client import Client


class Push:
    """A PUT whose body comes by and by; the host keeps it whole, or not at all."""

    def __init__(self, client: Client, path: str, headers: dict[str, str]) -> None:
        """Begin. Raises MoonhopError."""
        self._client = client
        self._connection = client.connect()
        self._refused = False
        with client.told():
            self._connection.putrequest("PUT", path)
            for name, value in {**client.token, "Transfer-Encoding": "chunked", **headers}.items():
                self._connection.putheader(name, value)
            self._connection.endheaders()

    def write(self, content: bytes) -> None:
        """Send more of it. Raises MoonhopError."""
        if content:
            self._send(b"%x\r\n%b\r\n" % (len(content), content))

    def finish(self) -> Any:
        """Nothing more comes: return what the host says of the file. Raises MoonhopError."""
        try:
            self._send(b"0\r\n\r\n")
            return json.loads(self._client.answer(self._connection).read())
        finally:
            self._connection.close()

    def give_up(self) -> None:
        """Leave nothing of it."""
        self._connection.close()

    def _send(self, content: bytes) -> None:
        with self._client.told():
            try:
                if not self._refused:
                    self._connection.send(content)
            except (BrokenPipeError, ConnectionResetError):
                self._refused = True  # the host takes no more, and has said why
