"""A hop: what both sides share, and the source's side (NMP-040 to NMP-046).

The host leads it by requests to both nodes; the target's side is in `hop_target.py`.
"""

import asyncio

from moonhop_core.errors import MoonhopError
from moonhop_core.node.hop_wire import LAST, Cutter
from moonhop_core.node.messages import DEADLINE, FAILED, IMAGE, RequestError, decode, encode
from moonhop_core.process.clock import RealClock

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.hosting import Hosted
    from moonhop_core.node.worker import Worker

RESEND = 0.4  # seconds without an acknowledgement after which chunks are sent again
ROUNDS = 3  # a process that subscribes anew each time cannot hop

_clock = RealClock()


class Side:
    """What both sides share: the transfer's topics, and waiting for the other side."""

    def __init__(self, worker: "Worker", hosted: "Hosted", transfer: str):
        self.worker = worker
        self.hosted = hosted
        self.image = worker.topics.hop(transfer, "image")
        self.ack = worker.topics.hop(transfer, "ack")
        self.failure: "RequestError | None" = None
        self._event = asyncio.Event()

    def poke(self) -> None:
        """Look again at what is waited for."""
        self._event.set()

    def abort(self, code: str, text: str) -> None:
        """Make whatever waits fail."""
        self.failure = self.failure or RequestError(code, text)
        self._event.set()

    def close(self) -> None:
        """Hear the transfer no more."""
        self.worker.unlisten(self.image)
        self.worker.unlisten(self.ack)

    def say(self, topic: str, data: "dict[str, Any]") -> None:
        """Publish on the ack topic; QoS 1, for it must keep its place among messages of QoS 1."""
        self.worker.link.publish(topic, encode(data), 1)


class HopSource(Side):
    """Brings a running process to rest and sends its image.

    over  set when the process is free for another hop, or is at rest
    """

    def __init__(self, worker: "Worker", hosted: "Hosted", transfer: str, deadline: float):
        super().__init__(worker, hosted, transfer)
        self.over = asyncio.Event()
        self._end = _clock.monotonic() + int(deadline * 1000000)
        self._round = 0
        self._opened = 0  # the round that the target has answered
        self._window = 1
        self._chunk = 1024
        self._acked = 0
        self._again = False
        self._sha = ""
        self._holds = False  # the process

    async def run(self) -> "dict[str, Any]":
        """Send the process and return what the reply to `release` says; the process is at rest
        then. Raises RequestError after letting it run on."""
        hosted = self.hosted
        self.worker.listen(self.ack, self._on_ack)
        try:
            # What is said next comes to the broker after the subscription, the answer after that.
            self.worker.link.subscribe_soon(self.ack)
            rested = await self._bring_to_rest()
            cutter = Cutter(self._chunk)
            digest = await self._write(cutter)
            await self._send(cutter, digest, rested)
            if self._sha != digest:
                raise RequestError(IMAGE, "the target got another image than was sent")
        except BaseException as error:
            hosted.thaw()
            if self._holds:
                hosted.unhold()
            if isinstance(error, RequestError) or not isinstance(error, MoonhopError):
                raise error
            raise RequestError(FAILED, str(error))
        finally:
            self.close()
        pause = (_clock.monotonic() - rested) / 1000
        result: "dict[str, Any]" = {"pid": hosted.pid, "epoch": hosted.epoch, "sha": digest}
        result["bytes"] = cutter.bytes
        result["chunks"] = len(cutter.chunks) + 1
        result["pause_ms"] = pause
        return result

    async def _bring_to_rest(self) -> int:
        """Agree with the target on what is whose, and stop; returns the moment of the rest."""
        hosted = self.hosted
        rounds = 0
        while True:
            filters = self.worker.subscriptions.filters(hosted)
            await self._open(filters)
            await hosted.hold(self._left())
            self._holds = True
            rested = _clock.monotonic()
            while hosted.writes:
                await self._wait()
            hosted.take_in()
            if sorted(self.worker.subscriptions.filters(hosted)) == sorted(filters):
                return rested
            rounds += 1
            if rounds == ROUNDS:
                raise RequestError(FAILED, "the process does not stop making subscriptions")
            hosted.thaw()
            hosted.unhold()
            self._holds = False

    async def _open(self, filters: "list[str]") -> None:
        """Ask the target to hear what the process hears. A question whose answer does not come is
        put anew, in a round of its own: only one answer may be the mark."""
        patience = RESEND
        self._round += 1
        while self._opened < self._round:
            self.say(self.ack, {"open": filters, "round": self._round})
            while self._opened < self._round and await self._wait(patience):
                pass
            if self._opened < self._round:
                self._round += 1
                patience *= 2

    async def _write(self, cutter: Cutter) -> str:
        process = self.hosted.process
        assert process
        epoch = self.hosted.epoch + 1
        try:
            await self.worker.away(lambda: process.snapshot(cutter.add, epoch))
        except MoonhopError as error:
            raise RequestError(IMAGE, str(error))
        except MemoryError:
            raise RequestError(IMAGE, "memory is too small for the image")
        return cutter.finish()

    async def _send(self, cutter: Cutter, digest: str, rested: int) -> None:
        chunks = cutter.chunks
        count = len(chunks) + 1
        freed = sent = 0
        link = self.worker.link
        while self._acked < count:
            while sent < min(self._acked + self._window, count):
                if sent == count - 1:
                    last = {"sha": digest, "bytes": cutter.bytes, "seq": self.hosted.seq}
                    last["elapsed"] = _clock.monotonic() - rested
                    del chunks[sent:]
                    cutter.append(LAST, encode(last))
                chunk = chunks[sent]
                assert chunk
                link.publish(self.image, chunk, 0)
                sent += 1
            progress = await self._wait(RESEND)
            while freed < min(self._acked, count - 1):
                chunks[freed] = None
                freed += 1
            if self._again or not progress:
                self._again = False
                sent = self._acked
        chunks.pop()

    def _left(self) -> float:
        return max(0, self._end - _clock.monotonic()) / 1000000

    async def _wait(self, most: float = 60) -> bool:
        """Wait for a word of the target, not past the deadline; False if none came in time."""
        if self.failure:
            raise self.failure
        left = self._left()
        if left <= 0:
            what = "answer" if not self._opened else "take the image"
            raise RequestError(DEADLINE, "the target did not %s in time" % what)
        try:
            await asyncio.wait_for(self._event.wait(), min(left, most))
            return True
        except asyncio.TimeoutError:
            return False
        finally:
            self._event.clear()
            if self.failure:
                raise self.failure

    def _on_ack(self, payload: bytes) -> None:
        try:
            said = decode(payload)
        except RequestError:
            return
        if "error" in said:
            self.abort(said.get("code") or FAILED, "target: %s" % said["error"])
        next = said.get("next")
        if not isinstance(next, int):
            return
        if said.get("round") == self._round and self._opened < self._round:
            self.hosted.freeze()  # the mark: what comes from here on is the target's
            self._opened = self._round
            self._window = max(1, int(said.get("window") or 1))
            wanted = int(said.get("chunk") or 1024)
            self._chunk = max(64, min(wanted, self.worker.about.chunk))
        self._acked = max(self._acked, next)
        self._again = bool(said.get("again"))
        self._sha = said.get("sha") or self._sha
        self._event.set()
