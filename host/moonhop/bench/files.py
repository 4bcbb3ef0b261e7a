"""The file server: large and small files, and appends, beside nginx and rclone in the same run."""

import asyncio
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from moonhop.bench.figures import Figure, of_samples, short
from moonhop.bench.http_probe import Probe
from moonhop.bench.measurements import Effort
from moonhop.bench.peers import PEERS, Server, installed, moonhop

LARGE = 256 << 20  # bytes
SMALL = 4096  # bytes
RECORD = 100  # bytes of an append
ROUNDS = 5  # of a large file
GETS = 3000  # of a small one
APPENDS = 1500
WRITERS = 16


async def measure(effort: Effort) -> list[Figure]:
    """Measure moonhop and its peers, one after the other; each from one client on loopback."""
    return await asyncio.to_thread(_measure, effort)


def _measure(effort: Effort) -> list[Figure]:
    with moonhop() as server:
        effort.say("files on moonhop")
        figures = _common(server, effort)
        figures += _appends(server, effort)
    others: dict[str, list[Figure] | None] = {}
    for peer, start in PEERS.items():
        if not installed(peer):
            effort.say(f"{peer} is not installed")
            others[peer] = None
            continue
        effort.say(f"files on {peer}")
        with start() as server:
            others[peer] = _common(server, effort)
    compared = [_beside(figure, index, others) for index, figure in enumerate(figures)]
    compared.append(_bare_appends(effort))
    return compared + [figure for found in others.values() if found for figure in found]


def _common(server: Server, effort: Effort) -> list[Figure]:
    """Measure what all of them can."""
    name = f"files/{server.name}: "
    puts, gets, small = [], [], []
    size = LARGE if effort.share == 1 else LARGE // 8
    block = os.urandom(1 << 20)
    with Probe(server) as probe:
        for _ in range(effort.times(ROUNDS)):
            puts.append(size / 1e6 / _seconds(lambda: probe.put("large", block, size)))
            gets.append(size / 1e6 / _seconds(lambda: probe.get_large("large")))
        probe.put("small", block[:SMALL], SMALL)
        for _ in range(effort.times(GETS, 50)):
            small.append(1e3 * _seconds(lambda: probe.get("small")))
    shown = f"{size >> 20} MB"
    return [
        _rate(f"{name}GET of {shown}", gets, "MB/s"),
        _rate(f"{name}PUT of {shown}", puts, "MB/s"),
        of_samples(f"{name}GET of 4 kB", small, "ms"),
        Figure(f"{name}GETs of 4 kB a second", len(small) / sum(small) * 1e3, "/s", n=len(small)),
    ]


def _appends(server: Server, effort: Effort) -> list[Figure]:
    figures = []
    for writers in (1, WRITERS):
        count = effort.times(APPENDS, 32) // writers
        with contextlib.ExitStack() as stack:
            probes = [stack.enter_context(Probe(server)) for _ in range(writers)]
            took = _append(probes, count)
        name = f"files/{server.name}: appends a second, {writers} at a time"
        figures.append(Figure(name, writers * count / took, "/s", n=writers * count))
    return figures


def _append(probes: list[Probe], count: int) -> float:
    """Append over all connections at once, so many records over each; return how long it took."""

    def append(number: int) -> None:
        record = b"%0*d\n" % (RECORD - 1, number)
        for _ in range(count):
            probes[number].append("log", record)

    with ThreadPoolExecutor(len(probes)) as threads:
        return _seconds(lambda: list(threads.map(append, range(len(probes)))))


def _bare_appends(effort: Effort) -> Figure:
    """Measure what the disk does: a record appended to a file, and synced."""
    count = effort.times(APPENDS, 32)
    with tempfile.TemporaryFile(buffering=0) as file:
        began = time.perf_counter()
        for _ in range(count):
            file.write(bytes(RECORD))
            os.fsync(file.fileno())
        took = time.perf_counter() - began
    return Figure("files/bare disk: appends a second, each synced", count / took, "/s", n=count)


def _beside(figure: Figure, index: int, others: dict[str, list[Figure] | None]) -> Figure:
    """Return a figure of ours with those of the peers."""
    told = []
    for peer, figures in others.items():
        if figures is None:
            told.append(f"{peer} not installed")
        elif index < len(figures):
            value = figures[index].value
            told.append(f"{peer} {short(value)} {figure.unit} (we: {figure.value / value:.2f})")
    return Figure(**{**vars(figure), "peer": ", ".join(told) or None})


def _rate(name: str, samples: list[float], unit: str) -> Figure:
    return Figure(
        name, statistics.median(samples), unit, statistics.median(samples), None, len(samples)
    )


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
