"""`moonhop exec` isolates as well."""

import io
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moonhop.execute import exec_program
from tests.isolation.system import alive, children
from tests.waiting import wait_for

SPIN = '--! engines = ["luajit"]\n--! slice = 0.2\nprint("begun")\nwhile true do end'
MOONHOP = [sys.executable, "-m", "moonhop", "exec"]


def run(source: str, *engines: str, hop_every: int | None = None) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = exec_program(source, engines, hop_every, (), True, out, err)
    return status, out.getvalue(), err.getvalue()


def test_spinning_loop_on_luajit_ends_by_its_slice() -> None:
    begun = time.monotonic()
    status, out, err = run(SPIN, "luajit")
    assert (status, out) == (1, "begun\n")
    assert "slice of 0.2 s is over" in err
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("engine", ["lua54", "python"])
def test_endless_pattern_match_ends_by_its_slice(engine: str) -> None:
    source = (
        f'--! engines = ["{engine}"]\n--! isolation = "own"\n--! slice = 0.2\n'
        'print(pcall(string.match, ("a"):rep(30000), (".-"):rep(8) .. "b"))'
    )
    status, out, err = run(source, engine)
    assert status == 1
    assert out == "" or "slice" in out
    assert "slice" in err


@pytest.mark.parametrize("engines", [("lua54",), ("luajit",), ("lua54", "luajit", "micropython")])
def test_isolated_program_prints_the_same_as_any_other(engines: tuple[str, ...]) -> None:
    source = """--! engines = ["lua54", "luajit", "python"]
    --! isolation = "ISOLATION"
    local log = {}
    subscribe("a/+", function(topic, payload) log[#log + 1] = topic .. payload end)
    local t = spawn(function(n) for i = 1, n do publish("a/b", "\\200" .. i) sleep(1) end end, 5)
    every(0.7, function() log[#log + 1] = "tick" end)
    t:join()
    print(now(), #log, table.concat(log, " "))
    exit(7)
    """
    hop_every = 3 if len(engines) > 1 else None
    found = [
        run(source.replace("ISOLATION", each), *engines, hop_every=hop_every)
        for each in ("none", "own")
    ]
    assert found[0] == found[1]
    assert found[0][0] == 7
    assert found[0][1].count("tick") > 5


def test_program_that_waits_for_what_cannot_come_says_for_what() -> None:
    assert "a message on 'never'" in run('--! engines = ["luajit"]\nrecv("never")', "luajit")[2]


def test_error_of_the_compiler_and_of_the_program_read_as_without_isolation() -> None:
    for code in ("x = = 1", "local t\nprint(t.x)"):
        for engine in ("lua54", "luajit"):
            text = f'--! engines = ["{engine}"]\n--! isolation = "%s"\n{code}'
            assert run(text % "own", engine) == run(text % "none", engine)


def test_control_c_ends_exec_and_its_children(tmp_path: Path) -> None:
    program = tmp_path / "spin.lua"
    program.write_text(SPIN.replace("0.2", "1000"))
    process = subprocess.Popen(
        [*MOONHOP, str(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    [zygote] = children(process.pid)
    [child] = children(zygote)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode not in (0, None)
    wait_for(lambda: not alive(zygote) and not alive(child), 10, "one of them lives")
