"""Modules joined into one do the same, under whichever name they are imported."""

import ast
import sys
from pathlib import Path
from typing import Any

from moonhop.boards.free_names import with_free_names
from moonhop.boards.join import Joiner
from moonhop.boards.slim import slim_program
from moonhop.programs.store import compile_mpy
from moonhop_core.process.program import Program
from tests.micropython import run_micropython

MODULES = {
    "low": """
import math
_count = 0
def size(obj):
    global _count
    _count += 1
    return len(obj)
def len_(obj):
    return _count
def math_of(x):
    return math.floor(x)
""",
    "middle": """
import low
from low import size as measure
import low as whole
_count = 10
len = measure
class Box:
    size = 7
    def __init__(self, size):
        self.size = size
        self.items = [measure for measure in range(size)]
    def measure(self):
        return measure(self.items) + _count
""",
    "late": """
def add(a, b=1):
    from middle import Box
    return Box(a).measure() + b
""",
    "outside": """
from low import len_
from late import add
from middle import Box, measure
import sys
found = (add(3), Box.size, measure("ab"), len_(0), sys.maxsize > 0)
""",
}


def test_joined_modules_do_the_same(tmp_path: Path) -> None:
    modules = {name: text.replace("import low\n", "") for name, text in MODULES.items()}
    modules["middle"] = modules["middle"].replace("import low as whole\n", "")
    joiner = Joiner({n: ast.parse(t) for n, t in modules.items()}, ["low", "middle", "late"], "one")
    texts = {"outside": joiner.importer("outside"), "one": joiner.joined()}
    for name, tree in texts.items():
        (tmp_path / f"{name}.py").write_text(ast.unparse(ast.fix_missing_locations(tree)))
    for name, text in joiner.shims().items():
        (tmp_path / f"{name}.py").write_text(text)
    program = """
import outside
from middle import Box
import low
print(outside.found, Box(2).measure(), low.math_of(2.5))
"""
    result = run_micropython(program, path=[tmp_path])
    assert result.stdout + result.stderr == "(14, 7, 2, 2, True) 12 2\n"
    assert "outside" not in sys.modules


def test_short_names_become_ones_that_the_firmware_has() -> None:
    modules = {
        "one": "import math\n_0 = 7\ndef _1(a0):\n    return math.acos(1) + a0._2 + _0\n",
        "two": "class _3:\n    _2 = 1\nasin = _3\n",
    }
    texts = with_free_names(modules)
    assert not [text for text in texts.values() if "_2" in text or "_3" in text]
    assert "acos = 7" not in texts["one"]  # the name is used for something else
    found: dict[str, Any] = {}
    exec(texts["one"] + texts["two"], found)
    function = next(f for f in found.values() if getattr(f, "__code__", None))
    assert function(found["asin"]) == 8


def test_a_slimmed_program_names_what_is_at_fault(tmp_path: Path) -> None:
    source = "local t = {}\nprint(pcall(function() return t.a.b end))\nprint(#arg.x)"
    text = slim_program(Program.from_source(source, "p.lua").form("python"))
    assert "import *" not in text
    (tmp_path / "emitted.mpy").write_bytes(compile_mpy(text, "<lua 0>"))
    program = """
import emitted
from moonhop_core.lua.machine import Machine
machine = Machine()
machine.load_unit(emitted)
print(machine.resume(machine.spawn(machine.main()))[1])
"""
    result = run_micropython(program, path=[tmp_path])
    assert result.stderr == ""
    assert result.stdout == (
        "false\tp.lua:2: attempt to index a nil value (field 'a')\n"
        "p.lua:3: attempt to index a nil value (global 'arg')\n"
    )
