"""A program reaches nothing of its host: no object, file, library, foreign function or process."""

from pathlib import Path

from tests.language.engines import Engine
from tests.sandbox.attempts import ATTEMPTS

MANIFEST = '--! engines = ["lua54", "luajit", "python"]\n'
PART = 20  # attempts in a function: MicroPython takes no very long ones
SHOW = """local function show(n, ok, value)
  if ok and value ~= nil then print(n, tostring(value)) end
  if not ok and type(value) ~= "string" then print(n, "an error that is a " .. type(value)) end
end
"""


def check(engine: Engine, folder: Path, lines: list[str]) -> None:
    """Run a program that prints what it got hold of; fail if it is anything."""
    path = folder / "attempts.lua"
    parts = ["\n".join(lines[at : at + PART]) for at in range(0, len(lines), PART)]
    body = "".join(f"do\nlocal function part()\n{part}\nend\npart()\nend\n" for part in parts)
    path.write_text(f"{MANIFEST}{SHOW}{body}print('done')\n", encoding="utf-8")
    run = engine.run(path)
    assert run.status == 0, run.err
    found = [line for line in run.out.splitlines() if line != "done"]
    got = [f"{ATTEMPTS[int(line.split()[0])]} gives {line}" for line in found]
    assert not got, "\n".join(got)
    assert run.out.endswith("done\n")


def test_nothing_of_the_host_can_be_named_in_a_text_that_is_loaded(
    engine: Engine, tmp_path: Path
) -> None:
    lines = [
        f"show({n}, pcall(assert(load({lua_quoted('return ' + text)}))))"
        for n, text in enumerate(ATTEMPTS)
    ]
    check(engine, tmp_path, lines)


def test_nothing_of_the_host_can_be_named_in_the_program_itself(
    engine: Engine, tmp_path: Path
) -> None:
    """One at a time would be best, for a program gets the builtins that it names; a few names less
    in the text are as good: no `_G`, `_ENV` or `load`."""
    plain = [
        (n, text)
        for n, text in enumerate(ATTEMPTS)
        if not any(name in text for name in ("_G", "_ENV", "load", "require"))
    ]
    lines = [f"show({n}, pcall(function() return {text} end))" for n, text in plain]
    check(engine, tmp_path, lines)


def lua_quoted(text: str) -> str:
    """Return a text as a Lua string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
