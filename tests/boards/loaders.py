"""Boot loaders of chips that are not there, and ports that are first one and then a board."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.waiting import wait_for

START = 30.0  # seconds


@contextlib.contextmanager
def boot_loaders(folder: Path) -> Iterator[Callable[[str], str]]:
    """Give what starts the boot loader of a chip and returns its port; all end with the block."""
    with contextlib.ExitStack() as running:

        def start(name: str) -> str:
            told = folder / f"{name}.port"
            command = [sys.executable, "-m", "esp32_mock_bootloader.cli", "run", "--chip", name]
            loader = subprocess.Popen(
                [*command, "--port", "0", "--port-file", str(told)], stdout=subprocess.DEVNULL
            )
            running.enter_context(loader)
            running.callback(loader.kill)

            def number() -> str:
                assert loader.poll() is None, "it has ended"
                return told.read_text() if told.exists() else ""

            return f"socket://127.0.0.1:{wait_for(number, START, 'it tells no port')}"

        yield start


class ChangingPort:
    """A port whose first client reaches one board, the second the next, and so on."""

    def __init__(self, *urls: str) -> None:
        self._urls = urls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "ChangingPort":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        for url in self._urls:
            host, _, port = url.removeprefix("socket://").partition(":")
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed: nobody comes any more
                return
            with client, socket.create_connection((host, int(port))) as board:
                back = threading.Thread(target=_carry, args=(board, client))
                back.start()
                _carry(client, board)
                back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes until the source ends; then the target's other side learns it too."""
    with contextlib.suppress(OSError):
        while data := source.recv(4096):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
