"""Hosts announced and found by mDNS, between real responders on the loopback interface."""

import asyncio
import gc
import json
import secrets
import warnings
from pathlib import Path
from typing import Any

import pytest
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from moonhop.discovery import SERVICE, FleetHost, announced, find_hosts, network_addresses
from moonhop_core import __version__
from moonhop_core.errors import MoonhopError
from tests.host.shell import Shell
from tests.host.up_command import running

LOOPBACK = ["127.0.0.1"]
LONG = 3.0  # seconds to listen on a machine that is busy
NOWHERE = ["203.0.113.9"]  # of no interface: kept for documents


def some_host(port: int = 8080, mqtt: int | None = 1883) -> FleetHost:
    """Return a host whose fleet's name no other test on this machine has."""
    return FleetHost(f"lab-{secrets.token_hex(4)}", ("127.0.0.1",), port, mqtt, __version__)


async def found(*fleets: str) -> list[FleetHost]:
    return [host for host in await find_hosts(LOOPBACK, LONG) if host.fleet in fleets]


def test_a_host_is_found_while_it_is_announced_and_not_after() -> None:
    host = some_host()

    async def scenario() -> None:
        async with announced(host, "one", LOOPBACK):
            assert await found(host.fleet) == [host]
        assert await found(host.fleet) == []

    asyncio.run(scenario())


def test_hosts_of_two_fleets_and_two_of_one_name_are_told_apart() -> None:
    first, other = some_host(), some_host(8081, None)
    namesake = FleetHost(first.fleet, ("127.0.0.2",), 8082, 1884, __version__)

    async def scenario() -> None:
        async with (
            announced(first, "first", LOOPBACK),
            announced(other, "other", LOOPBACK),
            announced(namesake, "namesake", LOOPBACK),
        ):
            all_three = await found(first.fleet, other.fleet)
            assert set(all_three) == {first, other, namesake}
            assert len(all_three) == 3

    asyncio.run(scenario())


def test_what_is_no_host_is_left_out() -> None:
    fleet = some_host().fleet
    bad = [
        {"fleet": fleet, "version": "\x1b]0;owned\x07"},
        {"fleet": f"\x1b[2J{fleet}", "version": "1"},
        {"fleet": fleet, "version": "1", "mqtt": "-1"},
        {},
    ]

    async def scenario() -> list[FleetHost]:
        mdns = AsyncZeroconf(interfaces=LOOPBACK)
        for number, text in enumerate(bad):
            name = f"{fleet}-{number}.{SERVICE}"
            service = ServiceInfo(
                SERVICE, name, port=80, properties=text, parsed_addresses=LOOPBACK
            )
            await mdns.async_register_service(service)
        good = some_host()
        async with announced(good, "good", LOOPBACK):
            hosts = await find_hosts(LOOPBACK, LONG)
        await mdns.async_close()
        assert good in hosts
        return hosts

    assert not [host for host in asyncio.run(scenario()) if fleet in host.fleet]


def test_where_there_is_no_network_is_one_line() -> None:
    async def announce() -> None:
        async with announced(some_host(), "one", NOWHERE):
            pass

    for attempt in (announce(), find_hosts(NOWHERE)):
        with pytest.raises(MoonhopError, match=r"^No such device \(UDP port 5353\)$"):
            asyncio.run(attempt)
    with warnings.catch_warnings(action="ignore"):
        gc.collect()  # zeroconf leaves its sockets to this when it cannot start


def test_loopback_is_no_address_of_the_network() -> None:
    assert network_addresses("127.0.0.1") == network_addresses("localhost") == ()
    assert network_addresses("::1") == ()
    assert network_addresses("192.0.2.7") == ("192.0.2.7",)
    everywhere = network_addresses("0.0.0.0")
    assert not [each for each in everywhere if each.startswith("127.") or ":" in each]
    with pytest.raises(MoonhopError, match=r"nowhere\.invalid: "):
        network_addresses("nowhere.invalid")


def test_scan_lists_a_host_that_the_network_reaches_unless_told_not_to(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    seen, unseen = some_host().fleet, some_host().fleet
    up = ("up", "--no-worker", "--address", "0.0.0.0")

    async def scan(*more: str) -> str:
        done = await asyncio.to_thread(shell, "scan", *more)
        assert (done.returncode, done.stderr) == (0, b"")
        return str(done.stdout.decode())

    async def scenario() -> None:
        async with (
            running(shell, [*up, "--fleet", unseen, "--no-announce"]),
            running(shell, [*up, "--fleet", seen]) as host,
        ):
            ports = json.loads((tmp_path / seen / "ports.json").read_text())
            hosts: list[dict[str, Any]] = []
            while not hosts:  # it takes a second to see that nobody has the name
                told = json.loads(await scan("--json"))["hosts"]
                hosts = [each for each in told if each["fleet"] in (seen, unseen)]
            assert sorted(hosts[0].pop("addresses")) == sorted(network_addresses("0.0.0.0"))
            expected = {"fleet": seen, "port": ports["http"], "mqtt": ports["mqtt"]}
            assert hosts == [{**expected, "version": __version__}]
            assert f"\n{seen}  " in await scan()
            assert json.loads(await scan("--json", "--no-mdns"))["hosts"] is None
            await host.leave()
            assert seen not in await scan()

    asyncio.run(scenario())
