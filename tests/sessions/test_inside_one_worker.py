"""Programs in one worker talk with each other, while they hop and while the wire is cut."""

import itertools
import random
from pathlib import Path

import pytest

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host
from moonhop.scheduler.scheduler import Patience
from tests.host.fleet import on_host, printed, until_printed, workers
from tests.sessions.proxy import Proxy
from tests.sessions.world import run, start_behind, until, until_back, until_lost, until_more

LONG = Patience(silence=30.0, lost=30.0)
TALKERS = ["t1", "t2"]
# Its arguments: its name, and "numbers" or "alike". It speaks in bursts, on two topics in turn,
# until something comes on "quiet"; then it tells how often it has spoken.
TALKER = b"""
local name, kind = ...
local said, quiet = 0, false
every(0.004, function()
  if quiet then return end
  for _ = 1, math.random(0, 3) do
    said = said + 1
    publish(("in/%s/%d"):format(name, said % 2), kind == "alike" and "same" or said, {qos = 1})
  end
end)
subscribe("quiet", function() quiet = true print("said " .. said) end)
print("ready")
sleep(1e6)
"""
# Its arguments: "numbers", "alike" or "repeated" (some may come again), then filters, each of which
# has a handler of its own. On "tell" it tells what each has heard of each talker.
HEARER = b"""
local kind, filters = (...), {select(2, ...)}
local counts = {}
for i, filter in ipairs(filters) do
  counts[i] = {t1 = 0, t2 = 0}
  subscribe(filter, function(topic, payload)
    local who = topic:match("^in/(%w+)/")
    local n = counts[i][who] + 1
    local got = tonumber(payload) or n
    if kind == "repeated" and got < n then return end
    if got ~= n then print("wrong: " .. filter .. " got " .. got .. " in place of " .. n) end
    counts[i][who] = got
  end)
end
subscribe("tell", function()
  local told = {}
  for i in ipairs(filters) do told[i] = counts[i].t1 .. " " .. counts[i].t2 end
  print("heard " .. table.concat(told, " "))
end)
print("ready")
sleep(1e6)
"""
OVERLAPPING = ["in/#", "in/+/0", "in/+/1"]


async def said(host: Host, talkers: list[str]) -> list[int]:
    """Have the talkers be quiet; return how often each has spoken."""
    host.scheduler.link.publish("quiet", b"", 1)
    counts = []
    for pid in talkers:
        await until(host, lambda pid=pid: bool(last(host, pid, "said")))  # type: ignore[misc]
        counts += last(host, pid, "said")
    return counts


def last(host: Host, pid: str, word: str) -> list[int]:
    """Return the numbers in the last line that begins with a word; none if there is no such."""
    lines = [text.split() for text in printed(host, pid) if text.startswith(word)]
    return [int(number) for number in lines[-1][1:]] if lines else []


async def all_heard(host: Host, pid: str, expected: list[int]) -> None:
    """Wait until a hearer has heard that much; check that it was no more, and nothing wrong."""
    while True:
        before = len(printed(host, pid))
        host.scheduler.link.publish("tell", b"", 1)
        await until_printed(host, pid, before + 1)
        lines = printed(host, pid)
        assert not [text for text in lines if text.startswith("wrong")]
        heard = last(host, pid, "heard")
        if heard and all(a >= b for a, b in zip(heard, expected, strict=True)):
            assert heard == expected
            return


@pytest.mark.parametrize("seed", [1, 2, pytest.param(3, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("kind", ["numbers", "alike"])
def test_each_message_is_heard_once_and_in_its_talkers_order_whoever_hops(
    tmp_path: Path, external: ExternalBroker | None, kind: str, seed: int
) -> None:
    """All begin in one worker; by a schedule from the seed talkers and hearers leave and return."""

    async def scenario(host: Host) -> None:
        await workers(host, "a", "b")
        hearers = [
            await run(host, HEARER, "a", kind, "in/#"),
            await run(host, HEARER, "a", kind, "in/#", "+/+/+"),
        ]
        talkers = [await run(host, TALKER, "a", name, kind) for name in TALKERS]
        places = dict.fromkeys(hearers + talkers, "a")
        dice = random.Random(seed)
        for _ in range(16):
            pid = dice.choice(hearers + talkers)
            places[pid] = "b" if places[pid] == "a" else "a"
            await host.scheduler.hop(pid, places[pid])
            await until_more(host, host.scheduler.clock, dice.choice([0, 0.05]))
        counts = await said(host, talkers)
        assert min(counts) > 100
        await all_heard(host, hearers[0], counts)
        await all_heard(host, hearers[1], counts * 2)

    on_host(tmp_path, scenario, broker=external)


def test_filters_that_overlap_hear_the_same_each_once(
    tmp_path: Path, external: ExternalBroker | None
) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        hearer = await run(host, HEARER, "a", "alike", *OVERLAPPING)
        talkers = [await run(host, TALKER, "a", name, "alike") for name in TALKERS]
        await until_more(host, host.scheduler.clock, 0.5)
        counts = await said(host, talkers)
        even = [count // 2 for count in counts]
        odd = [count - half for count, half in zip(counts, even, strict=True)]
        await all_heard(host, hearer, counts + even + odd)

    on_host(tmp_path, scenario, broker=external)


def test_what_is_said_inside_a_worker_that_is_cut_off_is_heard_when_it_is_back(
    tmp_path: Path, external: ExternalBroker | None
) -> None:
    """NMP-052, NMP-053; mosquitto counts twice what it gets again and has not acknowledged."""

    async def scenario(host: Host) -> None:
        async with Proxy(host.address.mqtt_port) as proxy:
            await start_behind(host, proxy, "cpython", "a")
            kind = "numbers" if external is None else "repeated"
            hearer = await run(host, HEARER, "a", kind, "in/#")
            talkers = [await run(host, TALKER, "a", name, "numbers") for name in TALKERS]
            for stalled in ("up", "down"):
                await until_more(host, host.scheduler.clock, 0.2)
                proxy.stall(stalled)
                await until_more(host, host.scheduler.clock, 0.2)
                proxy.cut()
                await until_lost(host, "a")
                await until_more(host, host.scheduler.clock, 0.2)
                proxy.mend()
                await until_back(host, "a")
            await all_heard(host, hearer, await said(host, talkers))

    on_host(tmp_path, scenario, LONG, external)


def test_who_begins_to_hear_in_the_same_worker_gets_what_is_kept_and_then_what_is_new(
    tmp_path: Path, external: ExternalBroker | None
) -> None:
    keeper = b"""
    local n = 0
    every(0.01, function() n = n + 1 publish("kept", n, {qos = 1, retain = true}) end)
    print("ready")
    sleep(1e6)
    """
    late = b"""
    for i = 1, 20 do
      local topic, text = recv("kept")
      print(text)
    end
    """

    async def scenario(host: Host) -> None:
        await workers(host, "a")
        await run(host, keeper, "a")
        for _ in range(3):
            pid = await run(host, late, "a")
            await until_printed(host, pid, 20)
            numbers = [int(text) for text in printed(host, pid)]
            assert all(b == a + 1 for a, b in itertools.pairwise(numbers))

    on_host(tmp_path, scenario, broker=external)
