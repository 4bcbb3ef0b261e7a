"""Things of nodes in a fleet: needs, holds, hops, recorded data on CPython and on a board."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from moonhop.boards.things import things_in
from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from moonhop_core.errors import MoonhopError
from tests.host.fleet import WAIT, on_host, printed
from tests.waiting import until

THINGS = """
[sensors.temperature]
driver = "recorded"
file = "{name}.csv"
every = 0.05
[actuators.fan]
driver = "kept"
"""
# What it reads and sets shows on which node it is: one has temperatures around 10, one around 20.
PROGRAM = b"""--! needs = ["temperature", "fan"]
local s, fan = sensor("temperature"), actuator("fan")
local heard, last = 0, nil
s:on(function(v) heard = heard + 1 last = v end)
fan:set(0.5)
subscribe("things/tell", function()
  local before = heard
  sleep(0.3)
  print(node.id, s:read() // 10, last // 10, heard > before, fan:get())
end)
print("ready")
"""


def things(folder: Path, name: str, base: int) -> dict[str, Any]:
    (folder / f"{name}.csv").write_text("".join(f"{base + n / 10}\n" for n in range(10)))
    path = folder / f"{name}.toml"
    path.write_text(THINGS.format(name=name))
    return things_in(path)


async def start(host: Host, source: bytes, node: str | None = None) -> str:
    program = host.programs.add(source, "things.lua")
    row = host.scheduler.submit(NewProcess("things", program.hash, [], node))
    await host.scheduler.wait_started(row.pid, WAIT)
    return row.pid


async def until_set(host: Host, node: str, wanted: dict[str, Any]) -> None:
    """Wait until a node's load tells what its actuators are set to."""
    actuators = lambda: host.scheduler.fleet.nodes[node].load.get("actuators")  # noqa: E731
    await until(lambda: actuators() == wanted, WAIT, actuators)


async def until_printed(host: Host, pid: str, count: int) -> None:
    """Wait until a process has printed so many lines; its warnings do not count."""
    async with asyncio.timeout(WAIT):
        async for line in host.scheduler.logs.follow(pid):
            count -= line["kind"] == "print"
            if count <= 0:
                return


def test_program_that_needs_a_sensor_goes_where_there_is_one_and_hops_to_another(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        workers = host.workers
        cold, warm = things(tmp_path, "cold", 10), things(tmp_path, "warm", 20)
        for worker in (
            await workers.start_cpython(host.add_node("bare")),
            await workers.start_cpython(host.add_node("cold"), ["lua54"], cold),
            await workers.start_cpython(host.add_node("warm"), ["python"], warm),
            await workers.start_micropython(host.add_node("pico"), "512K", warm),
        ):
            await host.wait_for_worker(worker, 90)  # a board's files may have to be made first
        capabilities = ["temperature", "fan"]
        assert host.scheduler.fleet.nodes["pico"].as_dict()["capabilities"] == capabilities
        with pytest.raises(MoonhopError, match="node bare lacks temperature"):
            await start(host, PROGRAM, "bare")
        pid = await start(host, PROGRAM)
        await until_printed(host, pid, 1)
        lines = ["ready"]
        for node, tens in (("cold", 1), ("warm", 2), ("pico", 2), ("cold", 1)):
            if len(lines) > 1:
                await host.scheduler.hop(pid, node, "a test")
            host.scheduler.link.publish("things/tell", b"", 1)
            await until_printed(host, pid, len(lines) + 1)
            lines.append(f"{node}\t{tens}.0\t{tens}.0\ttrue\t0.5")
            assert printed(host, pid) == lines
            await until_set(host, node, {"fan": 0.5})
        with pytest.raises(MoonhopError, match="lacks temperature"):
            await host.scheduler.hop(pid, "bare", "a test")

    on_host(tmp_path / "home", scenario)


HOLDER = b'actuator("fan"):set(tonumber((...)) or 1) print("has it") sleep(1e6)'


@pytest.mark.parametrize("engine", ["lua54", "luajit"])
def test_actuator_of_a_process_is_refused_to_others_until_it_ends_or_is_killed(
    tmp_path: Path, engine: str
) -> None:
    async def scenario(host: Host) -> None:
        config = things(tmp_path, "cold", 10)
        worker = await host.workers.start_cpython(host.add_node("cold"), [engine], config)
        await host.wait_for_worker(worker)
        allowed = f'--! engines = ["{engine}"]\n'.encode()
        first = await start(host, allowed + HOLDER)
        await until_printed(host, first, 1)
        second = await start(host, allowed + b'print(pcall(actuator, "fan"))')
        await until_printed(host, second, 1)
        said = f"false\tactuator 'fan' is held by process {first}"
        assert printed(host, second) == [said]
        for verb in ("stop", "kill"):
            await host.scheduler.end(first, verb)
            first = await start(host, allowed + HOLDER)
            await until_printed(host, first, 1)
        assert printed(host, first) == ["has it"]

    on_host(tmp_path / "home", scenario)


def test_hop_to_a_node_without_the_things_goes_on_and_says_what_is_missing(
    tmp_path: Path,
) -> None:
    source = b"""local fan, s = actuator("fan"), sensor("temperature")
fan:set(1)
s:on(function() end)
print("ready")
recv("things/tell")
print(node.id, pcall(fan.set, fan, 2))
print(select(2, pcall(s.read, s)))
recv("things/tell")
fan:set(fan:get() + 1)
print(node.id, fan:get())"""

    async def scenario(host: Host) -> None:
        config = things(tmp_path, "cold", 10)
        for worker in (
            await host.workers.start_cpython(host.add_node("bare"), ["python"]),
            await host.workers.start_cpython(host.add_node("cold"), ["lua54"], config),
        ):
            await host.wait_for_worker(worker)
        pid = await start(host, source, "cold")
        await until_printed(host, pid, 1)
        await host.scheduler.hop(pid, "bare", "a test")
        host.scheduler.link.publish("things/tell", b"", 1)
        await until_printed(host, pid, 3)
        await host.scheduler.hop(pid, "cold", "a test")
        host.scheduler.link.publish("things/tell", b"", 1)
        await until_printed(host, pid, 4)
        missing = "this node has no %s '%s'; it has none"
        assert printed(host, pid)[1:] == [
            "bare\tfalse\t" + missing % ("actuator", "fan"),
            missing % ("sensor", "temperature"),
            "cold\t2",
        ]

    on_host(tmp_path / "home", scenario)
