"""``moonhop demo``: a fleet of two unlike nodes, and a program that hops between them.

Everything is real: the host with its broker, scheduler and file server, a CPython worker with Lua
5.4, a MicroPython worker with the files and the heap of a board. The program first runs without a
hop, then with two; both runs must give the same estimates.
"""

import asyncio
import itertools
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path

from moonhop.boards.catalog import load_board
from moonhop.cli.client import Client, file_path
from moonhop.cli.output import print_json
from moonhop.demo.observer import Observer
from moonhop.demo.readings_data import NAME, readings_csv
from moonhop.host import Host
from moonhop.resources import folder
from moonhop.scheduler.coordinator import HopReport
from moonhop.scheduler.rows import NewProcess
from moonhop.state import State
from moonhop_core.errors import MoonhopError

DESKTOP, BOARD = "desktop", "board"
PACE = 0.05  # seconds from one row to the next, so that the hops come in the middle
PATIENCE = 40.0  # seconds for a run
OK, FAILED = 0, 1


@dataclass(frozen=True)
class Leg:
    """A part of the run: on which node, up to which row."""

    node: str
    until: int


async def run_demo(rows: int, heap: str | None = None, *, as_json: bool = False) -> int:
    """Run the demonstration; return the exit code. Raises MoonhopError if something fails."""
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with tempfile.TemporaryDirectory(prefix="moonhop-demo-") as home:
        async with Host(State("demo", Path(home))) as host:
            demo = Demo(host, rows, heap, quiet=as_json)
            try:
                return await demo.run()
            finally:
                await demo.observer.close()


class Demo:
    """One demonstration on a running host."""

    def __init__(self, host: Host, rows: int, heap: str | None, quiet: bool) -> None:
        self.host = host
        self.rows = rows
        self.heap = heap or load_board("virtual").heap
        self.quiet = quiet
        self.client = Client(host.address)
        self.observer = Observer(host)

    async def run(self) -> int:
        """Set up, run without and with hops, compare."""
        await self._set_up()
        self._head(f"1  The first {self.rows} rows without a hop, as fast as it goes")
        plain, _ = await self._run_program([Leg(DESKTOP, self.rows)], pace=0)
        self._say(f"{len(plain)} estimates, the last one {plain[-1].partition(' ')[2]} C")

        third = self.rows // 3
        legs = [Leg(DESKTOP, third), Leg(BOARD, 2 * third), Leg(DESKTOP, self.rows)]
        self._head(f"2  The same rows, one each {PACE} s, with two hops on the way")
        hopped, reports = await self._run_program(legs, PACE)
        return self._compare(plain, hopped, reports)

    async def _set_up(self) -> None:
        host = self.host
        self._head("A fleet of two nodes")
        self._say(f"host     {host.address.url}")
        self._say(f"broker   mqtt://{host.address.mqtt_host}:{host.address.mqtt_port}")
        await self.observer.open()
        workers = [
            await host.workers.start_cpython(host.add_node(DESKTOP)),
            await host.workers.start_micropython(host.add_node(BOARD), self.heap),
        ]
        for worker in workers:
            await host.wait_for_worker(worker)
            birth = host.scheduler.fleet.nodes[worker.node].birth
            heap = f", heap {self.heap}" if worker.node == BOARD else ""
            engines = ", ".join(birth.get("engines", []))
            self._say(f"{worker.node:<8} {birth.get('platform', '')}{heap}, engines: {engines}")
        put = await asyncio.to_thread(self.client.put, file_path(f"data/{NAME}"), readings_csv())
        self._say(f"data     {put['path']}, {put['size']} bytes, recorded by a buoy in 2016")

    async def _run_program(self, legs: list[Leg], pace: float) -> tuple[list[str], list[HopReport]]:
        """Run the program leg by leg; return what it published, and the hops."""
        host, observer = self.host, self.observer
        observer.estimates.clear()
        source = (folder("examples") / "readings.lua").read_bytes()
        program = await asyncio.to_thread(host.programs.add, source, "readings.lua")
        args = [str(self.rows), str(pace)]
        new = NewProcess("readings", program.hash, args, legs[0].node)
        process = host.scheduler.submit(new)
        process = await host.scheduler.wait_started(process.pid, PATIENCE)
        self._say(f"{process.pid} {process.state} on {process.node}")
        printing = asyncio.ensure_future(self._show_output(process.pid))
        reports = []
        for leg, following in itertools.pairwise(legs):
            await self._reach(process.pid, leg.until)
            observer.ask("the demo")
            reports.append(await host.scheduler.hop(process.pid, following.node, "the demo"))
            self._tell_hop(reports[-1])
        await self._reach(process.pid, self.rows)
        await host.scheduler.wait_until(lambda: host.store.process(process.pid).over, PATIENCE)
        await printing
        process = host.store.process(process.pid)
        if process.state != "ended":
            raise MoonhopError(f"the program did not end well: {process.state}: {process.reason}")
        self._say(f"{process.pid} ended on {process.node}")
        return list(observer.estimates), reports

    async def _reach(self, pid: str, rows: int) -> None:
        """Wait until the program has published so many estimates."""
        if not await self.observer.wait_for(rows, PATIENCE, lambda: not self._ended_badly(pid)):
            process = self.host.store.process(pid)
            count = len(self.observer.estimates)
            raise MoonhopError(
                f"the program stopped at row {count} of {rows}: {process.state}: {process.reason}"
            )

    def _ended_badly(self, pid: str) -> bool:
        process = self.host.store.process(pid)
        return process.over and process.state != "ended"

    async def _show_output(self, pid: str) -> None:
        async for line in self.host.scheduler.logs.follow(pid):
            mark = "|" if line["kind"] == "print" else "!"
            self._say(f"{line['node']:<8} {mark} {line['text']}")

    def _tell_hop(self, report: HopReport) -> None:
        phases = ", ".join(f"{name} {ms:.1f}" for name, ms in report.phases.items())
        size = f", image {report.image_bytes} bytes" if report.image_bytes else ""
        self._say(f"{report.pid} hops {report.source} -> {report.target}: {report.total:.1f} ms")
        self._say(f"         {phases}{size}")

    def _compare(self, plain: list[str], hopped: list[str], reports: list[HopReport]) -> int:
        """Print the summary; fail if a single estimate differs."""
        differing = [
            number
            for number, (one, other) in enumerate(zip(plain, hopped, strict=False), 1)
            if one != other
        ]
        equal = plain == hopped and len(plain) == self.rows
        self._head("Summary")
        for report in reports:
            self._say(
                f"{report.source + ' -> ' + report.target:<18} {report.total:7.1f} ms, "
                f"of which the program stood still {report.pause:.1f} ms"
            )
        self._say(f"rows published: {len(plain)} without a hop, {len(hopped)} with two")
        if equal:
            self._say("all estimates are equal, row for row, to the last digit")
        else:
            first = f"first in row {differing[0]}" if differing else "one run has more rows"
            self._say(f"THE ESTIMATES DIFFER in {len(differing)} rows, {first}")
        if self.quiet:
            print_json(
                {
                    "equal": equal,
                    "rows": len(hopped),
                    "hops": [report.as_dict() for report in reports],
                    "estimates": hopped,
                }
            )
        return OK if equal else FAILED

    def _head(self, text: str) -> None:
        if not self.quiet:
            print(f"\n{text}\n{'-' * len(text)}", flush=True)

    def _say(self, text: str) -> None:
        if not self.quiet:
            print(f"  {text}", flush=True)
