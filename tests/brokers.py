"""Real MQTT brokers for tests: on loopback, on a free port, with named users only."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Protocol

import pytest

LOOPBACK = "127.0.0.1"
START_TIMEOUT = STOP_TIMEOUT = 10.0  # seconds
SYSTEM_PATH = os.environ.get("PATH", os.defpath) + ":/usr/sbin"


class Broker(Protocol):
    """What a test may know of a broker."""

    host: str
    port: int
    users: dict[str, str]

    def start(self) -> None: ...
    def stop(self) -> None: ...


def free_port() -> int:
    """Return a port of loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


class MosquittoBroker:
    """Debian's mosquitto as a child process.

    It can be stopped and started again on the same port; ``users`` maps names to passwords. With
    a ``store`` (a folder) it keeps there, after each change, what must outlive it. With an
    ``identity`` (files with its certificate and key) it speaks TLS; with ``plain_too`` as well, on
    ``port``, and TLS on ``tls_port``.
    """

    def __init__(
        self,
        users: dict[str, str],
        store: Path | None = None,
        identity: tuple[Path, Path] | None = None,
        plain_too: bool = False,
    ) -> None:
        self.host = LOOPBACK
        self.port = free_port()
        self.tls_port = free_port() if plain_too else self.port
        self.users = users
        self._store = store
        self._identity = identity
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; return when it accepts connections."""
        self._folder = tempfile.TemporaryDirectory(prefix="moonhop-mosquitto-")
        config = self._configure(Path(self._folder.name))
        log = Path(self._folder.name, "log")
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [_program("mosquitto"), "-c", str(config)], stdout=output, stderr=output
            )
        try:
            self._wait_for_port()
        except TimeoutError:
            text = log.read_text()
            self.stop()
            pytest.fail(f"mosquitto does not listen on port {self.port}:\n{text}")

    def kill(self) -> None:
        """End it without warning."""
        if self._process:
            self._process.kill()
        self.stop()

    def has_stored(self, data: bytes) -> bool:
        """Tell whether something is in what it keeps."""
        assert self._store
        file = self._store / "mosquitto.db"
        return file.exists() and data in file.read_bytes()

    def stop(self) -> None:
        """Stop it and remove its files; harmless if it is not running."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(timeout=STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def _configure(self, folder: Path) -> Path:
        passwords = folder / "passwords"
        passwords.write_text("".join(f"{name}:{word}\n" for name, word in self.users.items()))
        passwords.chmod(0o600)
        subprocess.run([_program("mosquitto_passwd"), "-U", str(passwords)], check=True)
        config = folder / "mosquitto.conf"
        config.write_text(
            "allow_anonymous false\n"
            f"password_file {passwords}\n"
            # Else root's mosquitto becomes a user who cannot read this folder.
            f"user {getpass.getuser()}\n" + self._persistence() + self._listeners()
        )
        return config

    def _persistence(self) -> str:
        if self._store is None:
            return ""
        return (
            f"persistence true\npersistence_location {self._store}/\n"
            "autosave_on_changes true\nautosave_interval 1\nmax_queued_messages 0\n"
        )

    def _listeners(self) -> str:
        plain = f"listener {self.port} {self.host}\n"
        if self._identity is None:
            return plain
        secure = f"listener {self.tls_port} {self.host}\n"
        secure += "certfile {}\nkeyfile {}\n".format(*self._identity)
        return secure if self.tls_port == self.port else plain + secure

    def _wait_for_port(self) -> None:
        assert self._process
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection((self.host, self.port), timeout=1).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.01)
        raise TimeoutError


def _program(name: str) -> str:
    path = shutil.which(name, path=SYSTEM_PATH)
    if path is None:
        pytest.fail(f"{name} is not installed; run: make system")
    return path


def mosquitto_broker(users: dict[str, str]) -> Broker:
    return MosquittoBroker(users)


def amqtt_broker(users: dict[str, str]) -> Broker:
    """Return moonhop's own broker, imported late so that a fault in it fails only its tests."""
    from moonhop.broker.threaded import ThreadedBroker

    broker: Broker = ThreadedBroker(users, host=LOOPBACK, port=free_port())
    return broker


BROKERS = {"amqtt": amqtt_broker, "mosquitto": mosquitto_broker}


class KillableBroker:
    """moonhop's own broker with a journal, in a process of its own that can be killed."""

    def __init__(self, users: dict[str, str], journal: Path) -> None:
        self.host = LOOPBACK
        self.port = free_port()
        self.users = users
        self._journal = journal
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; return when it accepts connections."""
        options = repr((self.users, self.host, self.port, str(self._journal)))
        self._process = subprocess.Popen(
            [sys.executable, "-c", KILLABLE, options], stdout=subprocess.PIPE
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == b"started\n"

    def kill(self) -> None:
        """End it without warning; harmless if it is not running."""
        if self._process:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout
            self._process.stdout.close()
            self._process = None

    stop = kill


KILLABLE = """
import ast, asyncio, pathlib, sys
from moonhop.broker.embedded import EmbeddedBroker
users, host, port, journal = ast.literal_eval(sys.argv[1])

async def main():
    await EmbeddedBroker(users, host, port, journal=pathlib.Path(journal)).start()
    print("started", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
