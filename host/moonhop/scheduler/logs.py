"""What programs print and log: kept in a file of JSON lines each, and handed to followers."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

LINE_LIMIT = 100_000  # lines of a process that are kept, roughly; then the older half goes
QUEUE_LIMIT = 10_000  # lines that a slow follower may be behind before it loses the oldest


class Logs:
    """The logs of all processes, below a folder.

    A line is ``{"pid", "node", "epoch", "seq", "kind", "text", "time"}``; ``seq`` counts over the
    life of the process, hops included, and each line is taken once (NMP-008).
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._last: dict[str, tuple[int, int]] = {}  # pid: (epoch, seq)
        self._counts: dict[str, int] = {}
        self._followers: dict[str, set[asyncio.Queue[dict[str, Any] | None]]] = {}

    def take(self, node: str, line: dict[str, Any]) -> None:
        """Keep a line that a node sent; one that was here already is dropped."""
        pid, epoch, seq = str(line["pid"]), int(line.get("epoch", 0)), int(line.get("seq", 0))
        last_epoch, last_seq = self._known(pid)
        if epoch < last_epoch or (seq <= last_seq and (epoch == last_epoch or seq > 1)):
            return
        self._last[pid] = epoch, seq
        kept = {
            "pid": pid,
            "node": node,
            "epoch": epoch,
            "seq": seq,
            "kind": str(line.get("kind", "print")),
            "text": str(line.get("text", "")),
            "time": time.time(),
        }
        with self._path(pid).open("a", encoding="utf-8") as file:
            file.write(json.dumps(kept) + "\n")
        self._counts[pid] += 1
        if self._counts[pid] > LINE_LIMIT:
            self._halve(pid)
        for queue in self._followers.get(pid, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(kept)

    def lines(self, pid: str, last: int | None = None) -> list[dict[str, Any]]:
        """Return a process's lines, or its last ones, oldest first."""
        try:
            text = self._path(pid).read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        kept = text.splitlines()
        return [json.loads(line) for line in (kept if last is None else kept[len(kept) - last :])]

    def end(self, pid: str) -> None:
        """Tell followers that the process is over."""
        for queue in self._followers.get(pid, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)

    async def follow(
        self, pid: str, last: int | None = None, over: Callable[[], bool] = lambda: False
    ) -> AsyncIterator[dict[str, Any]]:
        """Give the lines there are, then each as it comes, until the process is over.

        ``over`` tells whether it is over already; it is asked when the end can no more be missed.
        """
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(QUEUE_LIMIT)
        followers = self._followers.setdefault(pid, set())
        followers.add(queue)
        ended = over()
        try:
            for line in self.lines(pid, last):
                yield line
            while not ended and (found := await queue.get()) is not None:
                yield found
        finally:
            followers.discard(queue)
            if not followers:
                self._followers.pop(pid, None)

    def close(self) -> None:
        """End all followers."""
        for pid in list(self._followers):
            self.end(pid)

    # -- inside ----------------------------------------------------------------------------------

    def _path(self, pid: str) -> Path:
        return self._folder / f"{pid}.jsonl"

    def _known(self, pid: str) -> tuple[int, int]:
        """Return epoch and number of a process's last line."""
        if pid not in self._last:
            lines = self.lines(pid)
            self._counts[pid] = len(lines)
            self._last[pid] = (lines[-1]["epoch"], lines[-1]["seq"]) if lines else (0, 0)
        return self._last[pid]

    def _halve(self, pid: str) -> None:
        path = self._path(pid)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)[LINE_LIMIT // 2 :]
        part = path.with_suffix(".part")
        part.write_text("".join(lines), encoding="utf-8")
        part.replace(path)
        self._counts[pid] = len(lines)
