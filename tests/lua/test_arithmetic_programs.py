"""Random programs of arithmetic give on engine python what they give on PUC Lua 5.4."""

import json
import re
from pathlib import Path

import lupa.lua54
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.emit_python import emit_python
from tests.lua import emitted_programs
from tests.lua.arithmetic_programs import write
from tests.micropython import run_micropython


def on_lua(source: str) -> str:
    """Run a program on PUC Lua 5.4; return what it printed."""
    printed: list[str] = []
    lua = lupa.lua54.LuaRuntime()
    lua.globals().print = lua.eval(
        """function(put) return function(...)
          local texts = table.pack(...)
          for i = 1, texts.n do texts[i] = tostring(texts[i]) end
          put(table.concat(texts, "\\t"))
        end end"""
    )(printed.append)
    lua.eval("function(text) assert(load(text, '=test.lua'))() end")(source)
    return "\n".join(printed)


def emitted(source: str) -> str:
    """Compile a program for engine python."""
    return emit_python(compile_lua(source, "test.lua"))


def plain(printed: str) -> str:
    """Leave out the sign of NaN, and which of a line's errors came first."""
    return re.sub(r"(test\.lua:\d+:)[^\n]*", r"\1 an error", printed.replace("-nan", "nan"))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_random_arithmetic_gives_what_puc_lua_gives(seed: int) -> None:
    source = write(seed)
    assert plain(emitted_programs.run(emitted(source))) == plain(on_lua(source)), source


@pytest.mark.parametrize("first", [0, 50])
def test_random_arithmetic_gives_the_same_on_micropython(first: int, tmp_path: Path) -> None:
    sources = [write(seed) for seed in range(first, first + 50)]
    file = tmp_path / "programs.json"
    file.write_text(json.dumps([emitted(source) for source in sources]))
    done = run_micropython(Path(emitted_programs.__file__), argv=[str(file)], heap="16M")
    assert done.returncode == 0, done.stderr
    for source, printed in zip(sources, json.loads(done.stdout), strict=True):
        assert plain(printed) == plain(on_lua(source)), source
