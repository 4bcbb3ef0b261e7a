"""The command line's side of the host's HTTP API; plain http.client, so that it starts quickly."""

import http.client
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import quote, urlencode, urlsplit

from moonhop.state import HostAddress
from moonhop_core.errors import MoonhopError

TIMEOUT = 60.0  # seconds
PIECE = 1 << 18  # bytes read at once


class Refused(MoonhopError):
    """The host answered with an error."""

    def __init__(self, status: int, message: str, told: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.told = told or {}  # all of its answer

    def pretty(self) -> str:
        """Return what to show: for a syntax error the line, with the place marked."""
        return self.told.get("pretty") or f"moonhop: {self}"


class Interrupted(MoonhopError):
    """The connection broke amid a transfer."""


class Client:
    """Asks a running host."""

    def __init__(self, address: HostAddress) -> None:
        self.address = address
        parts = urlsplit(address.url)
        self._host, self._port = parts.hostname or "", parts.port or 80

    def get(self, path: str) -> Any:
        """Return what a GET gives. Raises MoonhopError."""
        return self._json("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        """Return what a POST of JSON gives. Raises MoonhopError."""
        return self._json("POST", path, json.dumps(body or {}).encode(), "application/json")

    def put(self, path: str, body: bytes | Iterable[bytes], size: int | None = None) -> Any:
        """Return what a PUT gives; if the body comes in pieces, ``size`` is how long it will be, if
        that is known.

        Raises MoonhopError.
        """
        headers = {} if size is None else {"Content-Length": str(size)}
        with self.open("PUT", path, body, headers) as response:
            return json.loads(response.read())

    def put_json(self, path: str, body: Any) -> Any:
        """Return what a PUT of JSON gives. Raises MoonhopError."""
        return self._json("PUT", path, json.dumps(body).encode(), "application/json")

    def append(self, path: str, body: bytes) -> Any:
        """Return what a PATCH of bytes gives. Raises MoonhopError."""
        return self._json("PATCH", path, body)

    def delete(self, path: str) -> Any:
        """Delete; return what there is to say of it, None if nothing. Raises MoonhopError."""
        with self.open("DELETE", path) as response:
            said = response.read()
            return json.loads(said) if said else None

    def download(self, path: str, to: IO[bytes], verb: str = "GET") -> int:
        """Write what a GET gives to a file; return how many bytes. Raises MoonhopError."""
        with self.open(verb, path) as response:
            return sum(map(to.write, pieces(response)))

    def events(self, path: str) -> Iterator[Any]:
        """Give the data of server-sent events until the server says ``end``.

        Raises MoonhopError.
        """
        return (data for name, data in self.named_events(path) if name == "message")

    def named_events(self, path: str) -> Iterator[tuple[str, Any]]:
        """Give server-sent events, name and data, until the server says ``end``; one without a name
        is a ``message``. Raises MoonhopError."""
        with self.open("GET", path, timeout=None) as response:
            yield from _events(response)

    @contextmanager
    def stream(
        self, verb: str, path: str, body: Any, timeout: float = TIMEOUT
    ) -> Iterator[Iterator[tuple[str, Any]]]:
        """Send JSON, and give the server-sent events of the answer, which has to begin in so many
        seconds and may then go on for ever. Raises MoonhopError."""
        headers = {"Content-Type": "application/json"}
        connection = self.connect(timeout)
        try:
            with self.told():
                connection.request(verb, path, json.dumps(body).encode(), {**self.token, **headers})
            response = self.answer(connection)
            if connection.sock:
                connection.sock.settimeout(None)
            yield _events(response)
        finally:
            connection.close()

    @contextmanager
    def open(
        self,
        verb: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        headers: dict[str, str] | None = None,
        timeout: float | None = TIMEOUT,
    ) -> Iterator[http.client.HTTPResponse]:
        """Ask, and give the response to read. Raises MoonhopError if it is an error."""
        connection = self.connect(timeout)
        try:
            with self.told():
                try:
                    connection.request(verb, path, body, {**self.token, **(headers or {})})
                except (BrokenPipeError, ConnectionResetError):
                    if body is None:
                        raise  # else it takes no more of the body, and has said why
            yield self.answer(connection)
        finally:
            connection.close()

    def connect(self, timeout: float | None = TIMEOUT) -> http.client.HTTPConnection:
        """Return a connection to ask the host on; close it."""
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout)

    @property
    def token(self) -> dict[str, str]:
        """The header that says who asks."""
        return {"Authorization": f"Bearer {self.address.token}"}

    def answer(self, connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
        """Return the answer to what was asked. Raises MoonhopError if it is an error."""
        with self.told():
            response = connection.getresponse()
        if response.status >= 400:
            raise self._refusal(response)
        return response

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say in one line what is the matter with the connection."""
        try:
            yield
        except TimeoutError:
            raise MoonhopError(
                f"the host at {self.address.url} does not answer; is it busy?"
            ) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise MoonhopError(
                f"cannot reach the host at {self.address.url} ({reason}); "
                "start one with: moonhop up"
            ) from None

    def _json(self, verb: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        with self.open(verb, path, body, {"Content-Type": kind} if kind else None) as response:
            return json.loads(response.read())

    def _refusal(self, response: http.client.HTTPResponse) -> Refused:
        try:
            told = json.loads(response.read(1 << 20))
        except ValueError:
            told = {}
        message = told.get("error") or f"the host answers {response.status}"
        if response.status == 401:
            message = (
                f"the host at {self.address.url} refuses the token of fleet "
                f"{self.address.fleet!r}; it may be another fleet's: restart it with moonhop up"
            )
        return Refused(response.status, message, told)


def _events(response: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    """Give server-sent events. Raises MoonhopError if they break off."""
    name = "message"
    for line in _lines(response):
        field, _, value = line.decode().rstrip("\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data" and name == "end":
            return
        elif field == "data":
            yield name, json.loads(value)
        elif not field:
            name = "message"


def _lines(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Give the lines of a stream that has no end. Raises MoonhopError if it ends."""
    try:
        yield from response
    except (OSError, http.client.HTTPException) as error:
        raise Interrupted(f"the connection to the host broke ({error}); try again") from None
    raise Interrupted("the host has ended; start one with: moonhop up")


def pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Give what comes, until all has come. Raises MoonhopError if the connection ends before."""
    try:
        while piece := response.read(PIECE):
            yield piece
    except (OSError, http.client.HTTPException) as error:
        raise Interrupted(f"the connection to the host broke ({error}); try again") from None
    if response.length:  # http.client does not tell
        raise Interrupted(f"the host ended with {response.length} bytes to come; try again")


def _utf8(path: str) -> str:
    """Return a path. Raises MoonhopError if it has bytes that are no text in it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise MoonhopError(f"{path!r} is not UTF-8, which the fleet's paths are") from None
    return path


def file_path(path: str, version: int | None = None) -> str:
    """Return a fleet file's path in the API; that of an old version. Raises MoonhopError."""
    return "/files/" + quote(_utf8(path).lstrip("/")) + (f"?version={version}" if version else "")


def tree_path(verb: str, **query: str) -> str:
    """Return the API's path for a question about the fleet's tree. Raises MoonhopError."""
    return f"/fs/{verb}?{urlencode({name: _utf8(text) for name, text in query.items()})}"
