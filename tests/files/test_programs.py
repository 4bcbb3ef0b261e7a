"""Programs on the fleet's nodes use the fleet's files, on each engine and while they hop."""

from pathlib import Path

from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from tests.host.fleet import WAIT, on_host, printed, until, until_printed
from tests.language.programs import run_lua

PROGRAMS = Path(__file__).parents[1] / "process" / "file_programs"
EVERY_VERB = Path(__file__).with_name("every_verb.lua")
NODES = ("luajit", "lua54", "python", "board")
JOIN = 40.0  # seconds; a board's files may have to be made first
ENDED = ("ended", "failed")

# It has files open for reading, writing and appending, shared by closures, and a loop in the middle
# of a file; at each "go" it does a little with each.
TRAVELLER = b"""--! engines = ["luajit", "lua54", "python"]
local open = {r = fs.open("in.txt"), w = fs.open("out.txt", "w"), a = fs.open("log.txt", "a")}
local function copy(n)
  for i = 1, n do assert(open.w:write(open.r:read("L")) == open.w) end
end
local steps = 0
local next_line = fs.lines("in.txt")
local line = next_line()
spawn(function()
  while line do
    recv("files/line")
    print("line " .. line)
    line = next_line()
  end
end)
print("ready")
while true do
  local _, what = recv("files/go")
  if what == "end" then break end
  steps = steps + 1
  copy(50)
  open.a:write(node.engine, " ", steps, "\\n")
  print(steps .. " " .. open.r:seek() .. " " .. open.w:seek())
end
print(#open.r:read("a"), open.r:read("l"))
open.w:write("the end\\n")
open.w:close()
print(tostring(open.w))
exit(0)
"""


async def run(host: Host, source: bytes, name: str, node: str) -> list[str]:
    """Run a program on a node to its end; return what it printed."""
    program = host.programs.add(source, name)
    row = host.scheduler.submit(NewProcess(name, program.hash, [], node))
    await host.scheduler.wait_started(row.pid, WAIT)
    await until(host, row.pid, *ENDED)
    said = [line["text"] for line in host.scheduler.logs.lines(row.pid)]
    assert host.store.process(row.pid).state == "ended", said[-1]
    return printed(host, row.pid)


async def start_nodes(host: Host, heap: str = "224K") -> None:
    """Start a node for each engine, the one on MicroPython with a heap of that size."""
    started = [await host.workers.start_cpython(host.add_node(n), [n]) for n in NODES[:3]]
    started.append(await host.workers.start_micropython(host.add_node("board"), heap))
    for worker in started:
        await host.wait_for_worker(worker, JOIN)


def test_programs_use_the_fleets_files_as_puc_lua_uses_its_own(tmp_path: Path) -> None:
    wanted = {}
    for name in ("reading", "writing", "errors"):
        (tmp_path / "puc").mkdir(exist_ok=True)
        for path in PROGRAMS.iterdir():
            (tmp_path / "puc" / path.name).write_bytes(path.read_bytes())
        out = run_lua(["as_io.lua", f"{name}.lua"], tmp_path / "puc").out
        wanted[name] = out.encode("latin-1").decode().rstrip("\n").split("\n")

    async def scenario(host: Host) -> None:
        await start_nodes(host, "2M")
        for node in NODES:
            for name, lines in wanted.items():
                source = (PROGRAMS / f"{name}.lua").read_bytes()
                got = await run(host, source, f"{name}.lua", node)
                assert "\n".join(got).split("\n") == lines, (node, name)
        assert [entry.name for entry in host.files.page("").entries if entry.kind == "file"] == []

    on_host(tmp_path / "fleet", scenario)


def test_every_verb_does_the_same_from_every_kind_of_node(tmp_path: Path) -> None:
    long = "x" * 201, "x/" * 600
    cut = "x" * 40 + "…", "x/" * 20 + "…"

    async def scenario(host: Host) -> None:
        await start_nodes(host, "2M")
        for version, node in enumerate(NODES, 1):
            said = "\n".join(await run(host, EVERY_VERB.read_bytes(), "every_verb.lua", node))
            assert said.splitlines() == [
                *("two", "\ttrue\ttrue\tfalse"),
                "e/ one two\ttwo",
                "e/ one\tone\ttwo",
                "e/\tthree two\t1",
                f"three\tcopy/three\tfile\t3\t{version}\tapplication/octet-stream\tnode:{node}",
                "true\tfolder",
                "composed\ttrue",
                "two",
                "read\tnone: No such file or directory",
                "read\td: Is a directory",
                "remove\td: Directory not empty",
                "rename\tnone: No such file or directory",
                "rename\td: 'd/e/f' lies in 'd' itself",
                "copy\tcopy: there is a folder 'd' already; choose another name",
                "mkdir\tcopy/three/x: Not a directory",
                "write\t../x: path '../x' has a '..' in it; write it without",
                f"write\t{long[0]}: a name in a path may be 200 bytes long: {cut[0]}",
                f"write\t{long[1]}: a path may be 1000 bytes long: {cut[1]}",
                "nil\td: Is a directory\t21",
                "nil\tnone: No such file or directory\t2",
                "false\tfalse",
            ], node

    on_host(tmp_path, scenario)


def test_open_files_hop_among_nodes_and_keep_the_version_they_read(tmp_path: Path) -> None:
    lines = [b"%d %s\n" % (n, b"x" * (n % 50)) for n in range(1, 2000)]
    tour = ("lua54", "board", "luajit", "python", "board", "lua54")

    async def scenario(host: Host) -> None:
        await start_nodes(host)
        host.files.write("in.txt", b"".join(lines))
        host.files.write("out.txt", b"as it was")
        program = host.programs.add(TRAVELLER, "traveller.lua")
        row = host.scheduler.submit(NewProcess("traveller", program.hash, [], "python"))
        await host.scheduler.wait_started(row.pid, WAIT)
        await until_printed(host, row.pid, 1)
        host.files.write("in.txt", b"another text\n")
        told = ["ready"]
        log = []
        for step, place in enumerate(tour, 1):
            await host.scheduler.hop(row.pid, place)
            host.scheduler.link.publish("files/go", b"on", 1)
            size = len(b"".join(lines[: 50 * step]))
            told.append(f"{step} {size} {size}")
            await until_printed(host, row.pid, len(told))
            host.scheduler.link.publish("files/line", b"", 1)
            told.append(f"line {lines[step - 1].decode().rstrip()}")
            await until_printed(host, row.pid, len(told))
            assert printed(host, row.pid) == told
            log.append(f"{'python' if place == 'board' else place} {step}")
            assert host.files.read("out.txt") == b"as it was"
        host.scheduler.link.publish("files/go", b"end", 1)
        await until(host, row.pid, *ENDED)
        rest = len(b"".join(lines[50 * len(tour) :]))
        assert printed(host, row.pid)[len(told) :] == [f"{rest}\tnil", "file (closed)"]
        copied = b"".join(lines[: 50 * len(tour)]) + b"the end\n"
        assert host.files.read("out.txt") == copied
        assert host.files.read("log.txt").decode().split("\n")[:-1] == log

    on_host(tmp_path, scenario)


WATCHER = b"""--! engines = ["luajit", "lua54", "python"]
local one = fs.watch("docs/\xc3\xbc + 100%", function(change)
  print("one", change.change, change.size, change.version)
end)
fs.watch("/docs/", function(change)
  print("docs", change.path, change.change, change.size, change.to)
  if change.to then exit(0) end
end)
print("ready")
subscribe("files/cancel", function() print(one:cancel()) end)
"""


def test_a_program_that_hops_hears_what_changes_in_the_files_it_watches(tmp_path: Path) -> None:
    tour = ("lua54", "board", "luajit", "python")
    name = "docs/ü + 100%"

    async def scenario(host: Host) -> None:
        await start_nodes(host)
        host.files.make_folder("docs")
        program = host.programs.add(WATCHER, "watcher.lua")
        row = host.scheduler.submit(NewProcess("watcher", program.hash, [], "python"))
        await host.scheduler.wait_started(row.pid, WAIT)
        wanted = ["ready"]
        host.files.write("elsewhere", b"is not heard")
        for number, place in enumerate(tour, 1):
            await until_printed(host, row.pid, len(wanted))
            await host.scheduler.hop(row.pid, place)
            host.files.write(name, b"x" * number)
            wanted.append(f"one\twritten\t{number}\t{number}")
            wanted.append(f"docs\t{name}\twritten\t{number}\tnil")
            await until_printed(host, row.pid, len(wanted))
        host.scheduler.link.publish("files/cancel", b"", 1)
        wanted.append("true")
        await until_printed(host, row.pid, len(wanted))
        host.files.rename(name, "docs/end")
        wanted.append(f"docs\tdocs/end\twritten\t{len(tour)}\tnil")
        wanted.append(f"docs\t{name}\trenamed\t{len(tour)}\tdocs/end")
        await until(host, row.pid, *ENDED)
        assert printed(host, row.pid) == wanted

    on_host(tmp_path, scenario)
