"""The peer: the very same file on bare lupa."""

import importlib
import time
from collections.abc import Sequence
from typing import Any

from moonhop.bench.local import Run
from tests.bench.programs import path_of

MODULES = {"lua54": "lupa.lua54", "luajit": "lupa.luajit21"}
# Programs print here too, but not to a terminal.
PRINT = """
printed = {}
function print(...)
  local texts = {...}
  for i = 1, select("#", ...) do texts[i] = tostring(texts[i]) end
  printed[#printed + 1] = table.concat(texts, "\\t")
end
"""


def run_bare(engine: str, name: str, args: Sequence[object]) -> Run:
    """Run a benchmark program to its end in a fresh state; `start` is compiling it."""
    lua: Any = importlib.import_module(MODULES[engine])
    runtime = lua.LuaRuntime(encoding="latin-1")
    runtime.execute(PRINT)
    source = path_of(name).read_bytes()
    begin = time.perf_counter()
    chunk = runtime.compile(source)
    start = time.perf_counter() - begin
    started = time.process_time()
    chunk(*[str(arg) for arg in args])
    ended = time.process_time()
    printed = runtime.globals()["printed"]
    return Run(start, ended - started, "\n".join(printed.values()))
