"""Somebody who measures a running fleet: by its API, and by messages under a credential of its own.

All that it brings is taken away at the end: processes, messages, the credential.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

from moonhop.cli.acting import process_path
from moonhop.cli.client import Client, Refused
from moonhop.node.paho_link import PahoLink
from moonhop_core.errors import MoonhopError

PATIENCE = 30.0  # seconds for a node to answer
LOOK = 2.0  # seconds without a message until the process that is to send it is looked at
START = 20.0  # seconds for a process to start, which the host waits


class NoMemory(MoonhopError):
    """A node has no room for a program."""


class Visitor:
    """``async with Visitor(client) as visitor:``; programs talk with it on topics below its
    ``base``."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.name = f"bench-{secrets.token_hex(4)}"
        self.base = f"bench/{self.name}"
        self._heard: asyncio.Queue[tuple[float, str, str]] = asyncio.Queue()
        self._hashes: dict[str, str] = {}
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> "Visitor":
        async with contextlib.AsyncExitStack() as stack:
            credential = f"/api/nodes/{self.name}/credential"
            config = await self._ask(self._client.post, credential)
            stack.push_async_callback(self._ask, self._client.delete, credential)
            self._link = PahoLink(
                config["mqtt_host"],
                config["mqtt_port"],
                client_id=f"{config['fleet']}/{self.name}",
                user=config["user"],
                password=config["password"],
            )
            self._link.on_message = self._take
            # A will that leaves nothing behind: it is no node, and never says that it is one.
            await self._link.connect(f"{self.base}/gone", b"", b"")
            stack.push_async_callback(self._link.disconnect)
            await self._link.subscribe(f"{self.base}/#")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        short = topic.removeprefix(f"{self.base}/")
        self._heard.put_nowait((time.perf_counter(), short, payload.decode("latin-1")))

    async def _ask(self, function: Any, *args: Any) -> Any:
        return await asyncio.to_thread(function, *args)

    async def nodes(self) -> list[dict[str, Any]]:
        """Return the fleet's nodes."""
        found: list[dict[str, Any]] = await self._ask(self._client.get, "/api/nodes")
        return found

    async def memory(self, node: str) -> dict[str, int]:
        """Return a node's memory in bytes: used, free, and of a board the largest free piece."""
        found: dict[str, int] = (await self._ask(self._client.get, f"/api/nodes/{node}/stat"))[
            "memory"
        ]
        return found

    @contextlib.asynccontextmanager
    async def running(self, source: str, name: str, node: str, *args: object) -> AsyncIterator[str]:
        """Start a program on a node and give its pid when it runs; it is ended at the end.

        Raises NoMemory if the node has no room for it, MoonhopError if it does not run.
        """
        if source not in self._hashes:
            added = await self._ask(
                self._client.put, f"/programs/bench-{name}.lua", source.encode("latin-1")
            )
            self._hashes[source] = added["hash"]
        what = {"program": self._hashes[source], "name": f"bench-{name}", "node": node}
        more = {"args": [str(arg) for arg in args], "recover": "never", "wait": START}
        asked = self._ask(self._client.post, "/api/processes", {**what, **more})
        starting = asyncio.ensure_future(asked)
        try:
            row = await asyncio.shield(starting)
        except asyncio.CancelledError:  # Ctrl-C, and it starts all the same
            await self._end((await starting)["pid"])
            raise
        try:
            if row["state"] not in ("running", "ended"):
                await self._refuse(row, name, node)
            yield row["pid"]
        finally:
            await self._end(row["pid"])

    async def _refuse(self, row: dict[str, Any], name: str, node: str) -> None:
        """Raise what says why a program does not run."""
        reason = f"{row['state']}: {row['reason']}"
        if "memory" not in row["reason"]:
            raise MoonhopError(f"the program {name!r} does not run on node {node}: {reason}")
        left = await self.memory(node)
        raise NoMemory(
            f"node {node} has not enough memory for the program {name!r} ({reason}); it has"
            f" {left['free']} bytes free, {left.get('largest', left['free'])} in one piece"
        )

    async def _end(self, pid: str) -> None:
        """End a process, unless it is over."""
        try:
            await self._ask(self._client.post, f"{process_path(pid)}/kill")
        except Refused:
            if not (await self._ask(self._client.get, process_path(pid)))["over"]:
                raise

    async def hop(self, pid: str, node: str) -> float:
        """Have a process hop; return the milliseconds that it took. Raises NoMemory if the node has
        no room for it."""
        try:
            report = await self._ask(self._client.post, f"{process_path(pid)}/hop", {"node": node})
        except Refused as error:
            raise NoMemory(str(error)) if "memory" in str(error) else error from None
        return float(report["total"])

    def say(self, topic: str, payload: bytes = b"") -> None:
        """Publish below ``base``."""
        self._link.publish(f"{self.base}/{topic}", payload, 1)

    async def hear(self, topic: str, pid: str) -> tuple[float, str]:
        """Wait for a message on a topic below ``base``; return when it came, in seconds by
        time.perf_counter(), and what it says. Others that come meanwhile are dropped.

        Raises NoMemory or MoonhopError if the process that is to say it fails, or says nothing.
        """
        for _ in range(round(PATIENCE / LOOK)):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    while True:
                        moment, heard, payload = await self._heard.get()
                        if heard == topic:
                            return moment, payload
            row = await self._ask(self._client.get, process_path(pid))
            if row["state"] == "failed":
                await self._refuse(row, row["name"], row["node"])
        raise MoonhopError(
            f"{row['name']} on node {row['node']} said nothing for {PATIENCE:g} s; it is"
            f" {row['state']}: {row['reason']}"
        )
