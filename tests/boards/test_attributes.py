"""Attributes of a board's classes have short names, but for those that others mention."""

import ast
from pathlib import Path

import pytest

from moonhop.bench.board import Board
from moonhop.boards.deploy import board_sources, module_name
from moonhop.boards.slim import Slimmer
from moonhop.programs.linking import beside, link
from moonhop_core.process.octets import from_bytes
from moonhop_core.process.program import Program
from tests.language.programs import all_programs

MODULES = {
    "moonhop_core.one": """
import sys
from moonhop_core import two
class Counter:
    stride = 1
    def __init__(self, start):
        self.count_of = start
        self.text = "strides"
    def do_add(self, more):
        self.count_of += more * self.stride
        return self
    def total(self):
        return self.count_of
    def write(self, data):
        return len(data)
    def wired(self):
        return getattr(self, "do_" + "add")(two.total).total() + self.write("abc")
result = Counter(2).wired()
""",
    "moonhop_core.two": "total = 40\n",
}


def test_attributes_get_short_names_and_do_the_same() -> None:
    text = Slimmer(MODULES).text("moonhop_core.one")
    assert "count_of" not in text
    assert "stride =" not in text
    assert "def do_add" in text  # looked up by a name put together
    assert "def write" in text  # Python's own objects have it, too
    assert "two.total" in text  # a name of a module
    found: dict[str, object] = {"two": type("Two", (), {"total": 40})}
    exec(text.replace("from moonhop_core import two\n", ""), found)
    assert found["result"] == 2 + 40 + 3


@pytest.mark.parametrize("path", all_programs(), ids=lambda path: path.stem)
def test_what_emitted_programs_mention_keeps_its_name(path: Path, short: set[str]) -> None:
    source = link(from_bytes(path.read_bytes()), path.name, beside(path.parent))
    tree = ast.parse(Program.from_source(source, path.name).form("python"))
    mentioned = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not mentioned & short


@pytest.fixture(scope="module")
def short() -> set[str]:
    """The attributes of a board's modules that get other names."""
    sources = {module_name(place): source.read_text() for source, place in board_sources()}
    return set(Slimmer(sources).attributes)


FAULTS = [
    ("true", "boolean"),
    ("nil", "nil"),
    ("1", "number"),
    ("'x'", "string"),
    ("{}", "table"),
    ("coroutine.create(print)", "thread"),
]


def test_a_board_names_the_type_of_what_cannot_be_called() -> None:
    calls = "\n".join(
        f"do local x = {value} print(pcall(function() return 1 + x(1) end)) end"
        for value, _ in FAULTS
    )
    with Board(files="heap") as board:
        output = board.run(Program.from_source(calls, "p.lua"), []).output
    assert output.split("\n") == [
        f"false\tp.lua:{line}: attempt to call a {kind} value (upvalue 'x')"
        for line, (_, kind) in enumerate(FAULTS, 1)
    ]
