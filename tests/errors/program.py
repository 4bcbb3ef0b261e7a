"""Programs that try many faulty snippets and print what `pcall` says of each."""

import re
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from lupa.lua54 import LuaRuntime

from tests.errors import flow, library_calls, operations
from tests.language.engines import AGENT
from tests.language.programs import run_lua

A_PROGRAM = 60  # snippets

HEAD = """--! engines = ["lua54", "luajit", "python"]
K, N, CO, T, G1 = "k", 3, coroutine.create(print), {}, nil
NAMED = setmetatable({}, {__name = "My.Type"})
BADTOSTRING = setmetatable({}, {__tostring = function() return {} end})
OBJ = {get = function(self, x) return x end}
function ID(x) return x end
function ID2(t) return t.x end
function LESS(a, b) return a < b end
function RETHROW(ok, m) if not ok then error(m, 0) end end
local function said(m) return type(m) == "string" and m or type(m) end
function SHOW(ok, m) error(tostring(ok) .. " " .. said(m), 0) end
function SHORT(ok, m) error(said(m):match("C? ?stack overflow") or said(m), 0) end
"""
TRY = """local function try(n, f)
  local ok, m = pcall(f)
  m = ok and "ok" or said(m)
  print("#" .. n .. " " .. m)
end
"""


def snippets() -> "dict[str, list[str]]":
    """Return all snippets, by the part of the language that they are about."""
    return {
        "operations": unique(operations.local_operands()),
        "names": unique(operations.placed_operands()),
        "arguments": unique(library_calls.arguments()),
        "aliases": unique(library_calls.by_other_names()),
        "library": unique(library_calls.SPECIAL),
        "flow": unique(flow.SNIPPETS),
        "lines": unique(flow.LINES),
    }


def unique(texts: Iterable[str]) -> list[str]:
    """Return each text once, in order."""
    return list(dict.fromkeys(texts))


def program(texts: Sequence[str], suspends: bool) -> str:
    """Return the program that tries snippets; `suspends`: in functions that can, and so are state
    machines over frames of their own."""
    lines = [HEAD, TRY]
    for at, text in enumerate(texts):
        before = "if GNIL then coroutine.yield() end " if suspends else ""
        parameter = "..." if "..." in text else ""
        lines.append(f"try({at}, function({parameter}) {before}{text} end)")
    return "\n".join(lines) + "\n"


def outcomes(texts: Sequence[str], suspends: bool, engine: str) -> list[str]:
    """Return what an engine says of each snippet, or PUC Lua: "lua5.4" or "lupa"."""
    found: list[str] = []
    for at in range(0, len(texts), A_PROGRAM):
        some = texts[at : at + A_PROGRAM]
        out = printed(program(some, suspends), engine)
        found += [one.rstrip("\n") for one in re.split(r"^#\d+ ", out, flags=re.MULTILINE)[1:]]
        assert len(found) == at + len(some), found[-1]
    return found


def printed(text: str, engine: str) -> str:
    """Run a program and return what it prints."""
    if engine == "lupa":
        return printed_in_lupa(text)
    with tempfile.TemporaryDirectory(prefix="moonhop-errors-") as folder:
        path = Path(folder, "t.lua")
        path.write_text(text, encoding="latin-1")
        if engine == "lua5.4":
            run = run_lua([path.name], path.parent, LC_ALL="C", TZ="UTC")
        else:
            run = AGENT.run(path, [engine], timeout=60)
    assert run.status == 0, run.err
    return run.out


def differing(texts: Sequence[str], suspends: bool, engine: str) -> dict[str, tuple[str, str]]:
    """Return the snippets of which an engine says something else than PUC Lua: what each says."""
    wanted = wanted_outcomes(tuple(texts), suspends, "lua5.4")
    later = wanted_outcomes(tuple(texts), suspends, "lupa")
    found = outcomes(texts, suspends, engine)
    return {
        text: (want, got)
        for text, want, other, got in zip(texts, wanted, later, found, strict=True)
        if got not in (want, other)
    }


@cache
def wanted_outcomes(texts: tuple[str, ...], suspends: bool, reference: str) -> list[str]:
    """Return what PUC Lua says of each snippet."""
    return outcomes(texts, suspends, reference)


def printed_in_lupa(text: str) -> str:
    """Run a program in the PUC Lua that lupa brings along; return what it prints. Its release may
    be another one than that of the command: some words and lines have changed from 5.4.4 on."""
    run = LuaRuntime(encoding="latin-1").eval(COLLECTING)
    return str(run(text))


COLLECTING = """function(text)
  local lines = {}
  function print(...) lines[#lines + 1] = table.concat({...}, "\\t") end
  assert(load(text, "@t.lua"))()
  return table.concat(lines, "\\n")
end"""
