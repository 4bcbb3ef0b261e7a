"""Functions of a thousand lines: as plain functions, in loops, suspending, with all that they hold.

MicroPython's jumps reach 16 kB of bytecode, so such functions are emitted in sections.
"""

from hashlib import sha256
from pathlib import Path

import pytest

from moonhop_core.process.program import Program
from tests.language.engines import AGENT, ENGINES, Engine
from tests.language.programs import puc_lua_with_shim
from tests.micropython import run_micropython

HEAD = '--! engines = ["lua54", "luajit", "python"]\n'
STEP = """  if t.x{a} ~= nil and k ~= {n} then sum = sum + t.x{a} % 1000 + {n}
  elseif k == {n} then sum = sum - t.f(k, {n}) log[#log + 1] = "at " .. k
  else t.x{a} = sum + {n} end
"""
LOOP = """  for i{n} = 1, 3 do
    if i{n} == k then break end
    sum = sum + i{n} local held = sum fs[#fs + 1] = function() held = held + 1 return held, k end
  end
"""
RUN = """
local function run(big, k, ...)
  local t, log, fs = {f = function(a, b) return a * b end}, {}, {}
  local results = table.pack(pcall(big, t, k, log, fs, ...))
  local held = 0
  for i = 1, #fs do held = held + fs[i]() + fs[i]() end
  print(k, table.concat(log, ","), #fs, held, table.unpack(results, 1, results.n))
end
run(big, 3, "a", nil, "c")
run(big, 2)
run(big, 171, 1)
"""


def steps(count: int, pause: str = "") -> str:
    """Return statements that keep some forty fields, one local and many closures busy."""
    out = []
    for n in range(count):
        out.append(STEP.format(a=n % 40, n=n))
        if n % 20 == 7:
            out.append(LOOP.format(n=n))
        if pause and n % 25 == 11:
            out.append(pause.replace("N", str(n)))
    return "".join(out)


def function(body: str, last: str = "  return sum, k, select('#', ...), ...\n") -> str:
    """Return a program that defines `big` and runs it."""
    return f"{HEAD}local function big(t, k, log, fs, ...)\n  local sum = 0\n{body}{last}end\n{RUN}"


PAUSE = "  do local before = sum sleep(0.1) sum = sum + (before - sum) + N end\n"
CLOSE = """  local guard{0} <close> = setmetatable({{}}, {{__close = function()
    log[#log + 1] = "{0}"
  end}})
"""
CASES = {
    "straight": function(steps(300)),
    "in a loop": function(f"  for round = 1, 2 do\n{steps(250)}  end\n"),
    "in nested loops": function(
        f"  local n = 0 while true do n = n + 1 repeat\n{steps(200)}"
        f"  if n > 1 then goto out end\n{steps(100)}  until n > 0 end\n  ::out::\n"
    ),
    "with a long list of elseif": function(
        "  for i = 1, 450 do if i == 0 then sum = 1\n"
        + "".join(
            f"  elseif i == {n} then sum = sum + t.f(i, {n}) t.y = {{sum, i}} log[1] = t.y[1]\n"
            for n in range(1, 400)
        )
        + "  else sum = sum + 1 end end\n"
    ),
    "with one long statement in a branch": function(
        "  if k then t.y = {\n" + "".join(f"t.f(k, {n}), k + {n},\n" for n in range(40)) + "  }\n"
        f"{steps(200)} end sum = sum + #t.y\n"
    ),
    "with tail calls of itself and of others": function(
        "  if k > 4 then return t.again(t, k - 1, log, fs, ...) end\n"
        f"{steps(250)}  if sum > 90 and k > 1 then return big(t, k - 1, log, fs, ...) end\n"
    ).replace("{f = ", "{again = function(...) return big(...) end, f = "),
    "suspending": function(steps(300, PAUSE)),
    "suspending in a loop": function(f"  for round = 1, 2 do\n{steps(250, PAUSE)}  end\n"),
    "suspending around a large loop that does not": function(
        f"  sleep(0.1) for round = 1, 2 do\n{steps(250)}  end sleep(0.1)\n"
    ),
    "suspending in a coroutine": (
        function(
            "  local co = coroutine.wrap(function(...)\n"
            + steps(200, "  sum = sum + coroutine.yield(N, sum)\n")
            + "  return 'end', select('#', ...) end)\n"
            + "  local a, b = co(...) while a ~= 'end' do sleep(0.1) a, b = co(b or 0) end\n"
        )
    ),
    "with variables to close": function(
        "".join(steps(60) + CLOSE.format(n) for n in range(5)),
        "  if k == 2 then error('two') end\n  return sum\n",
    ),
    "with an error at its end": function(steps(250), "  return sum + log.missing.field\n"),
    "with an error at its end, suspending": function(steps(250, PAUSE), "  error('level 2', 2)\n"),
}

EMIT = """
import sys
from binascii import hexlify
from hashlib import sha256
from moonhop_core.process.program import Program
for path in sys.argv[1:]:
    with open(path) as file:
        form = Program.from_source(file.read(), path.split("/")[-1]).form("python")
    print(hexlify(sha256(form.encode()).digest()).decode())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("large")


def program(folder: Path, name: str) -> Path:
    path = folder / f"{name.replace(' ', '_')}.lua"
    path.write_text(CASES[name])
    return path


@pytest.mark.parametrize("name", CASES)
def test_a_large_function_does_what_it_does_in_puc_lua(
    name: str, folder: Path, engine: Engine
) -> None:
    path = program(folder, name)
    wanted = puc_lua_with_shim(path)
    assert wanted.status == 0
    got = engine.run(path)
    assert got.out.splitlines() == wanted.out.splitlines(), got.err[-500:]
    assert got.status == 0


def test_large_functions_are_emitted_alike_on_micropython(folder: Path) -> None:
    names = ("in nested loops", "suspending in a loop", "with variables to close")
    paths = [program(folder, name) for name in names]
    there = run_micropython(EMIT, argv=[str(path) for path in paths], heap="64M", timeout=110)
    here = [Program.from_source(path.read_text(), path.name).form("python") for path in paths]
    assert there.stdout.split() == [sha256(form.encode()).hexdigest() for form in here], (
        there.stderr
    )


@pytest.mark.parametrize("name", ["suspending in a loop", "suspending in a coroutine"])
def test_a_large_function_hops_among_all_engines(name: str, folder: Path) -> None:
    path = program(folder, name)
    got = AGENT.run(path, ENGINES, hop_every=5, timeout=60)
    assert got.out.splitlines() == puc_lua_with_shim(path).out.splitlines(), got.err[-500:]
