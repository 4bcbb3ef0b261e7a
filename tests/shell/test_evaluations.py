"""Lua that is entered while a process runs (NMP-070 to NMP-073), on all engines."""

from pathlib import Path

import pytest

from moonhop.host import Host
from moonhop.scheduler.entered import Incomplete
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.errors import LuaSyntaxError
from tests.host.fleet import on_host, printed
from tests.shell.talk import ENGINES, another_on, begun, failure, process_on, said, words

pytestmark = pytest.mark.parametrize("engine", ENGINES)


def test_expressions_are_shown_and_statements_change_the_process(
    tmp_path: Path, engine: str
) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        assert await said(host, pid, "double(21)") == ["42"]
        assert await said(host, pid, "=config.name, config.limit") == ["tank\t10"]
        assert await said(host, pid, "count = -1000000") == []
        assert int((await said(host, pid, "return count"))[0]) < -999000
        assert await said(host, pid, "function triple(x)\n  return 3 * x\nend") == []
        assert await said(host, pid, "triple(14) -- as promised") == ["42"]
        assert await said(host, pid, "print 'a' print('b', nil)") == ["a", "b\tnil"]
        assert await said(host, pid, "print()") == [""]
        assert await said(host, pid, "(function() end)()") == []
        assert await said(host, pid, "local hidden = 1") == []
        assert await said(host, pid, "hidden, #string.rep('x', 5)") == ["nil\t5"]
        assert await said(host, pid, "math.max(3, 4), utf8.char(955)") == ["4\tλ"]
        named = "setmetatable({}, {__tostring = function() return 'T' end})"
        assert await said(host, pid, named) == ["T"]
        assert await said(host, pid, "x = 5; return x, x + 1") == ["5\t6"]
        assert printed(host, pid) == []

    on_host(tmp_path, body)


def test_error_is_told_with_its_place_and_the_process_goes_on(tmp_path: Path, engine: str) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        error = await failure(host, pid, "local x = 1\nx.y.z = 2")
        assert error.startswith("shell:2: attempt to index a ")
        assert "in main chunk" in error
        assert "shell:1: oh no" in await failure(host, pid, "error 'oh no'")
        assert await said(host, pid, "double(4)") == ["8"]
        assert host.store.process(pid).state == "running"

    on_host(tmp_path, body)


def test_what_is_not_lua_or_not_complete_is_refused_and_changes_nothing(
    tmp_path: Path, engine: str
) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        for text in ("for i = 1, 3 do", "x = [[a", "print(1,", "if x then\n  y = 1"):
            with pytest.raises(Incomplete, match="<eof>"):
                await host.scheduler.evaluations.begin(pid, text, "shell")
        with pytest.raises(LuaSyntaxError, match=r"shell:1: .*near '\)'") as told:
            await host.scheduler.evaluations.begin(pid, "x = )", "shell")
        assert not isinstance(told.value, Incomplete)
        assert await said(host, pid, "x, y") == ["nil\tnil"]

    on_host(tmp_path, body)


def test_evaluation_waits_like_any_task_and_others_go_on(tmp_path: Path, engine: str) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        slow = "print 'begun'; local n = count; sleep(0.2); return count - n"
        first, _, last = await words(host, pid, slow)
        assert (first["text"], last["kind"]) == ("begun", "done")
        waiting = await begun(host, pid, "local _, v = recv('word', 30) return v")
        await said(host, pid, "every(0.1, function() publish('word', 'heard') end)")
        assert [word["text"] for word in await waiting] == ["heard", ""]

    on_host(tmp_path, body)


def test_ten_thousand_lines_come_in_order_and_a_board_says_what_it_has_no_room_for(
    tmp_path: Path, engine: str
) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        lines = await said(host, pid, "for i = 1, 10000 do print(i) end")
        if engine == "micropython":
            last = lines.pop()
            assert last == f"({10000 - len(lines)} lines were too many to send)"
            assert len(lines) > 500
        assert lines == [str(i) for i in range(1, len(lines) + 1)]
        assert len(lines) == 10000 or engine == "micropython"

    on_host(tmp_path, body)


def test_bytes_that_are_no_text_come_as_characters(tmp_path: Path, engine: str) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        text = r"print '\255\0a' print 'Grüße \u{1F319}'"
        assert await said(host, pid, text) == ["ÿ\0a", "Grüße \U0001f319"]

    on_host(tmp_path, body)


def test_chunk_that_spins_ends_with_its_slice_and_the_process_goes_on(
    tmp_path: Path, engine: str
) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        error = await failure(host, pid, "\nwhile true do end")
        assert error.startswith("shell:2: slice of 2 s is over")
        assert await said(host, pid, "double(21)") == ["42"]
        assert host.store.process(pid).state == "running"

    on_host(tmp_path, body)


def test_evaluation_is_broken_off_where_it_waits(tmp_path: Path, engine: str) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        text = (
            "local c <close> = setmetatable({}, {__close = function() done = true end}) sleep(1e9)"
        )
        evaluations = host.scheduler.evaluations
        number = await evaluations.begin(pid, text, "shell")
        await evaluations.interrupt(pid, number)
        assert [word async for word in evaluations.follow(pid, number)] == [
            {"kind": "error", "text": "interrupted"}
        ]
        assert await said(host, pid, "done") == ["true"]
        await evaluations.interrupt(pid, number)  # it is over
        number = await evaluations.begin(pid, "sleep(1e9)", "shell")
        await host.scheduler.pause(pid)
        await evaluations.interrupt(pid, number)
        told = [word["text"] async for word in evaluations.follow(pid, number)]
        assert told == ["interrupted"]

    on_host(tmp_path, body)


def test_names_of_tables_are_found_without_running_anything(tmp_path: Path, engine: str) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        names = host.scheduler.evaluations.names
        assert {"count", "config", "double", "sleep"} <= set(await names(pid, []))
        assert await names(pid, ["config"]) == ["limit", "name"]
        assert await names(pid, ["nothing", "there"]) == []
        base = "base = {go = 1} tool = setmetatable({own = 2}, {__index = base})"
        await said(host, pid, base + " trap = setmetatable({}, {__index = error}) s = 'text'")
        assert await names(pid, ["tool"]) == ["go", "own"]
        assert await names(pid, ["trap"]) == []
        assert ("upper" in await names(pid, ["s"])) == engine.startswith("lua")  # not on demand

    on_host(tmp_path, body)


def test_process_that_cannot_be_asked_says_so_in_a_line(tmp_path: Path, engine: str) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine)
        waiting = await begun(host, pid, "sleep(1e9)")
        await host.scheduler.pause(pid)
        with pytest.raises(MoonhopError, match=f"{pid} is paused; .*moonhop resume {pid}"):
            await host.scheduler.evaluations.begin(pid, "1", "shell")
        await host.scheduler.pause(pid, "resume")
        await host.scheduler.end(pid)
        (last,) = await waiting
        assert last["text"] == f"process {pid} is over (stopped: asked to stop)"
        with pytest.raises(MoonhopError, match=f"process {pid} is over"):
            await host.scheduler.evaluations.begin(pid, "1", "shell")
        with pytest.raises(MoonhopError, match="there is no process 'p99'"):
            await host.scheduler.evaluations.begin("p99", "1", "shell")
        pid = await another_on(host, engine)
        assert (
            await failure(host, pid, "exit(3)") == f"process {pid} is over (ended: exit status 3)"
        )

    on_host(tmp_path, body)
