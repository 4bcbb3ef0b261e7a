"""The target's side of a hop (NMP-040 to NMP-046): restores while the image comes."""

import asyncio

from moonhop_core.errors import MoonhopError
from moonhop_core.node.bundles import MPY
from moonhop_core.node.hop import Side
from moonhop_core.node.hop_wire import DATA, LAST, Lines, unpack
from moonhop_core.node.hosting import RESTORED
from moonhop_core.node.messages import FAILED, IMAGE, RequestError, decode

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.hosting import Hosted
    from moonhop_core.node.units import Late
    from moonhop_core.node.worker import Worker


class HopTarget(Side):
    """Hears what the process will need, takes the image and restores while it comes."""

    def __init__(self, worker: "Worker", hosted: "Hosted", transfer: str, chunk: int, window: int):
        super().__init__(worker, hosted, transfer)
        self.chunk = chunk
        self.window = window
        self._asked = 0  # the newest round that the source has begun
        self._round = 0  # the round that was answered last
        self._marked = 0  # the round whose mark has come
        self._next = 0
        self._behind = -1  # the chunk that was last asked for again
        self._unsaid = 0
        self._lines = Lines()
        self._reader: "Any" = None
        self._late: "Late | None" = None  # what waits until the host has compiled a text
        self._finishing = 0
        self._sha = ""

    async def listen(self) -> None:
        """Hear the transfer. Raises LinkError."""
        self.worker.listen(self.image, self._on_image)
        self.worker.listen(self.ack, self._on_ack)
        self.worker.link.subscribe_soon(self.image, 0)  # confirmed before the next one is
        await self.worker.link.subscribe(self.ack)

    def _on_ack(self, payload: bytes) -> None:
        try:
            said = decode(payload)
        except RequestError:
            return
        round = said.get("round") or 0
        if "open" in said and not self._reader:
            if round > self._asked:  # brokers may say things twice, and there is one mark a round
                self._asked = round
                self.worker.spawn(self._open(said["open"], round))
        elif round == self._round and round > self._marked:
            self._marked = round
            self.hosted.messages.clear()  # the mark: what came before it is the source's
            self.hosted.missed = 0

    async def _open(self, filters: "list[str]", round: int) -> None:
        try:
            known = self.worker.subscriptions.filters(self.hosted)
            for filter in known:
                if filter not in filters:
                    self.worker.subscriptions.remove(filter, self.hosted)
            await asyncio.gather(
                *[
                    self.worker.subscriptions.add_and_wait(filter, self.hosted)
                    for filter in filters
                    if filter not in known
                ]
            )
        except MoonhopError as error:
            self._fail(FAILED, str(error))
            return
        if round < self._asked:
            return  # the source waits for a newer answer, and this one would come behind it
        self._round = round
        self.say(self.ack, {"next": 0, "round": round, "window": self.window, "chunk": self.chunk})

    def _on_image(self, payload: bytes) -> None:
        found = unpack(payload)
        if self.failure or self.hosted.closed:
            return
        if found is None or found[0] > self._next:
            if self._behind < self._next:
                self._behind = self._next
                self.say(self.ack, {"next": self._next, "again": True})
            return
        number, kind, data = found
        if number < self._next:
            self._confirm()  # it was sent again: our word got lost
            return
        self._next += 1
        self._unsaid += 1
        try:
            if kind == LAST:
                self._finishing = 1
                self.worker.spawn(self._finish(data))
                return
            if kind == DATA:
                self._restore(data)
        except MoonhopError as error:
            self._fail(IMAGE, str(error))
            return
        except MemoryError:
            self._fail(IMAGE, "memory is too small for the process")
            return
        if self._unsaid * 2 >= self.window and not self._late:
            self._confirm()

    def _confirm(self) -> None:
        self._unsaid = 0
        if self._sha:
            self.say(self.ack, {"next": self._next, "sha": self._sha})
        else:  # the last chunk counts when all is restored
            self.say(self.ack, {"next": self._next - self._finishing})

    def _restore(self, data: bytes) -> None:
        process = self.hosted.process
        assert process
        if self._reader is None:
            self._reader = process.reader()
        for line in self._lines.add(data):
            if self._late:
                self._late.add(line)
            elif MPY and line[:5] == '["u",':
                from moonhop_core.node.units import Late

                self._late = Late(self.worker.http, process, self._reader)
                self._late.add(line)
                self.worker.spawn(self._catch_up(self._late))
            else:
                self._reader.feed(line)

    async def _catch_up(self, late: "Late") -> None:
        """Read what waits; meanwhile the source is not asked for more."""
        try:
            await late.catch_up()
            self._late = None
            if not self._finishing:
                self._confirm()
        except MoonhopError as error:
            self._fail(IMAGE, str(error))
        except MemoryError:
            self._fail(IMAGE, "memory is too small for the process")

    async def _finish(self, data: bytes) -> None:
        hosted = self.hosted
        process = hosted.process
        try:
            last = decode(data)
            digest = self._lines.finish()
            if last.get("sha") != digest or process is None or self._reader is None:
                raise RequestError(IMAGE, "the image was altered on its way")
            if self._late:
                await self._late.over.wait()
            if self.failure:
                return
            hosted.seq = last.get("seq") or 0
            elapsed = last.get("elapsed") or 0
            await self.worker.away(lambda: process.finish_restore(self._reader, elapsed))
            process.epoch = hosted.epoch
        except MoonhopError as error:
            self._fail(IMAGE, str(error))
            return
        except MemoryError:
            self._fail(IMAGE, "memory is too small for the process")
            return
        self._sha = digest
        self._confirm()  # first, for the process stands still meanwhile
        self.worker.enter(hosted, RESTORED)

    def _fail(self, code: str, text: str) -> None:
        """Tell the source, and wait for `abandon`."""
        self.abort(code, text)
        self.say(self.ack, {"next": self._next, "error": text, "code": code})
