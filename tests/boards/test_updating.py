"""Boards are updated over the air, and none is lost by it."""

import contextlib
import json
from pathlib import Path

import pytest

from moonhop.scheduler.rows import NewProcess
from tests.boards.field import BIRTH, ROOM, Field
from tests.brokers import free_port
from tests.host.running import RunningHost
from tests.waiting import wait_for

LARGE = 700_000  # bytes, more than ROOM
COUNT = """
local count = 0
while true do count = count + 1 print(count) sleep(0.05) end
"""


def sets_in(folder: Path) -> set[str]:
    return {path.name for path in (folder / "sets").iterdir()}


def read_set(folder: Path, name: str) -> dict[str, bytes]:
    home = folder / "sets" / name
    found = (path for path in home.rglob("*") if path.is_file())
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in found}


def test_board_gets_what_it_has_not_and_runs_it(
    field: Field, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = field.add("shed")
    first = field.boot("shed")["set"]
    assert field.update() == 0
    assert f"shed: has set {first} already" in capsys.readouterr().out
    new = field.offer({"more.mpy": bytes(range(256)) * 40, "wifi.mpy": b"another"})
    assert field.update("--plan") == 0
    assert new.name in capsys.readouterr().out
    assert field.boot("shed")["set"] == first

    assert field.update("--json") == 0, board.text()
    (told,) = json.loads(capsys.readouterr().out)["updates"]
    assert (told["state"], told["before"], told["set"]) == ("updated", first, new.name)
    assert told["fetched"] == 256 * 40 + len(b"another")
    assert told["copied"] == sum(map(len, new.files.values())) - told["fetched"]
    assert field.boot("shed")["set"] == new.name
    assert read_set(board.folder, new.name) == {**new.files, "set.json": new.list_file}
    assert sets_in(board.folder) == {first, new.name}

    config = tmp_path / "changes.json"
    config.write_text('{"tags": ["zone=north"]}')
    assert field.update("--config", str(config)) == 0, board.text()
    third = field.boot("shed")["set"]
    assert field.running.host.scheduler.fleet.node("shed").birth["tags"] == ["zone=north"]
    had = json.loads(read_set(board.folder, third)["moonhop.json"])
    assert had == {**board.config, "tags": ["zone=north"]}
    assert sets_in(board.folder) == {new.name, third}
    assert field.update("--config", str(config)) == 0
    assert f"shed: has set {third} already" in capsys.readouterr().out


def test_board_whose_new_set_does_not_run_goes_back_and_says_why(
    field: Field, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = field.add("shed")
    first = field.boot("shed")["set"]
    new = field.offer_main("raise ValueError('no good')")
    assert field.update() == 1
    out = capsys.readouterr().out
    assert f"shed: rolled back to set {first}: ValueError: no good" in out, board.text()
    assert (field.boot("shed")["set"], field.boot("shed")["failed"]) == (first, new.name)

    field.offer({})
    config = tmp_path / "changes.json"
    config.write_text('{"mqtt_host": null}')
    assert field.update("--config", str(config)) == 1
    assert f"rolled back to set {first}: KeyError: mqtt_host" in capsys.readouterr().out
    assert field.is_there("shed")
    assert field.running.host.scheduler.fleet.node("shed").updating is False


@pytest.mark.nightly  # a set on trial has two minutes to reach the broker
def test_board_that_does_not_reach_the_broker_with_its_new_configuration_goes_back(
    field: Field, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    field.add("shed")
    first = field.boot("shed")["set"]
    config = tmp_path / "changes.json"
    config.write_text(json.dumps({"mqtt_port": free_port()}))
    assert field.update("--config", str(config)) == 1
    assert f"rolled back to set {first}: moonhop: no broker" in capsys.readouterr().out


def test_programs_hop_away_or_go_on_from_where_they_were(field: Field) -> None:
    field.add("shed", "2M")
    host, do = field.running.host, field.running.do
    hash = host.programs.add(COUNT.encode(), "count.lua").hash

    async def run(name: str, node: str | None) -> str:
        pid = host.scheduler.submit(NewProcess(name, hash, [], node)).pid
        await host.scheduler.wait_started(pid, 20)
        return pid

    def counted(pid: str) -> int:
        return max([int(line["text"]) for line in host.scheduler.logs.lines(pid, 1)], default=0)

    stays, free = do(run("stays", "shed")), do(run("free", None))
    wait_for(lambda: counted(stays) > 20 and counted(free) > 20, BIRTH, field.boards["shed"].text)
    do(host.workers.start_cpython(host.add_node("desk")))
    wait_for(lambda: field.is_there("desk"), BIRTH, "no desk")
    before = counted(stays), counted(free)
    field.offer({"more.mpy": b"more"})
    assert field.update() == 0
    row = lambda: host.store.process(stays)  # noqa: E731
    wait_for(lambda: row().state == "running", BIRTH, row)
    now = counted(stays)
    wait_for(lambda: counted(stays) > now, BIRTH, row)
    assert counted(stays) > before[0]
    assert host.store.process(free).node == "desk"
    assert host.store.process(stays).node == "shed"
    lines = [int(line["text"]) for line in host.scheduler.logs.lines(stays)]
    assert lines == sorted(lines)  # not from 1 again


def test_roll_out_stops_at_a_board_that_fails_and_goes_on_once_that_is_mended(
    field: Field, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, heap in {"a": "2M", "b": ROOM, "c": "2M"}.items():
        field.add(name, heap)
    first = field.boot("a")["set"]
    large = field.offer_main(f"large = bytearray({LARGE})")
    assert field.update("--batch", "1") == 1
    out = capsys.readouterr().out
    assert f"a: runs set {large.name}" in out
    assert f"b: rolled back to set {first}: MemoryError" in out
    assert "stopped: 1 boards are as they were (c)" in out
    assert [field.boot(name)["set"] for name in "abc"] == [large.name, first, first]

    field.boards["c"].stop()
    wait_for(lambda: not field.is_there("c"), BIRTH, field.boards["c"].text)
    mended = field.offer_main("small = bytearray(100)")
    assert field.update("--batch", "100%") == 1
    out = capsys.readouterr().out
    assert "c: is not there; update it when it is back" in out
    assert [field.boot(name)["set"] for name in "ab"] == [mended.name] * 2


def test_host_that_ends_amid_leaves_a_board_that_runs_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"more/{number}.mpy": number.to_bytes(2) * 5000 for number in range(40)}
    with contextlib.ExitStack() as stack:
        with RunningHost(tmp_path) as running:
            field = Field(running, monkeypatch)
            board = field.add("shed")
            stack.callback(board.stop)
            first = field.boot("shed")["set"]
            new = field.offer(many)
            begun = running.http.post("/api/nodes/shed/update", json={})
            assert begun.status_code == 202
            some = board.folder / "sets" / new.name / "more" / "1.mpy"
            wait_for(some.exists, BIRTH, board.text)
        assert not (some.parents[1] / "set.json").exists(), "it was too quick for this test"
        with RunningHost(tmp_path) as running:
            again = Field(running, monkeypatch)
            wait_for(lambda: again.is_there("shed"), BIRTH, board.text)
            assert again.boot("shed")["set"] == first
            again.offer(many)
            assert again.update() == 0, board.text()
            assert again.boot("shed")["set"] == new.name


def test_what_is_no_board_is_refused_in_one_line(
    field: Field, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert field.update() == 1
    assert "this fleet has no boards; make one a node with" in capsys.readouterr().err
    host = field.running.host
    desk = field.running.do(host.workers.start_cpython(host.add_node("desk")))
    field.running.do(host.wait_for_worker(desk))
    for options, says in {
        ("--nodes", "desk"): "node 'desk' is no board; update moonhop on its machine",
        ("--nodes", "gate"): "there is no node 'gate'; boards: none yet",
        ("--nodes", ","): "--nodes names no node",
        ("--batch", "0"): "--batch '0' is neither a number, as 3, nor a share, as 10%",
        ("--batch", "101%"): "--batch '101%' is neither",
        ("--config", str(tmp_path / "gone")): "No such file or directory",
    }.items():
        assert field.update(*options) == 1
        err = capsys.readouterr().err
        assert says in err
        assert err.count("\n") == 1
