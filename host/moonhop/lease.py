"""One scheduler for a fleet on a broker of others, wherever hosts are started and on which folder.

The lock on the state folder keeps a second host off that folder. Hosts with other folders, or on
other machines, meet at the broker only. There each host has one retained topic, ``hosts/<run>``:

    wants    it was started, and looks whether the fleet is free
    holds    it has the fleet; said again every RENEWAL seconds
    lost     its last will. It may only have lost its connection, and come back

Each host writes what it wants and then reads what the others say, so of two that start together at
least one sees the other, and of two that see each other the later in the order of runs goes back.
Who holds the fleet keeps it; who falls silent for LEASE seconds has lost it, and ends as soon as it
hears of its follower, whose term is higher than all that it has heard of.

Nodes belong to the state folder that they joined: programs, files and passwords are there, and so
is what must be known of their processes. ``host/owner``, retained, names that folder. While a node
of the fleet lives, a host with another folder does not take over: it could only end its processes.
"""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Callable
from typing import Any

from moonhop.broker.access import HOST
from moonhop.broker.external import ExternalBroker
from moonhop.node.paho_link import PahoLink
from moonhop.rivals import Claim, Rivals
from moonhop_core.errors import MoonhopError
from moonhop_core.node.link import Link
from moonhop_core.node.messages import RequestError, Topics, decode, encode

RENEWAL = 1.0  # seconds
LEASE = 15.0  # seconds without a renewal; a link pauses up to 10 s between two attempts
DOUBT = 3.0  # seconds without hearing an own renewal after which a host decides nothing
ECHO = 10.0  # seconds for the broker to give back what this host says


class FleetTaken(MoonhopError):
    """Another host has the fleet, or its nodes."""


class Lease:
    """A host's hold on a fleet at a broker: taken, renewed, and given back at the end.

    ``deposed`` is done, with the reason, when another host has the fleet in this one's place: then
    this one has to end, and nothing it decides counts any more.
    """

    def __init__(
        self,
        broker: ExternalBroker,
        fleet: str,
        identity: str,
        folder: str,
        known: Callable[[str], bool],
        tell: Callable[[str], None],
        lease: float = LEASE,
    ) -> None:
        """``identity`` names the state folder, wherever it is; ``known(node)`` tells whether a node
        has joined it; ``tell`` is called with what is waited for; ``lease`` is in seconds."""
        topics = Topics(fleet)
        self._base, self._fleet = topics.base, fleet
        self._births = topics.node("+", "birth")
        self._own = f"{self._base}hosts/{secrets.token_hex(6)}"
        machine = socket.gethostname()
        self._claim = Claim(identity, 0, f"{folder} on {machine}")
        self._rivals = Rivals(self._own, self._claim, known, lease)
        self._lease, self._tell, self._told = lease, tell, ""
        self._link: Link = PahoLink(
            broker.host,
            broker.port,
            client_id=f"{fleet}/{HOST}/{identity}/{machine}",
            user=broker.user,
            password=broker.password,
        )
        self._link.on_message = self._take
        self._link.on_reconnect = self._came_back
        self._news = asyncio.Event()
        self._echo = 0.0  # when this host last heard itself, by the loop's clock
        self._heard = False  # whether it did, since it last said what it wants
        self._state = "wants"  # then "waits" or "holds"
        self._renewal: asyncio.Task[None] | None = None
        self.deposed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def take(self, wait: bool = False) -> None:
        """Take the fleet. If it is not free, wait until it is or else raise FleetTaken. Raises
        LinkError if the broker cannot be reached."""
        await self._link.connect(self._own, self._say("wants"), self._say("lost"))
        for filter in ("hosts/+", "host/owner"):
            await self._link.subscribe(self._base + filter)
        await self._link.subscribe(self._births)
        while not await self._try():
            reason = self._rivals.obstacle()
            if not wait:
                raise FleetTaken(
                    f"fleet {self._fleet!r} has another host at this broker: {reason};"
                    " stop it, choose another name with --fleet, or wait for it with --standby"
                )
            self._state = "waits"
            self._link.publish(self._own, b"", 1, True)
            while reason := self._rivals.obstacle():
                self._tell_once(f"its host is {reason}")
                await self._listen()

    async def release(self) -> None:
        """Give the fleet back."""
        if self._renewal:
            self._renewal.cancel()
        await self._link.disconnect(b"")

    async def confirmed(self) -> None:
        """Return as soon as the broker says that this host still has the fleet. What is decided in
        doubt (it hung, or is cut off) might contradict what another one decides."""
        while self._silence(self._echo) > DOUBT or self.deposed.done():
            self._news.clear()
            await self._news.wait()

    # -- small parts -----------------------------------------------------------------------------

    async def _try(self) -> bool:
        """Want the fleet, and take it if nobody else has it or wants it first."""
        self._state = "wants"
        await self._want()
        while where := self._rivals.undecided():
            self._tell_once(f"its host may be {where}, which is given {self._lease:g} s to answer")
            await self._listen(self._lease / 10)
            await self._want()  # so what it knows is never old when it decides
        if self._rivals.obstacle():
            return False
        self._claim.term = self._rivals.term + 1
        self._state = "holds"
        self._link.announce(self._say("holds"))
        self._own_nodes()
        for topic in self._rivals.leave():
            self._link.publish(topic, b"", 1, True)
        self._renewal = asyncio.ensure_future(self._renew())
        return True

    async def _want(self) -> None:
        """Say that this host wants the fleet; return when all that others said before is heard."""
        self._heard = False
        self._link.announce(self._say("wants"))
        while not self._heard:
            if not await self._listen(ECHO):
                raise MoonhopError(
                    f"the broker does not give back what is said on {self._base}hosts/+;"
                    " its user must be allowed to publish and hear all of moonhop/#"
                )

    async def _renew(self) -> None:
        while True:
            self._link.publish(self._own, self._say("holds"))
            await asyncio.sleep(RENEWAL)

    def _tell_once(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self._tell(text)

    async def _listen(self, timeout: float = RENEWAL) -> bool:
        """Wait for a message that concerns hosts; tell whether one came in time."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout)
            return True
        return False

    def _silence(self, since: float) -> float:
        return asyncio.get_running_loop().time() - since

    def _say(self, state: str) -> bytes:
        now = asyncio.get_running_loop().time()
        return encode({"state": state, **self._claim.as_dict(), "at": now})

    def _own_nodes(self) -> None:
        self._link.publish(self._base + "host/owner", self._say("owns"), 1, True)

    def _came_back(self) -> None:
        """The connection is back: nobody is silent for the time it was away."""
        self._rivals.listen_anew()
        if self._state == "holds":
            self._own_nodes()
        elif self._state == "waits":
            self._link.publish(self._own, b"", 1, True)

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        said: dict[str, Any] | None = None
        with contextlib.suppress(RequestError):  # what is no message says nothing
            said = decode(payload) if payload else None
        if topic == self._own:
            self._take_echo(said)
        elif topic == self._base + "host/owner":
            self._rivals.take_owner(said)
            if self._state == "holds" and self._rivals.owned_before():
                self._own_nodes()
        elif topic.startswith(self._base + "hosts/"):
            self._rivals.take(topic, said, retained)
            follower = self._rivals.follower() if self._state == "holds" else None
            if follower and not self.deposed.done():
                self.deposed.set_result(follower.where)
        else:
            self._rivals.take_birth(topic.split("/")[-2], said)
        self._news.set()

    def _take_echo(self, said: dict[str, Any] | None) -> None:
        """Note when this host said what comes back: it may have lain about while the host hung."""
        if said:
            self._heard = True
            self._echo = float(said.get("at") or 0.0)
