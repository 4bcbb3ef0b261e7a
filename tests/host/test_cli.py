"""The command line says in one line what is wrong and what to do, and its exit code tells."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from moonhop.cli import VERBS
from tests.host.running import FLEET, RunningHost
from tests.host.shell import Shell

TIMEOUT = 60  # seconds


@pytest.fixture
def moonhop(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Shell]:
    """A shell beside a running host."""
    with RunningHost(tmp_path):
        shell = Shell(tmp_path)
        shell.env["MOONHOP_FLEET"] = FLEET
        yield shell


def test_help_lists_all_verbs(moonhop) -> None:
    result = moonhop("--help")
    assert result.returncode == 0
    assert all(f"  {verb} " in result.stdout.decode() for verb in VERBS)


def test_help_is_quick_because_it_loads_nothing_that_is_slow_to_load(moonhop) -> None:
    code = "import sys, atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
    code += "from moonhop.cli import main; sys.exit(main(['--help']))"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, check=True).stderr.decode().split()
    assert "moonhop.cli" in loaded
    slow = {"amqtt", "asyncio", "fastapi", "httpx", "lupa", "paho", "pydantic", "ssl", "uvicorn"}
    assert slow.isdisjoint(loaded)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_and_the_common_options(moonhop, verb) -> None:
    result = moonhop(verb, "--help")
    text = result.stdout.decode()
    assert result.returncode == 0
    assert f"example:\n  moonhop {verb}" in text
    assert "--json" in text
    assert "--fleet" in text


def test_version_is_told(moonhop) -> None:
    assert moonhop("--version").stdout.startswith(b"moonhop ")


def test_unknown_verb_is_wrong_use_with_a_hint(moonhop) -> None:
    assert moonhop.complaint("nods", code=2).endswith("did you mean nodes?")
    assert "moonhop --help" in moonhop.complaint("xyzzy", code=2)


@pytest.mark.parametrize(
    "args", [("run",), ("hop", "p1"), ("up", "--port", "x"), ("up", "--port", "70000"), ("fs",)]
)
def test_wrong_use_ends_with_2_and_the_usage(moonhop, args) -> None:
    result = moonhop(*args)
    assert result.returncode == 2
    assert result.stderr.startswith(b"usage: moonhop ")


@pytest.mark.parametrize("args", [("ps",), ("nodes",), ("hop", "p1", "a"), ("fs", "ls")])
def test_no_host_is_told_with_how_to_start_one(moonhop, args) -> None:
    assert moonhop.complaint(*args).endswith("start one with: moonhop up")
    assert moonhop.complaint(*args, "--fleet", "x").endswith("moonhop up --fleet x")


def test_killed_host_is_no_running_host(moonhop) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "moonhop", "up", "--no-worker", "--json"],
        stdout=subprocess.PIPE,
        cwd=moonhop.home,
        env=moonhop.env,
    ) as up:
        assert up.stdout
        assert json.loads(up.stdout.readline())["fleet"] == "home"
        assert moonhop("ps").returncode == 0
        up.kill()
    assert "no host is running" in moonhop.complaint("ps")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_ends_cleanly_on_a_signal_with_all_its_children_gone(moonhop, number) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "moonhop", "up"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=moonhop.home,
        env=moonhop.env,
        text=True,
    ) as up:
        assert up.stdout
        lines = [up.stdout.readline() for _ in range(6)]
        assert [line.split()[0] for line in lines] == [
            *("fleet", "server", "broker", "state", "node", "ready")
        ]
        children = Path(f"/proc/{up.pid}/task/{up.pid}/children").read_text().split()
        assert children
        up.send_signal(number)
        out, err = up.communicate(timeout=TIMEOUT)
        assert (up.returncode, out, err) == (0, "", "")
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert not (moonhop.home / "home/host.json").exists()


def test_second_host_of_a_fleet_is_refused(lab) -> None:
    assert "has a running host already" in lab.complaint("up", "--no-worker")


def test_taken_port_is_told_with_the_option_to_change_it(lab) -> None:
    address = json.loads((lab.home / FLEET / "host.json").read_text())
    port = address["url"].rpartition(":")[2]
    other = ("up", "--no-worker", "--fleet", "other")
    assert "choose another with --port" in lab.complaint(*other, "--port", port)
    mqtt_port = str(address["mqtt_port"])
    assert "choose another with --mqtt-port" in lab.complaint(*other, "--mqtt-port", mqtt_port)


def test_wrong_token_is_told(lab) -> None:
    path = lab.home / FLEET / "host.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "token": "wrong"}))
    assert "refuses the token of fleet 'lab'" in lab.complaint("ps")


def test_host_that_does_not_answer_is_told(lab) -> None:
    path = lab.home / FLEET / "host.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "url": "http://127.0.0.1:9"}))
    assert "cannot reach the host" in lab.complaint("ps")


def test_fleet_comes_from_option_environment_and_file_in_this_order(lab) -> None:
    del lab.env["MOONHOP_FLEET"]
    assert "fleet 'home'" in lab.complaint("ps")
    (lab.home / "moonhop.toml").write_text('fleet = "filed"\n')
    assert "fleet 'filed'" in lab.complaint("ps")
    lab.env["MOONHOP_FLEET"] = "environ"
    assert "fleet 'environ'" in lab.complaint("ps")
    assert lab("ps", "--fleet", FLEET).returncode == 0
    assert lab("--fleet", FLEET, "ps").returncode == 0


def test_bad_fleet_name_and_bad_moonhop_toml_are_told(moonhop) -> None:
    assert "fleet name '../x' is not allowed" in moonhop.complaint("ps", "--fleet", "../x")
    (moonhop.home / "moonhop.toml").write_text("fleet = \n")
    assert "moonhop.toml" in moonhop.complaint("ps")


@pytest.mark.parametrize("verb", ["run", "check", "exec"])
def test_unknown_program_file_is_told(moonhop, verb) -> None:
    assert "there is no program file 'nix.lua'" in moonhop.complaint(verb, "nix.lua")


@pytest.mark.parametrize("verb", ["run", "check", "exec"])
def test_syntax_error_shows_file_line_column_and_the_source_line(lab, verb) -> None:
    (lab.home / "bad.lua").write_text("local a = 1\nlocal x = = 3\n")
    result = lab(verb, "bad.lua")
    assert result.returncode == 1
    text = result.stderr.decode()
    assert "bad.lua:2:11:" in text
    assert "    local x = = 3\n" in text
    assert "Traceback" not in text


def test_unknown_node_is_told_with_the_known_ones(lab) -> None:
    (lab.home / "p.lua").write_text("return\n")
    assert "known nodes: none yet" in lab.complaint("run", "p.lua", "--on", "mars")


def test_unknown_process_is_told(lab) -> None:
    for args in (("hop", "p7", "a"), ("stop", "p7"), ("logs", "p7"), ("logs", "p7", "-f")):
        assert "there is no process 'p7'" in lab.complaint(*args)


def test_process_that_fits_nowhere_waits_and_says_why(lab) -> None:
    (lab.home / "p.lua").write_text("return\n")
    assert lab("run", "p.lua").stdout == b"p1 p waits for a node: no node is ready\n"
    (listed,) = json.loads(lab("ps", "--json").stdout)
    assert (listed["state"], listed["reason"]) == ("pending", "no node is ready")
    assert lab("stop", "p1").returncode == 0
    assert json.loads(lab("ps", "--json").stdout) == []
    assert "is over" in lab.complaint("stop", "p1")


def test_files_go_to_the_fleet_and_back(lab) -> None:
    content = bytes(range(256)) * 3
    (lab.home / "in.bin").write_bytes(content)
    assert lab("fs", "put", "in.bin", "a/b").returncode == 0
    assert lab("fs", "append", "-", "a/b", stdin=b"more").returncode == 0
    assert lab("fs", "cat", "a/b").stdout == content + b"more"
    assert lab("fs", "get", "a/b", "out.bin").returncode == 0
    assert (lab.home / "out.bin").read_bytes() == content + b"more"
    assert [entry["name"] for entry in json.loads(lab("fs", "ls", "a", "--json").stdout)] == ["b"]
    assert "is a folder" in lab.complaint("fs", "cat", "a")
    assert lab("fs", "rm", "a/b").returncode == 0
    assert "there is no 'a/b'" in lab.complaint("fs", "cat", "a/b")
    assert "'..' in it" in lab.complaint("fs", "put", "in.bin", "a/../../b")


def test_check_tells_in_words_what_suspends_and_what_is_needed(moonhop) -> None:
    (moonhop.home / "p.lua").write_text(
        '--! needs = ["float64"]\n--! memory = "48k"\n'
        "local function wait() sleep(1) end\n"
        "local function square(x) return x * x end\n"
        "spawn(function() while true do wait() end end)\nprint(square(2))\n"
    )
    text = moonhop("check", "p.lua").stdout.decode()
    assert "wait (line 3) can suspend because it calls sleep in line 3." in text
    assert "square" not in text
    assert "lua54, python" in text
    assert "float64, 49152 bytes of memory at most" in text
    told = json.loads(moonhop("check", "--json", "p.lua").stdout)
    assert told["needs"] == ["float64"]


def test_exec_prints_and_passes_the_exit_status_on(moonhop) -> None:
    (moonhop.home / "p.lua").write_text("print(...)\nexit(3)\n")
    result = moonhop("exec", "--engine", "python", "p.lua", "a", "--b")
    assert (result.returncode, result.stdout) == (3, b"a\t--b\n")


def test_doctor_tells_what_is_there(moonhop) -> None:
    found = json.loads(moonhop("doctor", "--json").stdout)
    assert [each["name"] for each in found if not each["ok"]] == []
    assert {"broker", "clock", "ports", "firmware"} <= {each["name"] for each in found}
    (moonhop.home / "home/credentials.json").write_text("{}")
    (moonhop.home / "home/credentials.json").chmod(0o644)
    result = moonhop("doctor")
    assert result.returncode == 1
    assert "!!  state" in result.stdout.decode()


def test_output_that_nobody_reads_any_more_is_no_traceback(lab) -> None:
    result = subprocess.run(
        f"{sys.executable} -m moonhop doctor | head -c 1",
        shell=True,
        capture_output=True,
        env=lab.env,
        timeout=TIMEOUT,
        check=False,
    )
    assert b"Traceback" not in result.stderr
