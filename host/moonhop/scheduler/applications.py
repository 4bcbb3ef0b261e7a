"""Applications on a running fleet: apply, look at, stop (the file itself: apps.py)."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

from moonhop.scheduler.apps import App, Change, difference
from moonhop.scheduler.plan import make_plan
from moonhop.scheduler.policies import Process
from moonhop.scheduler.rows import NewProcess, ProcessRow, Terms
from moonhop.scheduler.scheduler import Scheduler
from moonhop.scheduler.views import process_view
from moonhop_core.errors import MoonhopError


class Applications:
    """Has a scheduler's fleet be as applications say."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._lock = asyncio.Lock()

    def difference(self, app: App) -> list[Change]:
        """Return what applying it would do. Raises MoonhopError if a program, policy or node is
        unknown.

        Nothing has changed.
        """
        for part in app.parts:
            self._scheduler.programs(part.program)
            self._scheduler.policies(part.terms.policy)
            if part.node is not None:
                self._scheduler.fleet.node(part.node)
        changes = difference(app, self._scheduler.store.processes_of(app.name))
        return self._with_waits(app.name, changes)

    def _with_waits(self, app: str, changes: list[Change]) -> list[Change]:
        """Return changes with the reasons of those that no node can take."""
        scheduler = self._scheduler
        ends = {change.pid for change in changes if change.what in ("stop", "replace")}
        rows = [row for row in scheduler.store.live() if row.pid not in ends]
        begins = {f"+{n}": change for n, change in enumerate(changes) if change.begins}
        new = {pid: _row(pid, app, change) for pid, change in begins.items()}
        views: dict[tuple[str, str | None, Terms], Process] = {}

        def view(row: ProcessRow) -> Process:
            if row.pid not in new:
                return scheduler.view(row)
            kind = row.program, row.wanted, row.terms
            if kind not in views:
                views[kind] = process_view(row, scheduler.programs(row.program).manifest)
            return views[kind]._replace(pid=row.pid)

        nodes = scheduler.fleet.views()
        plan = make_plan([*rows, *new.values()], nodes, view, scheduler.policies, 0.0)
        waits = {begins[pid]: why for pid, why in plan.waits if pid in begins}
        return [replace(change, waits=waits.get(change)) for change in changes]

    async def apply(self, app: App) -> list[Change]:
        """Make the fleet as the application says; return what was done for it.

        The goal is written first, so that a host that dies on the way goes on with it.
        """
        async with self._lock:
            changes = self.difference(app)
            self._scheduler.store.put_app(app.name, app.as_dict(), _told(changes))
            await self._carry_out(app.name, changes)
        return changes

    async def settle(self) -> None:
        """After a restart: do what of the applications is still to be done."""
        for name, spec in self._scheduler.store.apps().items():
            app = App.from_dict(spec)
            async with self._lock:
                rows = self._scheduler.store.processes_of(name)
                unfinished = [c for c in difference(app, rows) if not _ended(c, rows)]
                await self._carry_out(name, unfinished)

    async def stop(self, name: str) -> list[str]:
        """Stop all processes of an application and forget it; return them.

        Raises MoonhopError if there is none of that name.
        """
        async with self._lock:
            self._known(name)
            self._scheduler.store.drop_app(name, "asked to stop")
            pids = [row.pid for row in self._scheduler.store.processes_of(name) if not row.over]
            await asyncio.gather(
                *[self._scheduler.end(pid, reason=f"{name} was stopped") for pid in pids]
            )
        return pids

    def status(self, name: str) -> dict[str, Any]:
        """Return how an application is: for each of its programs the processes there are.

        Raises MoonhopError if there is none of that name.
        """
        app = App.from_dict(self._known(name))
        rows = self._scheduler.store.processes_of(name)
        programs = []
        for part in app.parts:
            mine = [row for row in rows if row.part == part.name]
            programs.append(
                {
                    "program": part.name,
                    "wanted": part.count,
                    "running": sum(row.state in ("running", "paused") for row in mine),
                    "states": dict(Counter(row.state for row in mine)),
                    "processes": [_shown(row) for row in mine],
                }
            )
        return {"app": name, "programs": programs}

    def _known(self, name: str) -> dict[str, Any]:
        apps = self._scheduler.store.apps()
        if name not in apps:
            raise MoonhopError(
                f"there is no application {name!r}; known are {', '.join(apps) or 'none yet'}"
            )
        return apps[name]

    async def _carry_out(self, app: str, changes: list[Change]) -> None:
        scheduler = self._scheduler
        ends = [c for c in changes if c.what in ("stop", "replace") and c.pid]
        await asyncio.gather(
            *[scheduler.end(str(change.pid), reason=change.reason) for change in ends]
        )
        for change in changes:
            if change.what == "change" and change.pid:
                terms = change.part.terms
                scheduler.store.set_terms(change.pid, terms, change.part.node, change.reason)
        new = [_new(app, change) for change in changes if change.begins]
        if new:
            scheduler.store.add_processes(new, f"application {app} was applied")
        scheduler.plan()


def _new(app: str, change: Change) -> NewProcess:
    part = change.part
    return NewProcess(
        f"{app}/{part.name}",
        part.program,
        list(part.args),
        part.node,
        app,
        part.name,
        change.replica,
        part.terms,
    )


def _row(pid: str, app: str, change: Change) -> ProcessRow:
    """Return a process to be as if it were there, and whatever it waits for too."""
    new = _new(app, change)
    return ProcessRow(
        pid,
        new.name,
        new.program,
        new.args,
        new.wanted,
        None,
        0,
        "pending",
        "",
        0.0,
        0.0,
        app,
        new.part,
        new.replica,
        replace(new.terms, after=()),
    )


def _told(changes: list[Change]) -> str:
    counts = Counter(change.what for change in changes)
    return ", ".join(f"{what} {count}" for what, count in counts.items()) or "nothing to do"


def _ended(change: Change, rows: list[ProcessRow]) -> bool:
    """Tell whether a change would start again what came to an end as it should be; only a person's
    ``apply`` does that."""
    part = change.part
    return any(
        row.over
        and (row.part, row.replica) == (part.name, change.replica)
        and (row.program, tuple(row.args)) == (part.program, part.args)
        for row in rows
    )


def _shown(row: ProcessRow) -> dict[str, Any]:
    return {
        "pid": row.pid,
        "replica": row.replica,
        "state": row.state,
        "node": row.node,
        "reason": row.reason,
    }
