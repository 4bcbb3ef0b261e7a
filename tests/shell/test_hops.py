"""What was entered at a shell hops with its process, between all engines."""

from pathlib import Path

import pytest

from moonhop.host import Host
from tests.host.fleet import SOON, checkpoints, on_host, submit, workers
from tests.shell.talk import begun, failure, node_for, said

PROGRAM = """--! engines = ["{first}", "{second}"]
count = 0
while true do
  count = count + 1
  sleep(0.01)
end
"""
PAIRS = [("lua54", "micropython"), ("micropython", "lua54"), ("python", "luajit")]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda name: name)
def test_functions_that_were_entered_are_there_after_hops_and_can_be_replaced(
    tmp_path: Path, first: str, second: str
) -> None:
    async def body(host: Host) -> None:
        pid = await two_nodes(host, first, second)
        await said(host, pid, "local step = 2\nfunction up(x)\n  return math.floor(x) + step\nend")
        await said(host, pid, "every(0.05, function() last = up(count) end)")
        await said(host, pid, "x = count")  # leaves nothing behind
        for node in (second, first):
            await host.scheduler.hop(pid, node)
            assert await said(host, pid, "node.id, up(40.5)") == [f"{node}\t42"]
            await said(host, pid, "last = nil; while not last do sleep(0.05) end")
            error = await failure(host, pid, "up({})")
            assert error.startswith("shell:3: bad argument #1 to 'floor'")
        await said(host, pid, "function up() return 'new' end")
        await host.scheduler.hop(pid, second)
        assert await said(host, pid, "up()") == ["new"]

    on_host(tmp_path, body)


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda name: name)
def test_evaluation_goes_on_where_the_process_goes(tmp_path: Path, first: str, second: str) -> None:
    async def body(host: Host) -> None:
        pid = await two_nodes(host, first, second)
        text = f"local here = node.id print(here) hop.to('{second}') return here, node.id"
        assert await said(host, pid, text) == [first, f"{first}\t{second}"]
        waiting = await begun(host, pid, "while not go do sleep(0.02) end return go")
        await host.scheduler.hop(pid, first)
        await said(host, pid, "go = node.id")
        assert [word["text"] for word in await waiting] == [first, ""]

    on_host(tmp_path, body)


def test_function_that_the_program_itself_loaded_goes_along_to_a_board(tmp_path: Path) -> None:
    async def body(host: Host) -> None:
        for engine in ("lua54", "micropython"):
            await node_for(host, engine, engine)
        source = b"""--! engines = ["lua54", "python"]
        text = "local step = ...  return function(x) sleep(0.01) return x + step end"
        add = load(text, "=add")(2)
        while true do print(node.id, add(40)) end
        """
        pid = await submit(host, source, "lua54")
        await host.scheduler.hop(pid, "micropython")
        async for line in host.scheduler.logs.follow(pid):
            if line["text"].startswith("micropython"):
                assert line["text"] == "micropython\t42"
                break

    on_host(tmp_path, body)


def test_board_goes_on_from_a_checkpoint_with_functions_that_were_entered(tmp_path: Path) -> None:
    async def body(host: Host) -> None:
        await node_for(host, "micropython", "micropython")
        source = '--! engines = ["python"]\n--! checkpoint = 0.5\nwhile true do sleep(0.1) end'
        pid = await submit(host, source.encode(), "micropython")
        await said(host, pid, "function three() return 3 end")
        waiting = await begun(host, pid, "sleep(1e9)")
        await checkpoints(host, pid, 2)
        copy = await host.images.clone(pid)
        await host.scheduler.wait_started(copy.pid, 20)
        assert await said(host, copy.pid, "three()") == ["3"]
        await host.scheduler.end(pid)
        await waiting

    on_host(tmp_path, body)


def test_process_set_back_to_its_checkpoint_says_that_the_evaluation_is_lost(
    tmp_path: Path,
) -> None:
    async def body(host: Host) -> None:
        (first,) = await workers(host, "a")
        source = "--! checkpoint = 0.2\nwhile true do sleep(0.1) end"
        pid = await submit(host, source.encode())
        await workers(host, "b")
        waiting = await begun(host, pid, "sleep(1e9)")
        first.kill()
        (last,) = await waiting
        assert last["text"].startswith(f"process {pid} was set back: node a is lost")

    on_host(tmp_path, body, SOON)


async def two_nodes(host: Host, first: str, second: str) -> str:
    """Start both, and a program on the first."""
    for engine in (first, second):
        await node_for(host, engine, engine)
    engines = ["python" if e == "micropython" else e for e in (first, second)]
    source = PROGRAM.format(first=engines[0], second=engines[1])
    return await submit(host, source.encode(), first)
