"""Functions that a manifest names run as machine code on MicroPython, and do what they did."""

import re
from pathlib import Path

import pytest

from moonhop.programs.linking import beside, link
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.native import called
from moonhop_core.process.octets import from_bytes
from moonhop_core.process.program import Program
from tests.language.engines import AGENT
from tests.language.programs import Run, all_programs, expected

# Machine code has neither lines nor what `ABOUT` knows of them: places are those of functions, and
# messages name no variable and count no `self`.
VARIABLE = re.compile(r" \((?:local|global|field|upvalue|method|constant|for iterator) '[^']*'\)")
LINE = re.compile(r"(\.lua):\d+")
ARGUMENT = re.compile(r"bad argument #\d|calling '\w+' on bad self")
PROGRAMS = [path for path in all_programs() if path.stem != "traceback"]  # it prints its lines


def without_places(run: Run) -> tuple[int, str, str]:
    """Return what a run printed, as far as machine code knows it."""

    def known(text: str) -> str:
        return ARGUMENT.sub("bad", LINE.sub(r"\1", VARIABLE.sub("", text)))

    return run.status, known(run.out), known(run.err)


def with_all_native(path: Path) -> bytes:
    """Return a program whose manifest names all its functions."""
    source = from_bytes(path.read_bytes())
    lowered = Program.from_source(link(source, path.name, beside(path.parent)), path.name).lowered
    # the manifest is one line more, where it shifts those by which functions without a name are
    names = {moved(called(lowered, proto), path.name) for proto in lowered.protos}
    manifest = "--! native = [" + ", ".join(f'"{name}"' for name in sorted(names)) + "]\n"
    return (manifest + source.removeprefix("#!")).encode("latin-1")


def moved(name: str, file: str) -> str:
    """Return the name of a function that stands a line further down in its file."""
    place, _, line = name.partition(":")
    return f"{place}:{int(line) + 1}" if place == file and line.isdigit() else name


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_program_prints_the_same_with_all_functions_as_machine_code(
    path: Path, tmp_path: Path
) -> None:
    for each in path.parent.iterdir():  # its modules
        (tmp_path / each.name).symlink_to(each)
    here = tmp_path / path.name
    here.unlink()
    here.write_bytes(with_all_native(path))
    done = AGENT.run(here, ["micropython"], timeout=60)
    assert without_places(done) == without_places(expected(path))


FAULTY = """--! engines = ["python"]
--! native = ["inner", "faulty.lua:9"]
local function inner(a)
  local t = {}
  return a + t
end
local function outer(a) return inner(a) + 1 end
print(pcall(outer, 1))
print(pcall(function() local x error("told") end))
outer(2)
"""


def test_error_in_machine_code_is_told_at_the_line_where_its_function_begins(
    tmp_path: Path,
) -> None:
    path = tmp_path / "faulty.lua"
    path.write_text(FAULTY)
    done = AGENT.run(path, ["micropython"])
    assert done.status == 1
    assert done.out.splitlines() == [
        "false\tfaulty.lua:3: attempt to perform arithmetic on a table value",
        "false\tfaulty.lua:9: told",
    ]
    assert done.err.splitlines()[2:] == [
        "\tfaulty.lua:3: in function 'inner'",
        "\tfaulty.lua:7: in function 'outer'",
        "\tfaulty.lua:10: in main chunk",
    ]


@pytest.mark.parametrize("engine", ["python", "lua54", "luajit"])
def test_other_engines_run_a_program_with_native_functions_as_ever(
    tmp_path: Path, engine: str
) -> None:
    path = tmp_path / "faulty.lua"
    path.write_text(FAULTY.replace('["python"]', f'["{engine}"]'))
    out = AGENT.run(path, [engine]).out
    assert "faulty.lua:5: attempt to perform arithmetic on a table value (local 't')" in out


def test_name_of_no_function_is_refused_with_those_that_there_are() -> None:
    source = '--! native = ["inner", "p.lua:7"]\nlocal function inner() end\nfunction g() end\n'
    with pytest.raises(
        MoonhopError,
        match=r"^p\.lua: native: there is no function 'p\.lua:7'; there are g, inner, main chunk$",
    ):
        _ = Program.from_source(source, "p.lua").lowered
