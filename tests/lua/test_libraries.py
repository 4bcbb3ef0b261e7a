"""Only what a program names is made, and programs cannot tell."""

import pytest

from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.uses import uses
from moonhop_core.process.program import Program
from moonhop_core.process.python_engine import PythonEngine


class Host:
    """Keeps what a program prints."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def constants(self) -> dict[str, object]:
        return {"node.id": "here", "node.tags": ["a", "b"], "process.id": "1"}

    def op(self, name: str, args: list[str]) -> list[object]:
        assert name == "print"
        self.lines.append("\t".join(args))
        return []


def engine_of(source: str) -> PythonEngine:
    return PythonEngine(Program.from_source(source, "p.lua"), Host())


def output(engine: PythonEngine) -> list[str]:
    engine.spawn(1, None, [])
    assert engine.resume(1, []) == ("done", [])
    lines: list[str] = engine.host.lines
    return lines


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("print(string.rep('x', 2))", ["print", "string.rep"]),
        ("local s = string", ["string"]),
        ("local n = x:rep(2) + x.len", ["string.len", "string.rep", "x", "x.len"]),
        ("local a = ('x')[b]", ["b", "string"]),
        ("getmetatable('').__index.f = 1", ["getmetatable", "string"]),
        ("local function f() return math.pi end", ["math.pi"]),
        ("local a = _G", None),
        ("local a = _ENV.b", None),
    ],
)
def test_uses(source: str, found: list[str] | None) -> None:
    assert uses(compile_lua(source, "p.lua")) == found


def test_only_what_is_named_is_made() -> None:
    engine = engine_of("print(('%d'):format(3), math.pi > 3, node.id, #node.tags)")
    assert output(engine) == ["3\ttrue\there\t2"]
    made = set(engine.machine.builtins) - {"_G", "node", "math", "string"}
    assert made == {"print", "string.format", "node.tags"}


def test_whoever_looks_finds_everything() -> None:
    count = "local n = 0 for k in pairs(%s) do n = n + 1 end print(n)"
    assert output(engine_of(count % "string")) == ["17"]
    assert output(engine_of(count % "table")) == ["7"]
    assert output(engine_of(count % "_G['math']")) == ["27"]
    assert output(engine_of("print(type(_G.spawn), type(_G.timer))")) == ["function\tnil"]


def test_what_load_compiles_has_its_builtins() -> None:
    source = "print(load('return string.rep(\"x\", 3)')(), load('return os.time() > 0')())"
    assert output(engine_of(source)) == ["xxx\ttrue"]


def test_an_image_brings_what_it_mentions_and_takes_away_what_was_taken() -> None:
    source = """
local f = string.rep
string.rep = nil
string.len = function() return 'mine' end
t = setmetatable({}, {__index = table})
"""
    first = engine_of(source)
    output(first)
    records: list[list[object]] = []
    first.write_image(records.append)
    assert [record[1] for record in records if record[0] == "d"] == ["_G", "string"]
    second = engine_of(source)
    for record in records:
        second.read_record(record)
    second.finish_restore()
    strings = second.machine.globals.h["string"].h
    assert "rep" not in strings
    assert strings["len"].c1("x") == "mine"
    again: list[list[object]] = []
    second.write_image(again.append)
    assert sorted(map(repr, again)) == sorted(map(repr, records))
