"""What files of the fleet have beyond Lua's io, on each engine and hopping round all of them."""

from pathlib import Path

import pytest

from tests.language.engines import AGENT, ENGINES

HEAD = '--! engines = ["lua54", "luajit", "python"]\n'

TWO_WRITERS = """
local f = fs.open("out.txt", "w")
local function writer(name)
  for i = 1, 200 do f:write(name, " ", i, " ", string.rep("x", 40), "\\n") end
end
local a, b = spawn(writer, "a"), spawn(writer, "b")
a:join() b:join()
print(f:close())
local seen = {a = 0, b = 0}
for line in fs.lines("out.txt") do
  local name, number, rest = line:match("^(%a) (%d+) (x+)$")
  assert(#rest == 40 and tonumber(number) == seen[name] + 1, line)
  seen[name] = tonumber(number)
end
print(seen.a, seen.b)
"""

TWO_READERS = """
local numbers = {}
for i = 1, 2000 do numbers[i] = i end
fs.write("in.txt", table.concat(numbers, "\\n"))
local f = fs.open("in.txt")
local found = {}
local function reader()
  for line in f:lines() do found[#found + 1] = tonumber(line) end
end
local a, b = spawn(reader), spawn(reader)
a:join() b:join()
table.sort(found)
print(table.concat(found) == table.concat(numbers))
f:close()
print(pcall(f.read, f))
"""

CLOSED_WHILE_READ = """
fs.write("in.txt", string.rep("text\\n", 3000))
local f = fs.open("in.txt")
local reader = spawn(function() return pcall(function() return #f:read("a") end) end)
local late = spawn(function() return pcall(f.read, f, "a") end)
local closer = spawn(function() return f:close() end)
print(reader:join()) print(late:join()) print(closer:join()) print(tostring(f))
"""

CHANGES = """
fs.mkdir("a/b")
fs.write("a/b/one", "1") fs.write("a/two", "22") fs.append("a/b/deep/three", "333")
print(table.concat(fs.list("a"), " "), table.concat(fs.list("/a/b/"), " "))
fs.rename("a/two", "a/b/two") fs.copy("a/b", "copy") fs.copy("a/b/one", "a/b/two")
fs.remove("a/b/one")
print(table.concat(fs.list("a/b"), " "), table.concat(fs.list("copy"), " "), fs.read("a/b/two"))
local found = fs.stat("copy/deep/three")
print(found.name, found.path, found.kind, found.size, fs.stat("copy").kind)
print(pcall(fs.remove, "a/b"))
print(pcall(fs.remove, "none"))
print(pcall(fs.read, "a"))
print(pcall(fs.rename, "none", "x"))
print(pcall(fs.rename, "a/b/two", "copy"))
print(pcall(fs.rename, "a", "a/b/c"))
print(pcall(fs.copy, "copy", "a"))
print(pcall(fs.mkdir, "copy/one/x"))
print(fs.open("a"))
print(fs.open("a", "w"))
print(fs.open("a", "a"))
print(pcall(fs.open, "a", "r+"))
for i = 1, 25 do fs.write("many/" .. string.format("f%02d", i), "") end
local after, pages = "", {}
repeat
  local names, more = fs.list("many", {limit = 10, after = after})
  pages[#pages + 1] = #names .. " " .. names[1] .. " " .. names[#names]
  after = more
until not after
print(table.concat(pages, ", "), #fs.list("many"), #fs.list("many", {prefix = "f2"}))
print(pcall(fs.list, "many", {limit = 0}))
"""


WATCH = """
local function told(change)
  print(change.path, change.change, change.size, change.to)
end
local sub = fs.watch("/docs/a+b", told)
fs.watch("docs", function(change) print("docs", change.path, change.change) end)
fs.write("other", "not heard")
fs.write("docs/a+b", "one")
fs.append("docs/a+b", "two")
fs.rename("docs/a+b", "docs/c")
sleep(1)
print(sub:cancel())
fs.remove("docs/c")
sleep(1)
exit(0)
"""

ENDS = """
local f = fs.open("closed_by_the_end", "w")
f:write("all of it")
local g = fs.open("large", "w")
for i = 1, 3000 do g:write("0123456789") end
%s
"""

CLOSED_BEFORE = """
subscribe("done", function(topic, path) print(#fs.read(path)) exit(3) end)
local function write(path)
  local f <close> = fs.open(path, "w")
  for i = 1, 4000 do f:write("0123456789") end
end
write("a")
publish("done", "a")
"""

TOO_MANY = """
local open = {}
fs.write("a", "text")
while true do
  local f, message, number = fs.open("a")
  if not f then print(message, number) break end
  open[#open + 1] = f
end
for i = 1, #open do assert(open[i]:read() == "text") open[i]:close() end
print(fs.open("a"):read())
"""


def run(source: str, engines: "tuple[str, ...]", folder: Path) -> "tuple[int, list[str], str]":
    """Run a program in a folder: alone on one engine, or hopping at each rest among several."""
    path = folder / "program.lua"
    path.write_text(HEAD + source)
    got = AGENT.run(path, engines, hop_every=1 if len(engines) > 1 else None, timeout=60)
    return got.status, got.out.splitlines(), got.err


@pytest.fixture(params=[(name,) for name in ENGINES] + [ENGINES], ids="-".join)
def engines(request: pytest.FixtureRequest) -> "tuple[str, ...]":
    """Return one engine, or all that a program hops among."""
    found: tuple[str, ...] = request.param
    return found


def test_tasks_that_write_one_file_take_turns(engines: "tuple[str, ...]", tmp_path: Path) -> None:
    assert run(TWO_WRITERS, engines, tmp_path) == (0, ["true", "200\t200"], "")


def test_tasks_that_read_one_file_share_its_place(
    engines: "tuple[str, ...]", tmp_path: Path
) -> None:
    wanted = ["true", "false\tattempt to use a closed file"]
    assert run(TWO_READERS, engines, tmp_path) == (0, wanted, "")


def test_a_file_is_closed_after_what_was_asked_before(
    engines: "tuple[str, ...]", tmp_path: Path
) -> None:
    wanted = ["true\t15000", "true\t", "true", "file (closed)"]
    assert run(CLOSED_WHILE_READ, engines, tmp_path) == (0, wanted, "")


def test_files_and_folders_are_made_renamed_copied_listed_and_removed(
    engines: "tuple[str, ...]", tmp_path: Path
) -> None:
    assert run(CHANGES, engines, tmp_path) == (
        0,
        [
            "b/ two\tdeep/ one",
            "deep/ two\tdeep/ one two\t1",
            "three\tcopy/deep/three\tfile\t3\tfolder",
            "false\ta/b: Directory not empty",
            "false\tnone: No such file or directory",
            "false\ta: Is a directory",
            "false\tnone: No such file or directory",
            "false\tcopy: Is a directory",
            "false\ta/b/c: Invalid argument",
            "false\ta: File exists",
            "false\tcopy/one/x: Not a directory",
            "nil\ta: Is a directory\t21",
            "nil\ta: Is a directory\t21",
            "nil\ta: Is a directory\t21",
            "false\tbad argument #2 to 'fs.open' (invalid mode)",
            "10 f01 f10, 10 f11 f20, 5 f21 f25\t25\t6",
            "false\tbad argument #2 to 'fs.list' (limit must be a whole number from 1 on)",
        ],
        "",
    )


def test_changes_are_watched_of_a_file_and_below_a_folder(
    engines: "tuple[str, ...]", tmp_path: Path
) -> None:
    assert run(WATCH, engines, tmp_path) == (
        0,
        [
            "docs/a+b\twritten\t3\tnil",
            "docs\tdocs/a+b\twritten",
            "docs/a+b\tappended\t6\tnil",
            "docs\tdocs/a+b\tappended",
            "docs/a+b\trenamed\tnil\tdocs/c",
            "docs\tdocs/c\twritten",
            "docs\tdocs/a+b\trenamed",
            "true",
            "docs\tdocs/c\tremoved",
        ],
        "",
    )


@pytest.mark.parametrize("end", ["", "exit(4)", "spawn(function() recv('x') end) exit(4)"])
def test_a_program_that_ends_closes_its_files(
    end: str, engines: "tuple[str, ...]", tmp_path: Path
) -> None:
    assert run(ENDS % end, engines, tmp_path) == (4 if end else 0, [], "")
    assert (tmp_path / "closed_by_the_end").read_text() == "all of it"
    assert (tmp_path / "large").read_text() == "0123456789" * 3000
    assert not (tmp_path / ".moonhop").exists()


def test_a_program_that_fails_leaves_no_half_of_a_file(
    engines: "tuple[str, ...]", tmp_path: Path
) -> None:
    assert run(ENDS % "error('no more')", engines, tmp_path)[0] == 1
    assert not (tmp_path / "closed_by_the_end").exists()
    assert not (tmp_path / "large").exists()


def test_what_is_published_after_a_scope_comes_after_the_close_of_its_file(
    engines: "tuple[str, ...]", tmp_path: Path
) -> None:
    assert run(CLOSED_BEFORE, engines, tmp_path) == (3, ["40000"], "")


@pytest.mark.parametrize("engine", ENGINES)
def test_too_many_open_files_are_refused_in_words(engine: str, tmp_path: Path) -> None:
    assert run(TOO_MANY, (engine,), tmp_path) == (0, ["Too many open files\t24", "text"], "")
