"""A board gets machine code for the functions that a program names, while it has room for it."""

from pathlib import Path

from moonhop.files.paths import PROGRAMS
from moonhop.host import Host
from tests.host.fleet import SOON, on_host, printed, submit, until_printed, workers

MIX = b"""--! engines = ["python", "lua54"]
--! native = ["mix"]
local function mix(a, n)
  for i = 1, n do a = (a * 31 + i) % 65521 end
  return a
end
local a = 7
for turn = 1, 1000 do
  a = mix(a, 100)
  print(turn, a)
  sleep(0.02)
end
"""
ROOM = 3000  # bytes: for one process's machine code, and not for that of two


def numbers(count: int) -> list[str]:
    """Return what the program prints first."""
    found, a = [], 7
    for turn in range(1, count + 1):
        for i in range(1, 101):
            a = (a * 31 + i) % 65521
        found.append(f"{turn}\t{a}")
    return found


def has_machine_code(host: Host, program: str) -> bool:
    """Tell whether a board has asked for a program with machine code in it."""
    return any("mpy-x64-" in entry.path for entry in host.files.walk(f"{PROGRAMS}/{program}"))


def test_named_function_is_machine_code_on_a_board_hops_and_gives_way_to_bytecode(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        board = await host.workers.start_micropython(host.add_node("board"), "512K", native=ROOM)
        await host.wait_for_worker(board, 60)
        await workers(host, "desktop")
        pid = await submit(host, MIX, "board")
        await until_printed(host, pid, 5)
        program = host.store.process(pid).program
        assert has_machine_code(host, program)
        for node in ("desktop", "board"):  # where there is no more room
            await host.scheduler.hop(pid, node)
            await until_printed(host, pid, len(printed(host, pid)) + 5)
        found = printed(host, pid)
        assert found == numbers(len(found))
        warnings = [line for line in host.scheduler.logs.lines(pid) if line["kind"] == "warning"]
        assert [line["text"].partition(":")[0] for line in warnings] == [
            "no room for machine code until the node starts again"
        ]

    on_host(tmp_path, scenario, SOON)
