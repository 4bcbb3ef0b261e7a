"""The host: broker, scheduler and server together in one asyncio loop."""

import asyncio
import contextlib
import functools
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass

from moonhop.broker.access import HOST
from moonhop.broker.embedded import BrokerError, EmbeddedBroker
from moonhop.broker.external import ExternalBroker
from moonhop.credentials import Credentials, NodeInUse, check_node_id
from moonhop.files.adoption import adopt_folder
from moonhop.files.announcing import Announcer
from moonhop.files.places import open_blobs
from moonhop.files.store import FileStore
from moonhop.files.upkeep import keep_small
from moonhop.files.watching import Watchers
from moonhop.lease import LEASE, Lease
from moonhop.local_workers import LocalWorkers, NodeConfig, Worker
from moonhop.node.paho_link import PahoLink
from moonhop.programs.store import ProgramStore
from moonhop.scheduler.applications import Applications
from moonhop.scheduler.images import Images, read_small
from moonhop.scheduler.logs import Logs
from moonhop.scheduler.scheduler import Patience, Scheduler
from moonhop.scheduler.shells import Shells
from moonhop.scheduler.store import Store
from moonhop.server.app import create_app
from moonhop.server.web import WebServer
from moonhop.standby import renew
from moonhop.state import HostAddress, State
from moonhop.updates.updates import Updates
from moonhop_core.errors import MoonhopError
from moonhop_core.node.link import Link
from moonhop_core.node.messages import Topics, encode

log = logging.getLogger(__name__)

LAST_IMAGES = 3.0  # seconds for checkpoints at the end
PORTS = "ports.json"  # in the state folder: where the host listened last time


@dataclass(frozen=True)
class Ports:
    """Where the host listens; 0 takes the port of last time, or a free one."""

    address: str = "127.0.0.1"
    http: int = 0
    mqtt: int = 0


class Host:
    """A running host of a fleet.

    ``async with Host(State("lab")) as host:`` starts it and stops it, with all the worker processes
    that it started. ``broker``: one that runs elsewhere, instead of its own. Raises MoonhopError if
    a port is taken, the broker cannot be reached, or another host runs for the fleet.
    """

    def __init__(
        self,
        state: State,
        ports: Ports | None = None,
        patience: Patience | None = None,
        broker: ExternalBroker | None = None,
        standby: bool = False,
        tell: Callable[[str], None] = log.warning,
        lease: float = LEASE,
        blobs: str | None = None,
    ) -> None:
        """``standby``: wait while another host has the fleet at that broker; ``tell`` is called
        with what is waited for; ``lease``: seconds of silence after which a host is no more;
        ``blobs``: where large files go, if they are to move (files/places.py)."""
        self.state = state
        self._ports = ports or Ports()
        self._patience = patience or Patience()
        self._external = broker
        self._standby, self._tell, self._silence = standby, tell, lease
        self._blobs = blobs
        self.lease: Lease | None = None
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> "Host":
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        stack, state, ports = self._stack, self.state, self._ports
        renewal = asyncio.ensure_future(renew(stack.enter_context(state.hold())))
        stack.callback(renewal.cancel)
        self.credentials = Credentials(state)
        self.store = Store(state.path("state.db"))
        stack.callback(self.store.close)
        blobs = await asyncio.to_thread(open_blobs, state, self._blobs)
        self.files = stack.enter_context(FileStore(state.path("files"), blobs))
        adopt_folder(self.files, state.path("files") / "tree")
        self.programs = ProgramStore(self.files)
        self.programs.adopt(state.path("programs"))

        if self._external:
            await self._take_fleet(self._external)
        known = state.read_json(PORTS) or {}
        await self._start_broker(ports, known.get("mqtt", 0))
        stack.push_async_callback(self.broker.stop)
        link = self._make_link()
        self.scheduler = Scheduler(
            self.store,
            link,
            state.fleet,
            self.programs.get,
            Logs(state.path("logs")),
            self._patience,
            read_image=functools.partial(read_small, self.files),
        )
        if self.lease:
            self.scheduler.nodes.confirmed = self.lease.confirmed
        self.images = Images(self.scheduler, self.files)
        self.applications = Applications(self.scheduler)
        self.updates = Updates(self.scheduler, self.images, state.own_boards)
        self.shells = Shells(self.scheduler, self.programs)
        self.shells.end_left_over()
        stack.push_async_callback(link.disconnect, encode({"state": "gone"}))
        stack.push_async_callback(self.scheduler.stop)
        await self.scheduler.start(lambda: self._connect(link))
        self.images.sweep()
        self.scheduler.spawn(self.images.keep())
        self.scheduler.spawn(self.applications.settle())
        self.scheduler.spawn(keep_small(self.files, self._is_over, self._sweep_programs))
        stack.callback(Announcer(self.files, link, self.scheduler.topics.base).close)

        self.watchers = Watchers(self.files)
        await self._start_web(ports, known.get("http", 0))
        stack.push_async_callback(self._stop_web)
        mqtt = known.get("mqtt", 0) if self._external else self.broker.port
        state.write_json(PORTS, {"http": self.web.port, "mqtt": mqtt})
        self.broker.open()
        self.workers = LocalWorkers(state.path("workers"))
        stack.push_async_callback(self._stop_workers)
        self.address = HostAddress(
            state.fleet,
            f"http://{_literal(ports.address)}:{self.web.port}",
            self.credentials.token,
            self.broker.host,
            self.broker.port,
            os.getpid(),
        )
        external = self._external
        login = (external.user, external.password) if external else (HOST, self.credentials.host)
        state.announce(self.address, *login)

    def add_node(self, node: str) -> NodeConfig:
        """Make a fresh credential for a node and return all it needs to join.

        Raises MoonhopError if the id is not allowed.
        """
        password = self.credentials.add_node(node)
        self.broker.add_user(node, password)
        external = self._external
        return NodeConfig(
            node,
            self.state.fleet,
            external.password if external else password,
            self.address.mqtt_host,
            self.address.mqtt_port,
            self.address.url,
            external.user if external else node,
            password,
        )

    async def admit(self, node: str, replace: bool) -> NodeConfig:
        """Make a fresh credential for a node and cut off who has come with an older one.

        Raises NodeInUse if a node of this id is there and not to be replaced, MoonhopError if the
        id is not allowed.
        """
        check_node_id(node)
        known = self.scheduler.fleet.nodes.get(node)
        if known and known.ready and not replace:
            raise NodeInUse(f"node {node!r} is there already; choose another name, or --replace it")
        await self.broker.remove_user(node)
        return self.add_node(node)

    async def expel(self, node: str) -> bool:
        """Take a node's credential back and cut it off; return whether the broker is one that does.

        Raises MoonhopError if it has none.
        """
        if node not in self.credentials.nodes:
            raise MoonhopError(f"there is no node {node!r} with a credential")
        self.credentials.remove_node(node)
        await self.broker.remove_user(node)
        self.store.event("node expelled", None, node, "its credential was taken back")
        return self._external is None

    async def wait_for_worker(self, worker: Worker, timeout: float = 20.0) -> None:
        """Wait until a local worker's node is ready. Raises MoonhopError if it does not come."""
        node = self.scheduler.fleet.nodes.get
        deadline = asyncio.get_running_loop().time() + timeout
        while worker.alive and asyncio.get_running_loop().time() < deadline:
            ready = lambda: bool((found := node(worker.node)) and found.usable)  # noqa: E731
            if await self.scheduler.wait_until(ready, 0.5):
                return
        problem = "does not answer" if worker.alive else "ended"
        raise MoonhopError(
            f"worker {worker.node} {problem}: {worker.complaint()} (all of it: {worker.log})"
        )

    async def _take_fleet(self, broker: ExternalBroker) -> None:
        """See to it that no other host decides for the fleet at a broker of others."""
        state = self.state
        known = self.credentials.nodes.__contains__
        lease = Lease(
            broker,
            state.fleet,
            state.identity(),
            str(state.folder),
            known,
            self._tell,
            self._silence,
        )
        self._stack.push_async_callback(lease.release)
        await lease.take(self._standby)
        self.lease = lease

    async def _sweep_programs(self) -> None:
        in_use = {row.program for row in self.store.live()}
        await asyncio.to_thread(self.programs.sweep, in_use)

    def _is_over(self, pid: str) -> bool:
        return pid not in {row.pid for row in self.store.live()}

    def _make_link(self) -> Link:
        if isinstance(self.broker, EmbeddedBroker):
            return self.broker.link()
        return PahoLink(
            self.broker.host,
            self.broker.port,
            client_id=f"{self.state.fleet}/{HOST}/{self.state.identity()}",
            user=self.broker.user,
            password=self.broker.password,
            resume=True,
        )

    async def _connect(self, link: Link) -> None:
        birth = Topics(self.state.fleet).base + "host/birth"
        await link.connect(birth, encode({"state": "ready"}), encode({"state": "lost"}))
        link.announce()

    async def _start_broker(self, ports: Ports, before: int) -> None:
        """Start the broker on the port asked for, else on that of last time if it is free: nodes
        that know it come back."""
        self.broker: EmbeddedBroker | ExternalBroker
        if self._external:
            self.broker = self._external
            return
        for port in dict.fromkeys([ports.mqtt or before, ports.mqtt]):
            users = self.credentials.users()
            journal = self.state.path("broker.journal")
            self.broker = EmbeddedBroker(users, ports.address, port, closed=True, journal=journal)
            try:
                return await self.broker.start()
            except BrokerError:
                if port == ports.mqtt:
                    raise

    async def _start_web(self, ports: Ports, before: int) -> None:
        """Start the server, on a port chosen as the broker's is."""
        app = create_app(
            self.scheduler,
            self.images,
            self.applications,
            self.files,
            self.watchers,
            self.programs,
            self.credentials,
            self,
            self.updates,
            self.shells,
        )
        for port in dict.fromkeys([ports.http or before, ports.http]):
            self.web = WebServer(app, ports.address, port)
            try:
                return await self.web.start()
            except MoonhopError:
                if port == ports.http:
                    raise

    async def _stop_workers(self) -> None:
        """End the local workers; their processes go on from here when there is a host again."""
        self.scheduler.rest()
        if self.workers.running:
            await self.images.keep_all(LAST_IMAGES)
        await self.workers.stop()

    async def _stop_web(self) -> None:
        self.scheduler.logs.close()  # followers would keep the server waiting
        self.scheduler.monitor.close()
        self.watchers.close()  # and so would they
        await self.web.stop()


def _literal(address: str) -> str:
    return f"[{address}]" if ":" in address else address
