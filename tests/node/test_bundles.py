"""A board whose executable memory is full before its budget is takes bytecode from then on."""

from pathlib import Path

from moonhop.files.store import FileStore
from moonhop.programs.store import ProgramStore
from moonhop_core.node.bundles import ARCHITECTURES
from tests.micropython import run_micropython

PROGRAM = b'--! native = ["f"]\nlocal function f(n) return n + 1 end\nprint(f(1))\n'
X64 = 6 | 3 << 8 | ARCHITECTURES.index("x64") << 10  # sys.implementation._mpy of the tests
# The host is two files here, and executable memory is full as soon as something is to go there:
# this MicroPython never lacks it.
BOARD = """
import asyncio, sys
from moonhop_core.node import bundles

class Answer:
    ok = True

class Host:
    asked = []
    async def request(self, method, path, limit, sink):
        self.asked.append(path.split("&")[1])
        with open("native" if not path.endswith(("=0", "=-1")) else "bytecode", "rb") as file:
            sink(file.read())
        return Answer()

load = bundles.load_mpy
def full(pieces):
    if pieces[0][2] >> 2:
        raise MemoryError("memory allocation failed")
    return load(pieces)
bundles.load_mpy = full

async def main():
    got = bundles.Bundles(Host(), None, None, 50000)
    for turn in range(2):
        program = await got.get("0" * 64, "python", "p", {"native": ["f"]})
        print(program.python().NAME, got.native)
    print(Host.asked)

asyncio.run(main())
"""


def test_program_is_bytecode_where_there_is_no_memory_for_its_machine_code(tmp_path: Path) -> None:
    with FileStore(tmp_path / "files") as files:
        programs = ProgramStore(files)
        hash = programs.add(PROGRAM, "p.lua").hash
        (tmp_path / "native").write_bytes(programs.form(hash, "mpy", X64, 50000))
        (tmp_path / "bytecode").write_bytes(programs.form(hash, "mpy", X64))
    script = f"import os\nos.chdir({str(tmp_path)!r})\n{BOARD}"
    done = run_micropython(script)
    assert done.stdout.splitlines() == [
        "p.lua -1",
        "p.lua -1",
        "['native=50000', 'native=-1', 'native=-1']",
    ], done
