"""A process hops through the host from each engine to each other one, with all that it holds."""

import itertools
from pathlib import Path

from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from tests.host.fleet import WAIT, on_host, printed, until_printed

# From each of the four to each other once, and back to the start.
TOUR = (
    *("luajit", "lua54", "python", "lua54", "board", "luajit", "python"),
    *("board", "lua54", "luajit", "board", "python", "luajit"),
)
# It holds a timer, a subscription, a task that is suspended in a coroutine's loop, a file's lines
# that are half read, shared upvalues and a metatable.
PROGRAM = b"""--! engines = ["luajit", "lua54", "python"]
local beats, words, lines = 0, {}, 0
local Sum = {} Sum.__index = Sum
function Sum:add(n) self.total = self.total + n return self end
local sum = setmetatable({total = 0}, Sum)
every(0.01, function() beats = beats + 1 end)
subscribe("pairs/word", function(_, word) words[#words + 1] = word sum:add(#word) end)
spawn(function()
  local numbers = coroutine.wrap(function()
    for n = 1, math.huge do sleep(0.005) coroutine.yield(n) end
  end)
  local last = 0
  while true do
    local n = numbers()
    if n ~= last + 1 then print("wrong: " .. n .. " after " .. last) end
    last = n
  end
end)
spawn(function()
  for line in fs.lines("pairs.txt") do
    lines = lines + 1
    if line ~= "line " .. lines then print("wrong: " .. line .. " as line " .. lines) end
    sleep(0.02)
  end
end)
local asked = 0
subscribe("pairs/tell", function()
  asked = asked + 1
  local before = beats
  after(0.03, function()
    print(string.format("%s %d %s %d %s", node.engine, asked, table.concat(words, ","), sum.total,
      beats > before and lines > 0 and "goes on" or "stands still"))
  end)
end)
print("ready")
sleep(1e6)
"""


def test_process_hops_from_each_engine_to_each_other_with_all_it_holds(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        start = host.workers.start_cpython
        workers = [
            *[await start(host.add_node(n), [n]) for n in ("luajit", "lua54", "python")],
            await host.workers.start_micropython(host.add_node("board"), "512K"),
        ]
        for worker in workers:
            await host.wait_for_worker(worker, 60)  # a board's files may have to be made first
        text = "".join(f"line {n}\n" for n in range(1, 2000))
        host.files.write("pairs.txt", text.encode())
        program = host.programs.add(PROGRAM, "pairs.lua")
        row = host.scheduler.submit(NewProcess("pairs", program.hash, [], TOUR[0]))
        await host.scheduler.wait_started(row.pid, WAIT)
        await until_printed(host, row.pid, 1)
        words: list[str] = []
        for place in TOUR:
            if host.store.process(row.pid).node != place:
                await host.scheduler.hop(row.pid, place)
            words.append(f"at-{place}")
            host.scheduler.link.publish("pairs/word", words[-1].encode(), 1)
            host.scheduler.link.publish("pairs/tell", b"", 1)
            await until_printed(host, row.pid, len(words) + 1)
            engine = "python" if place == "board" else place
            total = sum(map(len, words))
            told = f"{engine} {len(words)} {','.join(words)} {total} goes on"
            assert printed(host, row.pid)[-1] == told, printed(host, row.pid)

    pairs = set(itertools.pairwise(TOUR))
    assert len(pairs) == len(TOUR) - 1 == 12
    on_host(tmp_path, scenario)
