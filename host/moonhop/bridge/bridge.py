"""Carries a board's messages and files between its serial port and the fleet.

The board is a client of the broker with its own credential; the bridge only carries the bytes, and
only to the fleet's broker and server. When port or session are gone, so are the connections: the
broker publishes the board's will, keeps its session, and the board comes back to it.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from moonhop.boards.repl import BAUD
from moonhop.bridge.line import Line
from moonhop.bridge.streams import FIND, Streams
from moonhop_core.errors import MoonhopError
from moonhop_core.serial import carrier
from moonhop_core.serial.carrier import Carrier
from moonhop_core.serial.frames import Splitter, frame

WINDOW = 2  # packets under way to a board, whose port keeps some 250 bytes while it is busy
CALL = 1.0  # seconds between two calls to a board
TICK = 0.1  # seconds between two looks whether something has to be sent again
AGAIN = 0.3  # seconds between two attempts to open a port that is gone
Tell = Callable[..., None]


class Bridge:
    """One port. ``tell(kind, text)`` gets each line of the console (kind "text"), and what happens:
    "open", "joined", "left", "unplugged", "trouble"."""

    def __init__(self, port: str, fleet: str, find: FIND, tell: Tell, baud: int = BAUD) -> None:
        self._port, self._fleet, self._find, self._baud = port, fleet, find, baud
        self._tell = tell
        self._text = b""
        self.node = ""
        self.repeated = self.damaged = 0  # frames, of all sessions and lines that have ended

    async def run(self) -> None:
        """Serve until cancelled. Raises MoonhopError if the port does not open at first; later it
        waits for the port to come back."""
        opened = False
        while True:
            frames: asyncio.Queue[bytes] = asyncio.Queue()
            splitter = Splitter(frames.put_nowait, self._console)
            try:
                async with Line(self._port, splitter.feed, self._baud) as line:
                    opened = True
                    self._tell("open", self._port)
                    await _Talk(self, line, frames).run()
            except MoonhopError:
                if not opened:
                    raise
                await asyncio.sleep(AGAIN)
                continue
            self.damaged += splitter.damaged
            self._tell("unplugged", self._port)

    def _console(self, data: bytes) -> None:
        *lines, self._text = (self._text + data).split(b"\n")
        for line in lines:
            self._tell("text", line.rstrip(b"\r").decode(errors="replace"))

    def tell(self, kind: str, text: str) -> None:
        """Tell of what happens."""
        self._tell(kind, text)

    def takes(self, hello: Any) -> bool:
        """Tell whether a board is one of this fleet's, by what it says of itself."""
        if not isinstance(hello, dict) or hello.get("fleet") != self._fleet:
            other = hello.get("fleet") if isinstance(hello, dict) else None
            self._tell("trouble", f"the board is of fleet {other!r}; give it with --fleet")
            return False
        self.node = str(hello.get("node"))
        return True

    def streams(self, session: int, say: Callable[[], None]) -> Streams:
        """Return the streams of a new session."""
        return Streams(
            Carrier(session, WINDOW), self._find, say, lambda text: self._tell("trouble", text)
        )


class _Talk:
    """What goes over an open line until it breaks."""

    def __init__(self, bridge: Bridge, line: Line, frames: "asyncio.Queue[bytes]") -> None:
        self._bridge, self._line, self._frames = bridge, line, frames
        self._streams: Streams | None = None
        self._sure = False  # the board has spoken in this session
        self._refused = False
        self._wake = asyncio.Event()

    async def run(self) -> None:
        work = [
            asyncio.create_task(each)
            for each in (self._hear(), self._say(), self._tick(), self._line.broken.wait())
        ]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await self._end()

    async def _hear(self) -> None:
        while True:
            content = await self._frames.get()
            if len(content) < carrier.HEAD:
                continue
            session = carrier.session_of(content)
            if content[0] == carrier.HELLO:
                await self._begin(session, content[carrier.HEAD :])
            elif self._streams and session == self._streams.carrier.session:
                self._sure = True
                packet = self._streams.carrier.take(content)
                self._streams.freed()
                self._wake.set()
                if packet:
                    await self._streams.take(packet)

    async def _begin(self, session: int, hello: bytes) -> None:
        await self._end()
        try:
            known = json.loads(hello)
        except ValueError:
            known = None
        if self._refused or not self._bridge.takes(known):
            self._refused = True
            return
        self._streams = self._bridge.streams(session, self._wake.set)
        self._bridge.tell("joined", self._bridge.node)
        await self._write(carrier.content(carrier.WELCOME, session))

    async def _end(self) -> None:
        streams, self._streams = self._streams, None
        self._sure = False
        if streams:
            self._bridge.repeated += streams.carrier.repeated
            await streams.close()
            self._bridge.tell("left", self._bridge.node)

    async def _say(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._streams and (content := self._streams.carrier.next()):
                await self._write(content)

    async def _tick(self) -> None:
        call = asyncio.get_running_loop().time()
        while True:
            streams = self._streams
            if streams and streams.carrier.gone:
                await self._end()
            now = asyncio.get_running_loop().time()
            if not self._sure and now >= call and not self._refused:
                call = now + CALL
                await self._write(
                    carrier.content(carrier.WELCOME, streams.carrier.session)
                    if streams
                    else carrier.content(carrier.WHO, 0)
                )
            self._wake.set()
            await asyncio.sleep(TICK)

    async def _write(self, content: bytes) -> None:
        await self._line.write(frame(content))
