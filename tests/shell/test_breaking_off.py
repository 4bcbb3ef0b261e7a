"""Ctrl-C at a shell, amid a turn; on luajit and MicroPython the slice does that."""

from pathlib import Path

import pytest

from moonhop.host import Host
from tests.host.fleet import on_host
from tests.shell.talk import PATIENT, process_on, said


@pytest.mark.parametrize("engine", ["lua54", "python"])
def test_chunk_that_spins_is_broken_off_where_it_is(tmp_path: Path, engine: str) -> None:
    async def body(host: Host) -> None:
        pid = await process_on(host, engine, PATIENT)
        evaluations = host.scheduler.evaluations
        number = await evaluations.begin(pid, "print 'spins' while true do end", "shell")
        told = evaluations.follow(pid, number)
        assert (await anext(told))["text"] == "spins"
        await evaluations.interrupt(pid, number)
        last = await anext(told)
        assert last["kind"] == "error"
        assert last["text"].startswith("shell:1: interrupted")
        assert await said(host, pid, "double(21)") == ["42"]

    on_host(tmp_path, body)
