"""What ``moonhop doctor`` says of each thing that is wrong."""

import http.server
import json
import os
import re
import socket
import threading
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from moonhop.boards import firmware_files
from moonhop.broker.external import ExternalBroker
from moonhop.cli import main
from moonhop.state import HostAddress, State
from tests.brokers import MosquittoBroker
from tests.host.fleet import workers
from tests.host.running import FLEET, RunningHost

HOUR = 3600


def found(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, tuple[bool, str]]]:
    """Return doctor's exit code and what it found, by name."""
    code = main(["doctor", "--json", "--fleet", FLEET])
    told = json.loads(capsys.readouterr().out)
    return code, {each["name"]: (each["ok"], each["found"]) for each in told}


class LateHost(http.server.BaseHTTPRequestHandler):
    """A host whose clock is an hour behind."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"[]")

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(time.time() - HOUR, usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOONHOP_HOME", str(tmp_path))
    return tmp_path


def test_running_host_is_all_right(
    running: RunningHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    _, told = found(capsys)
    assert told["host"] == (True, f"{running.host.address.url}, nodes ready: none")
    broker = running.host.broker
    assert told["broker"] == (True, f"{broker.host}:{broker.port} lets the host in")
    assert told["clock"] == (True, "as the host's")


def test_no_host_is_no_fault_but_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, told = found(capsys)
    assert told["host"] == (True, f"none runs for fleet {FLEET}; start one with: moonhop up")
    assert told["broker"] == told["clock"] == (True, "unknown, for no host runs")


def test_wrong_clock_and_a_broker_that_is_away_are_faults(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LateHost)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state = State(FLEET, home)
    with state.hold():
        url = f"http://127.0.0.1:{server.server_address[1]}"
        state.announce(HostAddress(FLEET, url, "token", "127.0.0.1", 9, os.getpid()), "me", "word")
        code, told = found(capsys)
    server.shutdown()
    server.server_close()
    assert code == 1
    assert not told["clock"][0]
    off = r"this machine is \+36\d\d s off the host's clock; set both by NTP: "
    assert re.match(off, told["clock"][1])
    assert not told["broker"][0]
    assert told["broker"][1].startswith("cannot reach 127.0.0.1:9 (")


def test_a_broker_that_refuses_the_login_of_the_host_is_a_fault(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mosquitto = MosquittoBroker({"fleet": "word"})
    mosquitto.start()
    try:
        broker = ExternalBroker(mosquitto.host, mosquitto.port, "fleet", "word")
        with RunningHost(home, broker=broker):
            _, told = found(capsys)
            assert told["broker"] == (True, f"127.0.0.1:{mosquitto.port} lets the host in")
            mosquitto.stop()
            mosquitto.users = {"fleet": "another"}
            mosquitto.start()
            code, told = found(capsys)
            assert (code, told["broker"][0]) == (1, False)
            refusal = f"the broker at 127.0.0.1:{mosquitto.port} refuses user 'fleet' ("
            assert told["broker"][1].startswith(refusal)
        assert not State(FLEET, home).path("login.json").exists()
    finally:
        mosquitto.stop()


def test_what_answers_and_is_no_broker_is_a_fault(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = State(FLEET, home)
    with state.hold(), socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = HostAddress(FLEET, "http://127.0.0.1:9", "token", "127.0.0.1", port, os.getpid())
        state.announce(address, "me", "word")
        _, told = found(capsys)
    says = f"the broker at 127.0.0.1:{port} does not answer; is it one for MQTT?"
    assert told["broker"] == (False, says)


def test_credentials_that_others_can_read_are_a_fault(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = State(FLEET, home).path("credentials.json")
    path.write_text("{}")
    path.chmod(0o644)
    code, told = found(capsys)
    assert code == 1
    assert told["state"] == (False, f"others can read {path}; run: chmod 600 {path}")


def test_kept_firmware_that_is_damaged_is_a_fault(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firmware_files, "cache_folder", lambda: home / "cache")
    folder = firmware_files.firmware_folder()
    folder.mkdir(parents=True)
    (folder / "ESP32_GENERIC-20250911-v1.26.1.bin").write_bytes(b"\xe9 no firmware at all")
    code, told = found(capsys)
    assert code == 1
    assert not told["firmware"][0]
    assert told["firmware"][1].startswith("ESP32_GENERIC-20250911-v1.26.1.bin is damaged (")


def test_scan_lists_ports_and_the_nodes_of_the_fleet(
    running: RunningHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    running.do(workers(running.host, "desk"))
    assert main(["scan", "--no-mdns", "--json", "--fleet", FLEET]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(node["id"], node["state"]) for node in told["nodes"]] == [("desk", "ready")]
    assert isinstance(told["ports"], list)
    assert main(["scan", "--no-mdns", "--fleet", FLEET]) == 0
    assert "\ndesk  ready" in capsys.readouterr().out
    assert main(["scan", "--no-mdns", "--fleet", "other"]) == 0
    assert "no host runs for fleet other; start one with: moonhop up" in capsys.readouterr().out
