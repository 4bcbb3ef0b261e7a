"""Applications: their file, the difference to what is, and what becomes of it on a fleet."""

import asyncio
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moonhop.host import Host
from moonhop.scheduler.apps import App, AppError, Part, difference, parse_app, read_app
from moonhop.scheduler.rows import ProcessRow, Terms
from moonhop.state import State
from moonhop_core.errors import MoonhopError
from tests.host.fleet import COUNTER, on_host, until_true, workers

GREENHOUSE = """
name = "greenhouse"
policy = "spread"
recover = "start"

[programs.sensor]
file = "sensor.lua"
count = 3
needs = ["zone=north", "float64"]
memory = "48k"
checkpoint = 10
args = ["fast", 2]

[programs.heater]
file = "heater.lua"
policy = "nearest"
place = [52.5, 13]
restart = "on-failure"
after = ["sensor"]
node = "a"
"""


def test_file_says_what_runs_and_on_which_terms() -> None:
    app = parse_app(tomllib.loads(GREENHOUSE), "other")
    sensor = Terms("spread", ("zone=north", "float64"), 49152, None, 10.0, "never", "start")
    heater = Terms(
        "nearest", place=(52.5, 13.0), restart="on-failure", recover="start", after=("sensor",)
    )
    assert app == App(
        "greenhouse",
        (
            Part("sensor", "sensor.lua", 3, ("fast", 2), None, sensor),
            Part("heater", "heater.lua", 1, (), "a", heater),
        ),
    )
    assert App.from_dict(app.as_dict()) == app


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "it has no programs; give at least one, such as [programs.sensor]"),
        ("nmae = 'x'", "unknown key nmae; known are checkpoint, memory, name, needs, place, pol"),
        ("programs = 3", "programs must be tables, such as [programs.sensor]"),
        ("programs.a = 3", "programs.a must be a table, such as [programs.a]"),
        ("[programs.a]", 'programs.a has no file; give one, such as file = "a.lua"'),
        ("programs.a = {file = 'a', count = -1}", "programs.a.count must be a whole number from 0"),
        ("programs.a = {file = 'a', count = true}", "programs.a.count must be a whole number from"),
        ("programs.a = {file = 'a', count = 1000000}", "programs.a.count must be a whole number"),
        ("programs.a = {file = 'a', colour = 1}", "unknown key programs.a.colour; known are after"),
        ("policy = 'chaos'", "policy there is no policy 'chaos'; known: first-fit"),
        ("memory = 'much'", 'memory must be a size, such as "48k", "2M" or a number of bytes'),
        ("place = [91, 0]", "place must be [latitude, longitude] in degrees"),
        ("place = ['a', 0]", "place must be [latitude, longitude] in degrees"),
        ("checkpoint = 0", "checkpoint must be seconds, more than 0, not 0"),
        ("restart = 'often'", "restart must be one of never, on-failure, always, not 'often'"),
        ("needs = 'x'", 'needs must be a list of texts, such as ["zone=north"]'),
        ("needs = ['']", 'needs must be a list of texts, such as ["zone=north"]'),
        (f"a = {'[' * 5000}{']' * 5000}", "its values are nested too deeply"),
        ("programs.a = {file = 'a', args = [[1]]}", "programs.a.args must be a list of texts, num"),
        ("name = 'a/b'", "name 'a/b' must be a name of letters, digits, - and _"),
        ("programs.'a b' = {file = 'a'}", "'a b' must be a name of letters"),
        ("programs.a = {file = 'a', after = ['b']}", "programs.a: after names 'b'; known are a"),
        (
            "programs.a = {file = 'a', after = ['b']}\nprograms.b = {file = 'b', after = ['a']}",
            "the programs wait for each other: a after b after a; take one `after` out",
        ),
    ],
)
def test_mistake_in_the_file_is_told_with_its_place(
    tmp_path: Path, text: str, complaint: str
) -> None:
    file = tmp_path / "app.toml"
    file.write_text(text)
    with pytest.raises(AppError) as found:
        read_app(file)
    assert str(found.value).startswith(f"{file}: {complaint}")


def test_file_that_is_missing_or_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(AppError, match=r"cannot read .*no\.toml: No such file"):
        read_app(tmp_path / "no.toml")
    (tmp_path / "bad.toml").write_text("a = [")
    with pytest.raises(AppError, match=r"bad\.toml: Invalid"):
        read_app(tmp_path / "bad.toml")


# ---------------------------------------------------------------- the difference

PART = Part("worker", "worker.lua", 2, ("x",), None, Terms(), "1" * 64)
ROW = ProcessRow(
    "p1", "a/worker", "1" * 64, ["x"], None, "n", 1, "running", "", 0, 0, "a", "worker", 0
)
BOTH = [ROW, replace(ROW, pid="p2", replica=1)]


def told(app: App, rows: list[ProcessRow]) -> list[tuple[str, int, str | None]]:
    return [(change.what, change.replica, change.pid) for change in difference(app, rows)]


@pytest.mark.parametrize(
    ("part", "rows", "changes"),
    [
        (PART, [], [("start", 0, None), ("start", 1, None)]),
        (PART, BOTH, []),
        (PART, [ROW], [("start", 1, None)]),
        (replace(PART, count=1), BOTH, [("stop", 1, "p2")]),
        (replace(PART, count=0), BOTH, [("stop", 0, "p1"), ("stop", 1, "p2")]),
        (replace(PART, count=1, program="2" * 64), [ROW], [("replace", 0, "p1")]),
        (replace(PART, count=1, args=("y",)), [ROW], [("replace", 0, "p1")]),
        (replace(PART, count=1, node="b"), [ROW], [("change", 0, "p1")]),
        (replace(PART, count=1, terms=Terms("spread")), [ROW], [("change", 0, "p1")]),
        (replace(PART, count=1), [replace(ROW, state="ended")], []),
        (replace(PART, count=1), [replace(ROW, state="failed")], [("start", 0, None)]),
        (replace(PART, count=1), [replace(ROW, state="stopped")], [("start", 0, None)]),
        (replace(PART, count=1), [replace(ROW, state="lost")], [("start", 0, None)]),
        (
            replace(PART, count=1, args=("y",)),
            [replace(ROW, state="ended")],
            [("start", 0, None)],
        ),
        (
            replace(PART, count=1, args=(1.0,)),
            [replace(ROW, args=[1])],
            [("replace", 0, "p1")],
        ),
    ],
)
def test_only_the_difference_is_to_be_done(
    part: Part, rows: list[ProcessRow], changes: list[tuple[str, int, str | None]]
) -> None:
    assert told(App("a", (part,)), rows) == changes


# ---------------------------------------------------------------- on a fleet


def app_of(host: Host, count: int, source: bytes = COUNTER, **terms: object) -> App:
    program = host.programs.add(source, "worker.lua")
    return App(
        "a",
        (Part("worker", "worker.lua", count, (), None, Terms(**terms), program.hash),),  # type: ignore[arg-type]
    )


def test_applying_starts_changes_and_stops_what_differs_and_nothing_else(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a", "b")
        apps = host.applications
        assert len(await apps.apply(app_of(host, 4, policy="spread"))) == 4
        await until_true(host, lambda: apps.status("a")["programs"][0]["running"] == 4)
        nodes = [p["node"] for p in apps.status("a")["programs"][0]["processes"]]
        assert sorted(nodes) == ["a", "a", "b", "b"]
        assert await apps.apply(app_of(host, 4, policy="spread")) == []
        before = {row.pid: row for row in host.store.live()}
        smaller = app_of(host, 2, policy="spread")
        assert [c.what for c in apps.difference(smaller)] == ["stop", "stop"]
        assert set(before) == {row.pid for row in host.store.live()}
        await apps.apply(smaller)
        after = {row.pid: row for row in host.store.live()}
        assert [row.replica for row in after.values()] == [0, 1]
        assert all(before[pid].epoch == row.epoch for pid, row in after.items())
        await apps.stop("a")
        assert not list(host.store.live())
        with pytest.raises(MoonhopError, match="there is no application 'a'; known are none yet"):
            await apps.stop("a")

    on_host(tmp_path, scenario)


def test_program_that_waits_for_another_starts_when_that_runs(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        hash = host.programs.add(COUNTER, "c.lua").hash
        first = Part("first", "c.lua", 1, (), None, Terms(needs=("float64",)), hash)
        second = Part("second", "c.lua", 1, (), None, Terms(after=("first",)), hash)
        await host.applications.apply(App("a", (second, first)))
        rows = {row.part: row for row in host.store.live()}
        assert rows["first"].reason == "no node is ready"
        assert rows["second"].reason == "waits until first runs"
        await workers(host, "a")
        await until_true(host, lambda: all(r.state == "running" for r in host.store.live()))
        changed = {row.part: row.created for row in host.store.live()}
        started = {
            part: next(
                e["seq"] for e in host.store.events(pid=rows[part].pid) if e["kind"] == "running"
            )
            for part in changed
        }
        placed = next(
            e["seq"] for e in host.store.events(pid=rows["second"].pid) if e["kind"] == "placed"
        )
        assert started["first"] < placed

    on_host(tmp_path, scenario)


def test_application_that_fits_nowhere_says_which_need_fails_on_which_node(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a", "b")
        await host.applications.apply(app_of(host, 1, needs=("zone=north",)))
        (process,) = host.applications.status("a")["programs"][0]["processes"]
        assert process["state"] == "pending"
        assert process["reason"] == "a lacks zone=north; b lacks zone=north"

    on_host(tmp_path, scenario)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"count": -1}, "count must be a whole number"),
        ({"count": 10**9}, "count must be a whole number"),
        ({"count": "3"}, "count must be a whole number"),
        ({"node": "mars"}, "there is no node 'mars'; known nodes: none yet"),
        ({"program": "f" * 64}, "there is no program 'ffffffffffff'; submit its source"),
        ({"program": None}, "must be a text"),
        ({"name": "a b"}, "must be a name of"),
        ({"name": 3}, "must be a text"),
        ({"terms": {"policy": "chaos"}}, "there is no policy 'chaos'"),
        ({"terms": {"after": ["worker"]}}, "the programs wait for each other: worker after worker"),
        ({"terms": {"checkpoint": float("nan")}}, "checkpoint must be seconds"),
        ({"terms": 3}, "this is no application"),
        ({"colour": 1}, None),
    ],
)
def test_application_that_is_sent_is_checked_as_its_file_is(
    tmp_path: Path, more: dict[str, Any], complaint: str | None
) -> None:
    async def scenario(host: Host) -> None:
        (part,) = app_of(host, 1).as_dict()["parts"]

        async def send() -> None:
            await host.applications.apply(App.checked("a", [{**part, **more}]))

        if complaint is None:
            return await send()
        with pytest.raises(MoonhopError, match=complaint):
            await send()
        assert not host.store.apps()
        assert not list(host.store.live())

    on_host(tmp_path, scenario)


def test_long_chain_of_programs_that_wait_for_each_other_is_read() -> None:
    chain = {f"p{n}": {"file": "a.lua", "after": [f"p{n + 1}"]} for n in range(2999)}
    app = parse_app({"programs": {**chain, "p2999": {"file": "a.lua"}}}, "chain")
    assert len(app.parts) == 3000


def test_host_that_dies_while_it_applies_goes_on_when_it_is_started_again(tmp_path: Path) -> None:
    async def run() -> None:
        state = State("lab", tmp_path)
        async with Host(state) as host:
            app = app_of(host, 3)
            host.store.put_app("a", app.as_dict(), "written, then the host dies")
        async with Host(state) as host:
            await until_true(host, lambda: len(list(host.store.live())) == 3)
        async with Host(state) as host:  # and it is done once
            await asyncio.sleep(0)
            await until_true(host, lambda: len(list(host.store.live())) == 3)
            assert len(host.store.processes()) == 3

    asyncio.run(asyncio.wait_for(run(), 60))
