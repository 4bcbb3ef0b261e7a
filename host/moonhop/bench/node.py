"""``moonhop bench --node NODE``: what a node of the running fleet takes and how quick it is.

Times are the host's: a board's clock has neither the digits nor the right time.
"""

import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from typing import Any

from moonhop.bench.dhrystone import FILE as DHRYSTONE
from moonhop.bench.dhrystone import of_speeds
from moonhop.bench.figures import Figure, of_samples
from moonhop.bench.measurements import Effort
from moonhop.bench.visitor import NoMemory, Visitor
from moonhop.cli.client import Client
from moonhop_core.errors import MoonhopError

SMALL = """local n = 0
every(60, function() n = n + 1 end)
"""
ECHO = """local base = ...
subscribe(base .. "/ask", function(_, payload) publish(base .. "/answer", payload, {qos = 1}) end)
publish(base .. "/ready", "", {qos = 1})
"""
PONG = """local base = ...
subscribe(base .. "/ping", function(_, payload) publish(base .. "/pong", payload, {qos = 1}) end)
publish(base .. "/ready", "", {qos = 1})
"""
PING = """local base, count = ...
local at = 0
local function send()
  at = at + 1
  publish(base .. "/ping", at, {qos = 1})
end
subscribe(base .. "/pong", function()
  if at < tonumber(count) then send() end
end)
subscribe(base .. "/go", send)
publish(base .. "/ready", "", {qos = 1})
"""
# Small, and has something to take along.
TRAVELLER = """local n, values = 0, {1, 2, 3}
every(0.05, function() n = n + values[n % 3 + 1] end)
"""
STARTS = 20
MESSAGES = 200
HOPS = 10
RUNS = 5
WARM_UP = 5  # messages
FIRST_LOOPS = 20  # of Dhrystone, to find out how many take RUN
RUN = 0.7  # seconds: well below what a turn may take
PEER = "VNetOS ESP32 Lua 1k/s"


async def measure_node(client: Client, node: str, effort: Effort, title: str = "") -> list[Figure]:
    """Measure a node; ``title`` begins the figures' names, else the node's does.

    Raises MoonhopError if there is no such node, if it is lost or in safe mode, NoMemory if it has
    no room for the smallest program. What else has no room is told and left out.
    """
    async with Visitor(client) as visitor:
        other = await _find(visitor, node, effort)
        run = _Run(visitor, node, effort, title or node)
        figures = await run.heap()
        parts = [
            run.dhrystone,
            run.starts,
            run.messages,
            run.between,
        ]  # what needs most comes first
        for part in parts:
            figures += await run.if_there_is_room(part)
        if other:
            figures += await run.if_there_is_room(lambda: run.hops(other))
        else:
            effort.say("no hops: there is no other node that is ready")
    return figures


async def _find(visitor: Visitor, node: str, effort: Effort) -> str | None:
    """Return another node to hop to, None if there is none. Raises MoonhopError if the node itself
    cannot be measured."""
    nodes = {each["id"]: each for each in await visitor.nodes()}
    if node not in nodes:
        known = ", ".join(nodes) or "none yet"
        raise MoonhopError(f"there is no node {node!r}; known nodes: {known}")
    found = nodes[node]
    if found["state"] != "ready":
        raise MoonhopError(
            f"node {node!r} is {found['state']}; measure it when moonhop nodes says ready"
        )
    if safe := (found["boot"] or {}).get("safe"):
        raise MoonhopError(
            f"node {node!r} is in safe mode and runs no programs: {safe}; docs/boards.md,"
            " 'Recovery', says how it ends"
        )
    if found["drained"]:
        raise MoonhopError(f"node {node!r} is drained; open it: moonhop drain --open {node}")
    if found["processes"]:
        effort.say(f"{found['processes']} processes run on {node}; they count in all figures")
    others = (
        each["id"]
        for each in nodes.values()
        if each["id"] != node and each["state"] == "ready" and not each["drained"]
        and each["engines"]
    )  # fmt: skip
    return next(others, None)


class _Run:
    def __init__(self, visitor: Visitor, node: str, effort: Effort, title: str) -> None:
        self._visitor, self._node, self._effort, self._title = visitor, node, effort, title

    async def if_there_is_room(self, part: Any) -> list[Figure]:
        """Return a part's figures; none, and a word, if the node has no room for it."""
        try:
            found: list[Figure] = await part()
        except NoMemory as error:
            self._effort.say(str(error))
            return []
        return found

    async def heap(self) -> list[Figure]:
        """What the worker takes, and with one small program."""
        self._effort.say(f"heap of {self._node}")
        alone = await self._visitor.memory(self._node)
        async with self._running(SMALL, "small"):
            beside = await self._visitor.memory(self._node)
        figures = [
            self._kilobytes("heap used by the worker", alone["used"]),
            self._kilobytes("heap free", alone["free"]),
            self._kilobytes("heap used with one program", beside["used"]),
            self._kilobytes("heap free with one program", beside["free"]),
        ]
        if "largest" in beside:
            figures.append(self._kilobytes("largest free piece with it", beside["largest"]))
        return figures

    async def starts(self) -> list[Figure]:
        """From submitting a program that the host has compiled to its running."""
        self._effort.say(f"starts on {self._node}")
        samples = []
        for _ in range(self._effort.times(STARTS, 3)):
            begin = time.perf_counter()
            async with self._running(SMALL, "small"):
                samples.append((time.perf_counter() - begin) * 1e3)
        return [self._times("start, submitted to running", samples)]

    async def messages(self) -> list[Figure]:
        """There and back between the host and a program, at QoS 1."""
        self._effort.say(f"messages between host and {self._node}")
        visitor = self._visitor
        samples = []
        async with self._listening(ECHO, "echo") as pid:
            for number in range(self._effort.times(MESSAGES, 20) + WARM_UP):
                begin = time.perf_counter()
                visitor.say("ask", b"%d" % number)
                moment, _ = await visitor.hear("answer", pid)
                samples.append((moment - begin) * 1e3)
        return [self._times("message, host to program and back", samples[WARM_UP:])]

    async def between(self) -> list[Figure]:
        """There and back between two programs on the node, by when the host hears them."""
        self._effort.say(f"messages between programs on {self._node}")
        visitor = self._visitor
        count = self._effort.times(MESSAGES, 20) + WARM_UP
        async with self._listening(PONG, "pong"), self._listening(PING, "ping", count) as ping:
            visitor.say("go")
            moments = [(await visitor.hear("ping", ping))[0] for _ in range(count)]
        samples = [(b - a) * 1e3 for a, b in itertools.pairwise(moments[WARM_UP:])]
        return [self._times("message, program to program and back", samples)]

    async def dhrystone(self) -> list[Figure]:
        """Loops a second, for about as long as a turn may take."""
        self._effort.say(f"Dhrystone on {self._node}")
        source = as_service(DHRYSTONE.read_text(encoding="latin-1"))
        async with self._listening(source, "dhrystone") as pid:
            loops = FIRST_LOOPS
            while (seconds := await self._loops(pid, loops)) < RUN / 4:
                loops = round(loops * min(10.0, RUN / max(seconds, 1e-3)))
            repeats = self._effort.times(RUNS)
            speeds = [loops / await self._loops(pid, loops) for _ in range(repeats)]
        return [of_speeds(f"{self._title}/dhrystone", speeds, PEER)]

    async def _loops(self, pid: str, loops: int) -> float:
        """Return the seconds of so many loops of Dhrystone."""
        visitor = self._visitor
        visitor.say("go", b"%d" % loops)
        begin, _ = await visitor.hear("begin", pid)
        end, _ = await visitor.hear("end", pid)
        return end - begin

    async def hops(self, other: str) -> list[Figure]:
        """A small process there and back."""
        self._effort.say(f"hops between {other} and {self._node}")
        visitor = self._visitor
        there, back = [], []
        async with visitor.running(TRAVELLER, "traveller", other) as pid:
            for _ in range(self._effort.times(HOPS, 3)):
                there.append(await visitor.hop(pid, self._node))
                back.append(await visitor.hop(pid, other))
        return [self._times(f"hop from {other}", there), self._times(f"hop to {other}", back)]

    def _running(
        self, source: str, name: str, *args: object
    ) -> contextlib.AbstractAsyncContextManager[str]:
        return self._visitor.running(source, name, self._node, self._visitor.base, *args)

    @contextlib.asynccontextmanager
    async def _listening(self, source: str, name: str, *args: object) -> AsyncIterator[str]:
        """Run a program that says when the broker knows what it hears; give its pid then."""
        async with self._running(source, name, *args) as pid:
            await self._visitor.hear("ready", pid)
            yield pid

    def _kilobytes(self, name: str, size: int) -> Figure:
        return Figure(f"{self._title}/{name}", size / 1000, "kB")

    def _times(self, name: str, samples: list[float]) -> Figure:
        return of_samples(f"{self._title}/{name}", samples, "ms")


def as_service(source: str) -> str:
    """Return a program that runs another one whenever it is told to go, with what it is told as
    argument, and says when that begins and ends. The other one's manifest stays in front."""
    lines = source.splitlines()
    first = next(at for at, line in enumerate(lines) if not line.startswith("--!"))
    head, body = "\n".join(lines[:first]), "\n".join(lines[first:])
    return f"""{head}
local base = ...
local function whole(...)
{body}
end
local function say(what) publish(base .. "/" .. what, "", {{qos = 1}}) end
subscribe(base .. "/go", function(_, argument)
  say("begin")
  whole(argument)
  say("end")
end)
say("ready")
"""
