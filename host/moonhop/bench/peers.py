"""File servers for a measurement, each in a process of its own: ours, and others if installed."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from moonhop.state import State
from moonhop_core.errors import MoonhopError

PATIENCE = 30.0  # seconds
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # nginx wants a folder for each
PATHS = os.environ.get("PATH", os.defpath) + ":/usr/sbin"


@dataclass
class Server:
    """A running file server: a file ``x`` is at ``top + x``."""

    name: str
    port: int
    top: str
    headers: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def moonhop() -> Iterator[Server]:
    """A host without workers."""
    with tempfile.TemporaryDirectory(prefix="moonhop-bench-") as home:
        command = [sys.executable, "-m", "moonhop", "up", "--no-worker", "--fleet", "bench"]
        environment = {**os.environ, "MOONHOP_HOME": home}
        with _running(command, environment) as process:
            assert process.stdout
            while not (line := process.stdout.readline()).startswith(b"ready"):
                if not line:
                    raise MoonhopError("moonhop up ended; see what it says by itself")
            address = State("bench", Path(home)).address()
            port = int(address.url.rpartition(":")[2])
            yield Server("moonhop", port, "/files/", {"Authorization": f"Bearer {address.token}"})


@contextlib.contextmanager
def nginx() -> Iterator[Server]:
    """nginx with one worker, static files and PUT; all it writes is in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="moonhop-bench-") as folder:
        port = _free_port()
        files, config = Path(folder, "files"), Path(folder, "nginx.conf")
        files.mkdir()
        config.write_text(
            f"daemon off; master_process off; error_log {folder}/error.log; pid {folder}/pid;\n"
            "events {} http { access_log off; sendfile on; tcp_nopush on;\n"
            "keepalive_requests 1000000; client_max_body_size 0;\n"
            + "".join(f"{what}_temp_path {folder}/{what};\n" for what in TEMPORARY)
            + f"server {{ listen 127.0.0.1:{port};\n"
            f"location / {{ root {files}; dav_methods PUT; }} }} }}\n",
            "utf-8",
        )
        log = f"{folder}/error.log"
        with _running([_program("nginx"), "-e", log, "-c", str(config), "-p", folder]) as process:
            _wait(process, port)
            yield Server("nginx", port, "/")


@contextlib.contextmanager
def rclone() -> Iterator[Server]:
    """rclone's WebDAV server over a folder."""
    with tempfile.TemporaryDirectory(prefix="moonhop-bench-") as folder:
        port = _free_port()
        address = f"127.0.0.1:{port}"
        with _running(
            [_program("rclone"), "serve", "webdav", folder, "--addr", address, "--config", ""]
        ) as process:
            _wait(process, port)
            yield Server("rclone", port, "/")


PEERS: dict[str, Callable[[], contextlib.AbstractContextManager[Server]]] = {
    "nginx": nginx,
    "rclone": rclone,
}


def installed(peer: str) -> bool:
    """Tell whether a peer can be measured here."""
    return shutil.which(peer, path=PATHS) is not None


def _program(name: str) -> str:
    return shutil.which(name, path=PATHS) or name


@contextlib.contextmanager
def _running(
    command: list[str], environment: dict[str, str] | None = None
) -> "Iterator[subprocess.Popen[bytes]]":
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)
        assert process.stdout
        process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with (
            contextlib.suppress(ConnectionRefusedError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.01)
    assert isinstance(process.args, list)
    raise MoonhopError(f"{process.args[0]} does not listen; see what it says by itself")
