"""Hosts in the network, announced and found by mDNS and DNS-SD (RFC 6762, RFC 6763).

A service of type _moonhop._tcp is named after fleet and state folder, for many a fleet is called
"home", and has the port of the API. Its TXT record says ``fleet``, ``version``, and ``mqtt``, the
broker's port if the host runs it. Nothing in it is a secret: who wants to join needs a credential.
Questions and answers go over IPv4, whatever the addresses that they tell.
"""

import asyncio
import contextlib
import ipaddress
import logging
import re
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moonhop.state import FLEET_NAME
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from zeroconf import ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

SERVICE = "_moonhop._tcp.local."
LISTENING = 1.5  # seconds: what was told to all is told again after one (RFC 6762, section 6)
LABEL = 63  # characters that a part of a name may have
RESOLVING = 500  # milliseconds for what an answer has left out
NO_NETWORK = "this machine has no address in a network"
VERSION = re.compile(r"[0-9A-Za-z.+-]{1,32}")


@dataclass(frozen=True)
class FleetHost:
    """A host as the network sees it. ``mqtt``: None if its broker is elsewhere."""

    fleet: str
    addresses: tuple[str, ...]
    port: int
    mqtt: int | None
    version: str


def network_addresses(listening: str) -> tuple[str, ...]:
    """Return where the network reaches a host that listens on an address: that address, or all of
    this machine if it stands for all of them; none for loopback.

    Raises MoonhopError if it cannot be resolved, or this machine is in no network.
    """
    try:
        infos = socket.getaddrinfo(listening, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise MoonhopError(f"{listening}: {error.strerror}") from None
    found = [ipaddress.ip_address(info[4][0]) for info in infos]
    versions = {address.version for address in found if address.is_unspecified}
    if versions:
        found = [address for address in _own_addresses() if address.version in versions]
    reached = tuple(str(each) for each in dict.fromkeys(found) if _is_in_network(each))
    if versions and not reached:
        raise MoonhopError(NO_NETWORK)
    return reached


@contextlib.asynccontextmanager
async def announced(
    host: FleetHost, identity: str, interfaces: Sequence[str] | None = None
) -> AsyncIterator[None]:
    """Announce a host while the ``async with`` block runs; withdraw it in the end.

    ``identity`` tells it from all other hosts; ``interfaces``: IPv4 addresses of those to speak on,
    else all. Raises MoonhopError if that cannot be.
    """
    from zeroconf import Error, ServiceInfo

    name = f"{host.fleet[: LABEL - 1 - len(identity)]}-{identity}"
    text = {"fleet": host.fleet, "version": host.version}
    if host.mqtt is not None:
        text["mqtt"] = str(host.mqtt)
    service = ServiceInfo(
        SERVICE,
        f"{name}.{SERVICE}",
        port=host.port,
        properties=text,
        # not the machine's name, which may be another responder's
        server=f"moonhop-{identity}.local.",
        parsed_addresses=list(host.addresses),
    )
    async with _mdns(interfaces) as mdns:
        try:
            await mdns.async_register_service(service)
        except Error as error:
            raise MoonhopError(str(error) or type(error).__name__) from None
        yield  # closing withdraws it


async def find_hosts(
    interfaces: Sequence[str] | None = None, seconds: float = LISTENING
) -> list[FleetHost]:
    """Return the hosts that answer within so many seconds, by fleet.

    Raises MoonhopError if the network cannot be asked.
    """
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo

    names: set[str] = set()

    def hear(
        zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        gone = state_change is ServiceStateChange.Removed
        (names.discard if gone else names.add)(name)

    async with _mdns(interfaces) as mdns:
        browser = AsyncServiceBrowser(mdns.zeroconf, SERVICE, handlers=[hear])
        await asyncio.sleep(seconds)
        services = [AsyncServiceInfo(SERVICE, name) for name in names]
        await asyncio.gather(*(each.async_request(mdns.zeroconf, RESOLVING) for each in services))
        await browser.async_cancel()
    hosts = [host for service in services if (host := _host(service))]
    return sorted(hosts, key=lambda host: (host.fleet, host.addresses, host.port))


@contextlib.asynccontextmanager
async def _mdns(interfaces: Sequence[str] | None) -> "AsyncIterator[AsyncZeroconf]":
    """Take part in mDNS. Raises MoonhopError if there is no network, or its port is not free."""
    from zeroconf import InterfaceChoice, IPVersion
    from zeroconf.asyncio import AsyncZeroconf

    # It logs what a network that goes away and comes back does to it, and goes on by itself.
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)
    try:
        mdns = AsyncZeroconf(
            interfaces=list(interfaces) if interfaces else InterfaceChoice.All,
            ip_version=IPVersion.V4Only,
        )
    except RuntimeError:  # it found no interface
        raise MoonhopError(NO_NETWORK) from None
    except OSError as error:
        raise MoonhopError(f"{error.strerror or error} (UDP port 5353)") from None
    try:
        yield mdns
    finally:
        await mdns.async_close()


def _host(service: "ServiceInfo") -> FleetHost | None:
    """Return what a service says, None if that is not what a host says. Anyone in the network may
    have written it, and it goes to terminals."""
    text = {
        key.decode("ascii", "replace"): (value or b"").decode("utf-8", "replace")
        for key, value in service.properties.items()
    }
    fleet, version, mqtt = (text.get(key, "") for key in ("fleet", "version", "mqtt"))
    addresses = service.parsed_addresses()
    if not (FLEET_NAME.fullmatch(fleet) and VERSION.fullmatch(version)):
        return None
    if not (addresses and service.port and re.fullmatch("[0-9]{0,5}", mqtt)):
        return None
    return FleetHost(fleet, tuple(addresses), service.port, int(mqtt) if mqtt else None, version)


def _own_addresses() -> "list[ipaddress.IPv4Address | ipaddress.IPv6Address]":
    import ifaddr

    ips = [ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    return [ipaddress.ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0]) for ip in ips]


def _is_in_network(address: "ipaddress.IPv4Address | ipaddress.IPv6Address") -> bool:
    """Tell whether others reach an address; IPv6's link-local ones mean nothing without a link."""
    link_local = address.version == 6 and address.is_link_local
    return not (address.is_loopback or link_local)
