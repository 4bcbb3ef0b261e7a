"""``moonhop shell`` as a person uses it."""

import contextlib
import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from moonhop.boards.console import BoardConsole
from tests.host.fleet import submit, workers
from tests.host.running import FLEET, RunningHost
from tests.host.shell import Shell
from tests.shell.talk import PATIENT, WAIT, node_for
from tests.shell.terminal import Terminal, home_env


@pytest.fixture
def fleet(running: RunningHost) -> Shell:
    """A command line beside a host with the node `desk` and process p1 on it."""
    running.do(workers(running.host, "desk"))
    assert running.do(submit(running.host, PATIENT.format(engine="lua54").encode(), "desk")) == "p1"
    shell = Shell(running.home)
    shell.env["MOONHOP_FLEET"] = FLEET
    return shell


@contextlib.contextmanager
def at_terminal(running: RunningHost, *args: str) -> Iterator[Terminal]:
    terminal = Terminal(home_env(running.home, FLEET), *args)
    try:
        yield terminal
    finally:
        terminal.kill()


def said(result: subprocess.CompletedProcess[bytes]) -> tuple[int, str, str]:
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def test_chunks_of_the_command_line_are_evaluated_until_one_fails(fleet: Shell) -> None:
    assert said(fleet("shell", "p1", "-e", "x = 20", "-e", "double(x) + 2")) == (0, "42\n", "")
    code, out, err = said(fleet("shell", "p1", "-e", "error 'no'", "-e", "print 'never'"))
    assert (code, out) == (1, "")
    assert err.startswith("shell:1: no\nstack traceback:\n\tshell:1: in main chunk")
    code, out, err = said(fleet("shell", "p1", "-e", "x = = 2"))
    assert (code, out) == (1, "")
    assert err.splitlines()[1:] == ["    x = = 2", "        ^"]
    told = fleet("shell", "p1", "--json", "-e", "x").stdout.splitlines()
    assert [json.loads(line) for line in told] == [
        {"kind": "print", "text": "20"},
        {"kind": "done", "text": ""},
    ]


def test_standard_input_is_one_chunk(fleet: Shell) -> None:
    text = "for i = 1, 3 do\n  print(i)\nend\nreturn 'Grüße'".encode()
    assert said(fleet("shell", "p1", stdin=text)) == (0, "1\n2\n3\nGrüße\n", "")
    assert fleet("shell", "p1", stdin=b"for i = 1").returncode == 1
    result = fleet("shell", "p1", stdin=b"print '\xff'")
    assert said(result) == (
        1,
        "",
        "moonhop: standard input is no UTF-8 text: byte 255 at 7; write such bytes as \\255 in"
        " Lua\n",
    )


def test_what_cannot_be_asked_is_told_in_a_line(fleet: Shell) -> None:
    complaint = fleet.complaint("shell", "p7", "-e", "1")
    assert complaint.startswith("moonhop: there is no process and no node 'p7'; nodes: desk;")
    fleet("pause", "p1")
    assert "p1 is paused" in fleet.complaint("shell", "p1", "-e", "1")
    assert "wants a terminal" in fleet.complaint("shell", "/dev/ttyUSB77")
    assert "-e takes Lua" in fleet.complaint("shell", "/dev/ttyUSB77", "-e", "1")
    fleet("resume", "p1")
    large = fleet("shell", "p1", stdin=f"x = '{'a' * 64000}'".encode())
    assert said(large) == (
        1,
        "",
        "moonhop: more than 64000 bytes cannot be entered at once; run them as a program: moonhop"
        " run\n",
    )


@pytest.mark.parametrize("engine", ["lua54", "micropython"])
def test_shell_on_a_node_is_a_process_that_ends_with_it(
    running: RunningHost, fleet: Shell, engine: str
) -> None:
    running.do(node_for(running.host, engine, "other"), WAIT)
    assert said(fleet("shell", "other", "-e", "node.id", "-e", "x = process.id", "-e", "x")) == (
        0,
        "other\np2\n",
        "",
    )
    assert running.do(last_state(running, "p2")) == "stopped"
    with at_terminal(running, "shell", "other") as terminal:
        terminal.until("> ")
        terminal.type("x\n")
        terminal.until("nil")
        assert running.http.get("/api/processes/p3").json()["state"] == "running"
    # the terminal is gone
    assert running.do(last_state(running, "p3")) == "stopped"


def test_conversation_has_lines_that_go_on_history_completion_and_ctrl_c(
    running: RunningHost, fleet: Shell
) -> None:
    with at_terminal(running, "shell", "p1") as terminal:
        terminal.until("process p1 on desk; Ctrl-D leaves")
        terminal.until("> ")
        terminal.type("for i = 1, 2 do\n")
        terminal.until(">> ")
        terminal.type("print('line ' .. i) end\n")
        terminal.until("line 1\r\nline 2\r\n")
        terminal.type("config.li\t + 1\n")
        terminal.until("config.limit + 1")
        terminal.until("11\r\n")
        terminal.type("print 'spins' while true do end\n")
        terminal.until("spins\r\n")
        terminal.type("\x03")
        assert "shell:1: interrupted" in terminal.until("main chunk")
        terminal.until("> ")
        terminal.type("print 'waits' sleep(1e9)\n")
        terminal.until("waits\r\n")
        terminal.type("\x03")
        terminal.until("interrupted\r\n")
        terminal.until("> ")
        terminal.type("forgotten(")
        terminal.until("forgotten(")
        terminal.type("\x03")
        terminal.until("> ")
        terminal.type("double(8)\n")
        terminal.until("16\r\n")
        terminal.until("> ")
        terminal.type("\x04")
        assert terminal.ended() == 0
    history = running.host.state.path("shell.history")
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    with at_terminal(running, "shell", "p1") as terminal:
        terminal.until("> ")
        terminal.type("\x1b[A\n")
        terminal.until("double(8)\r\n")
        terminal.until("16\r\n")
        terminal.until("> ")
        terminal.type("\x04")
        assert terminal.ended() == 0


def test_shell_at_a_port_is_the_prompt_of_its_micropython(
    running: RunningHost, tmp_path: Path
) -> None:
    with (
        BoardConsole(tmp_path / "flash", "256K") as board,
        at_terminal(running, "shell", board.url) as terminal,
    ):
        terminal.until("Ctrl-] leaves")
        terminal.until(">>> ")
        terminal.type("6 * 7\r")
        terminal.until("42")
        terminal.type("while True: pass\r\r")
        terminal.until("pass")
        terminal.type("\x03")
        terminal.until("KeyboardInterrupt")
        terminal.type("\x1d")
        assert terminal.ended() == 0
    with at_terminal(running, "shell", str(tmp_path / "ttyUSB7")) as terminal:
        terminal.until("there is no port")
        assert terminal.ended() == 1


async def last_state(running: RunningHost, pid: str) -> str:
    host = running.host
    assert await host.scheduler.wait_until(lambda: host.store.process(pid).over, 20)
    return host.store.process(pid).state
