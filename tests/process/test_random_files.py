"""Random uses of files print what PUC Lua's io prints, on any engine and with hops at random."""

import random
import shutil
from pathlib import Path

import pytest

from tests.language.engines import AGENT, ENGINES
from tests.language.programs import run_lua
from tests.process.test_open_files import PROGRAMS

HEAD = """--! engines = ["lua54", "luajit", "python"]
local function show(...)
  local found = table.pack(...)
  for i = 1, found.n do
    local value = found[i]
    if type(value) == "string" then
      local sum = 0
      for j = 1, #value do sum = (sum * 31 + value:byte(j)) % 1000003 end
      found[i] = #value .. ":" .. sum
    else
      found[i] = tostring(value)
    end
  end
  print(table.concat(found, " ", 1, found.n))
end
local files = {}
"""
NAMES = ("a", "b", "c")
FORMATS = ('"l"', '"L"', '"a"', '"n"', "0", "1", "7", "300", "5000", '"*l"')


def some_text(chance: random.Random) -> str:
    """Return a Lua expression for a text: numbers, lines, bytes, long ones."""
    kind = chance.randrange(5)
    if kind == 0:
        return f'"{chance.randrange(10**6)} "'
    if kind == 1:
        return f'"line {chance.randrange(100)}\\n"'
    if kind == 2:
        return f"string.char({', '.join(str(chance.randrange(256)) for _ in range(9))})"
    if kind == 3:
        return f'string.rep("{chance.choice("xyz")}", {chance.randrange(12000)})'
    return (
        f'string.rep("{chance.choice(("ab", "1 ", "-0x1F ", " "))}\\n", {chance.randrange(1500)})'
    )


def program(chance: random.Random) -> str:
    """Return a program that opens, reads, writes, seeks in, closes and forgets a few files."""
    lines = [HEAD]
    lines += [f'fs.write("{name}", {some_text(chance)} .. {some_text(chance)})' for name in NAMES]
    modes: dict[str, str] = {}
    written = set[str]()
    for _ in range(40):
        name = chance.choice(NAMES)
        mode = modes.get(name)
        if mode is None:
            mode = modes[name] = chance.choice("rrrwa")
            lines.append(f'files.{name} = fs.open("{name}", "{mode}")')
        elif chance.randrange(8) == 0:
            del modes[name]
            lines.append(f"show(files.{name}:close())")
            lines.append(f'show(fs.read("{name}"))')
        elif mode == "r":
            lines.append(reading(chance, name))
        else:
            written.add(name)
            count = chance.randrange(1, 4)
            texts = ", ".join(some_text(chance) for _ in range(count))
            lines.append(f"assert(files.{name}:write({texts}) == files.{name})")
            if mode == "w" and chance.randrange(3) == 0:
                lines.append(f'show(files.{name}:seek("{chance.choice(("cur", "end"))}"))')
    for name in NAMES:
        if name in modes:
            lines.append(f"show(files.{name}:close())")
        lines.append(f'show(fs.read("{name}"))')
    return "\n".join(lines) + "\n"


def reading(chance: random.Random, name: str) -> str:
    """Return a statement that reads or goes elsewhere in a file."""
    kind = chance.randrange(6)
    formats = ", ".join(chance.choice(FORMATS) for _ in range(chance.randrange(1, 4)))
    if kind == 0:
        whence = chance.choice(("set", "cur", "end"))
        low, high = {"set": (-1, 9000), "cur": (-400, 400), "end": (-5000, 9)}[whence]
        return f'show(files.{name}:seek("{whence}", {chance.randint(low, high)}))'
    if kind == 1:
        stop = chance.randrange(1, 9)
        body = f"n = n + 1 show(x, y) if n == {stop} then break end"
        formats = formats.replace('"a"', '"l"').replace("0", "2")
        return f"do local n = 0 for x, y in files.{name}:lines({formats}) do {body} end end"
    if kind == 2:
        return f"show(files.{name}:seek())"
    return f"show(files.{name}:read({formats}))"


@pytest.mark.parametrize("seed", range(24))
def test_random_uses_of_files_are_those_of_puc_lua(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    source = program(chance)
    for folder in ("puc", "ours"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "program.lua").write_text(source)
    shutil.copy(PROGRAMS / "as_io.lua", tmp_path / "puc")
    wanted = run_lua(["as_io.lua", "program.lua"], tmp_path / "puc")
    assert wanted.status == 0, wanted.err
    engines = [chance.choice(ENGINES) for _ in range(chance.choice((1, 3, 5)))]
    hop_every = chance.randrange(1, 6) if len(engines) > 1 else None
    got = AGENT.run(tmp_path / "ours" / "program.lua", engines, hop_every=hop_every, timeout=60)
    assert got.out.splitlines() == wanted.out.splitlines(), (engines, hop_every, got.err[-500:])
    assert got.status == 0
