"""A small HTTP/1.1 client for asyncio: bounded memory, one kept connection, TLS by context.

It is for the fleet's own file server: no redirects, no cookies, no compression.
"""

import asyncio

from moonhop_core.errors import MoonhopError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

PIECE = 512  # bytes read at once: a heap that is nearly full has no larger holes
LINE = 1024  # longest header line
HEADERS = 64  # most header lines
SAFE = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/"


class HttpError(MoonhopError):
    """The server cannot be reached, does not answer in time, or speaks no HTTP."""


class TooLong(HttpError):
    """The answer is longer than was allowed."""


class Response:
    """What came back: `status`, `headers` (names in lower case), `body` unless a sink took it."""

    def __init__(self, status: int, headers: "dict[str, str]"):
        self.status = status
        self.headers = headers
        self.body = b""

    @property
    def ok(self) -> bool:
        """Tell whether the status is 2xx."""
        return 200 <= self.status < 300


class Http:
    """A client of one server.

    base      "http://host:port" or "https://…", perhaps with a path in front of all others
    token     bearer token; "" sends none
    context   ssl.SSLContext for https
    timeout   seconds a whole request may take, unless it says otherwise

    `connect` gives a new connection, its reader and its writer; it is by TCP if nobody puts another
    in its place.
    """

    def __init__(self, base: str, token: str = "", context: "Any" = None, timeout: float = 10.0):
        scheme, _, rest = base.partition("://")
        authority, _, path = rest.partition("/")
        if authority.startswith("["):  # an IPv6 address
            host, _, port = authority[1:].partition("]")
            port = port[1:]
        else:
            host, _, port = authority.partition(":")
        if scheme not in ("http", "https") or not host or (port and not port.isdigit()):
            raise HttpError("%r is no http:// or https:// address" % base)
        if scheme == "https" and context is None:
            raise HttpError("https needs an SSL context")
        self.host = host
        self.port = int(port) if port else (443 if scheme == "https" else 80)
        self.prefix = "/" + path.rstrip("/") if path.rstrip("/") else ""
        self.token = token
        self.context = context if scheme == "https" else None
        self.timeout = timeout
        self._idle: "Any" = None
        self.connect: "Callable[[], Any]" = self._by_tcp

    async def request(
        self,
        method: str,
        path: str,
        body: "bytes | Iterable[bytes]" = b"",
        headers: "dict[str, str] | None" = None,
        limit: int = 65536,
        sink: "Callable[[bytes], Any] | None" = None,
        timeout: "float | None" = None,
    ) -> Response:
        """Send a request and return the response.

        `path` starts with "/" and is quoted. A `body` that is not bytes is sent in chunks as it is
        iterated. With a `sink`, the body of a 2xx response goes there in pieces and nothing of it
        is kept; else it may have `limit` bytes. Raises HttpError.
        """
        work = self._request(method, path, body, headers or {}, limit, sink)
        kind = HttpError
        try:
            return await asyncio.wait_for(work, timeout or self.timeout)
        except asyncio.TimeoutError:
            reason = "no answer in time"
        except EOFError:
            reason = "the connection broke"
        except OSError as error:
            reason = str(error)
        except TooLong as error:
            reason = str(error)
            kind = TooLong
        raise kind("%s:%d: %s (%s %s)" % (self.host, self.port, reason, method, path))

    def close(self) -> None:
        """Close the kept connection."""
        if self._idle:
            self._idle[1].close()
            self._idle = None

    # -- one exchange ------------------------------------------------------------------------------

    async def _request(
        self, method: str, path: str, body: "Any", headers: "Any", limit: int, sink: "Any"
    ) -> Response:
        # What is not to be sent twice (RFC 9110, 9.2.2) never meets a connection that may be dead;
        # appends may be, since they are numbered (NMP-021).
        streams, self._idle = (self._idle, None) if method != "POST" else (None, self._idle)
        if streams and isinstance(body, bytes):
            try:
                return await self._exchange(streams, method, path, body, headers, limit, sink)
            except _Unused:
                pass
        elif streams:
            streams[1].close()
        streams = await self.connect()
        try:
            return await self._exchange(streams, method, path, body, headers, limit, sink)
        except _Unused:
            raise EOFError

    async def _by_tcp(self) -> "Any":
        try:
            return await asyncio.open_connection(self.host, self.port, ssl=self.context)
        except TypeError:  # MicroPython before 1.23 has no ssl argument
            return await asyncio.open_connection(self.host, self.port)

    async def _exchange(
        self,
        streams: "Any",
        method: str,
        path: str,
        body: "Any",
        headers: "Any",
        limit: int,
        sink: "Any",
    ) -> Response:
        reader, writer = streams
        keep = False
        try:
            try:
                await self._send(writer, method, path, body, headers)
                line = await reader.readline()
            except OSError:
                raise _Unused
            if not line:
                raise _Unused
            response = await self._head(reader, line)
            keep = await self._body(reader, response, method, limit, sink)
            return response
        finally:
            if keep and self._idle is None:
                self._idle = streams
            else:
                writer.close()

    async def _send(
        self, writer: "Any", method: str, path: str, body: "Any", headers: "Any"
    ) -> None:
        lines = ["%s %s%s HTTP/1.1" % (method, self.prefix, path)]
        lines.append("Host: %s:%d" % (self.host, self.port))
        if self.token:
            lines.append("Authorization: Bearer " + self.token)
        for name in headers:
            lines.append("%s: %s" % (name, headers[name]))
        whole = isinstance(body, bytes)
        if not whole:
            lines.append("Transfer-Encoding: chunked")
        elif body or method != "GET":
            lines.append("Content-Length: %d" % len(body))
        head = ("\r\n".join(lines) + "\r\n\r\n").encode()
        if whole and len(body) <= PIECE:
            writer.write(head + body)
            await writer.drain()
            return
        writer.write(head)
        await writer.drain()
        if whole:
            writer.write(body)
            await writer.drain()
            return
        for piece in body:
            if piece:
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _head(self, reader: "Any", line: bytes) -> Response:
        parts = line.split(None, 2)
        if len(parts) < 2 or not parts[0].startswith(b"HTTP/1."):
            raise OSError("no HTTP server")
        response = Response(int(parts[1]), {})
        for _ in range(HEADERS):
            line = await reader.readline()
            if len(line) > LINE or not line:
                break
            line = line.strip()
            if not line:
                return response
            name, _, value = line.decode().partition(":")
            response.headers[name.lower()] = value.strip()
        raise OSError("bad HTTP headers")

    async def _body(
        self, reader: "Any", response: Response, method: str, limit: int, sink: "Any"
    ) -> bool:
        """Read the body; tell whether the connection can be used again."""
        headers = response.headers
        keep = headers.get("connection", "").lower() != "close"
        if method == "HEAD" or response.status in (204, 304):
            return keep
        kept: "list[bytes]" = []
        room = limit

        def take(piece: bytes) -> None:
            nonlocal room
            if sink and response.ok:
                sink(piece)
                return
            room -= len(piece)
            if room < 0:
                raise TooLong("the answer is longer than %d bytes" % limit)
            kept.append(piece)

        if "chunked" in headers.get("transfer-encoding", "").lower():
            size = 1
            while size:
                line = await reader.readline()
                size = int(line.split(b";")[0], 16) if line else -1
                if size < 0:
                    raise EOFError
                await _read(reader, size, take)
                while size == 0 and (await reader.readline()).strip():
                    pass  # trailers
                if size:
                    await reader.readline()
        elif "content-length" in headers:
            await _read(reader, int(headers["content-length"]), take)
        else:
            keep = False
            piece = await reader.read(PIECE)
            while piece:
                take(piece)
                piece = await reader.read(PIECE)
        response.body = b"".join(kept)
        return keep


class _Unused(Exception):
    """The connection broke before the server said anything."""


async def _read(reader: "Any", size: int, take: "Callable[[bytes], None]") -> None:
    while size > 0:
        piece = await reader.read(min(size, PIECE))
        if not piece:
            raise EOFError
        size -= len(piece)
        take(piece)


def quote(text: str) -> str:
    """Return a path with every byte but the safe ones as %XX; code points are bytes (0..255)."""
    return "".join(c if c < "\x80" and ord(c) in SAFE else "%%%02X" % ord(c) for c in text)
