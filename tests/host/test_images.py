"""Snapshots, copies and checkpoints of processes that run."""

from pathlib import Path

import pytest

from moonhop.host import Host
from moonhop.scheduler.rows import Terms
from moonhop_core.errors import MoonhopError
from tests.host.fleet import (
    COUNTER,
    checkpoints,
    kinds,
    on_host,
    printed,
    submit,
    until_printed,
    until_true,
    workers,
)


def counted_on(host: Host, pid: str, at_least: int) -> bool:
    numbers = [int(text) for text in printed(host, pid)]
    return numbers[0] > at_least and numbers == list(range(numbers[0], numbers[-1] + 1))


def test_copy_goes_on_from_where_the_process_is_and_both_run(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        pid = await submit(host, COUNTER)
        await until_printed(host, pid, 10)
        copy = (await host.images.clone(pid)).pid
        await until_printed(host, copy, 5)
        await until_printed(host, pid, 20)
        assert counted_on(host, copy, 9)
        assert counted_on(host, pid, 0)

    on_host(tmp_path, scenario)


def test_snapshot_starts_again_on_another_fleet(tmp_path: Path) -> None:
    saved = []

    async def first(host: Host) -> None:
        await workers(host, "a")
        pid = await submit(host, COUNTER)
        await until_printed(host, pid, 10)
        saved.append(b"".join(await host.images.snapshot(pid)))
        count = len(printed(host, pid))
        await until_printed(host, pid, count + 5)  # it runs on
        assert not list(host.files.walk("checkpoints"))  # and nothing is left behind

    async def second(host: Host) -> None:
        await workers(host, "z")
        head, _, image = saved[0].partition(b"\n")
        row = host.images.restore(head, iter([image[:50], image[50:]]), host.programs.add)
        await until_printed(host, row.pid, 5)
        assert counted_on(host, row.pid, 9)

    on_host(tmp_path / "one", first)
    on_host(tmp_path / "two", second)


@pytest.mark.parametrize("head", [b"", b"[]", b"{}", b"{\xff", b'{"moonhop-snapshot": 1}'])
def test_file_that_is_no_snapshot_is_refused(tmp_path: Path, head: bytes) -> None:
    async def scenario(host: Host) -> None:
        with pytest.raises(MoonhopError, match="this is no snapshot"):
            host.images.restore(head, iter([]), host.programs.add)

    on_host(tmp_path, scenario)


def test_damaged_snapshot_fails_with_a_reason(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        pid = await submit(host, COUNTER)
        await until_printed(host, pid, 3)
        head, _, image = b"".join(await host.images.snapshot(pid)).partition(b"\n")
        damaged = image.replace(b'"moonhop-image"', b'"moonhop-imago"')
        row = host.images.restore(head, iter([damaged]), host.programs.add)
        await until_true(host, lambda: host.store.process(row.pid).state == "failed")
        assert "node a: " in host.store.process(row.pid).reason

    on_host(tmp_path, scenario)


def test_checkpoints_follow_the_manifest_and_only_the_last_is_kept(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a", "b")
        pid = await submit(host, b"--! checkpoint = 0.2\n" + COUNTER)
        await checkpoints(host, pid, 2)
        await host.scheduler.hop(pid, "b")
        await checkpoints(host, pid, 2)
        (entry,) = host.files.walk(f"checkpoints/{pid}")
        assert entry.path == host.store.process(pid).image == f"checkpoints/{pid}/2.image"
        none = await submit(host, COUNTER, terms=Terms())
        assert host.images.interval(host.store.process(none)) is None
        await host.scheduler.end(pid)
        host.images.sweep()
        assert not list(host.files.walk("checkpoints"))

    on_host(tmp_path, scenario)


def test_checkpoints_of_many_processes_all_get_their_turn(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        idle, terms = b"while true do sleep(1) end", Terms(checkpoint=0.01)
        pids = [await submit(host, idle, terms=terms) for _ in range(30)]
        await until_true(host, lambda: all(kinds(host, pid).count("checkpoint") for pid in pids))

    on_host(tmp_path, scenario)
