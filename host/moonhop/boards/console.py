"""A virtual board's serial port: the real MicroPython behind a TCP port, for mpremote and its like.

MicroPython's Unix program has a board's prompt and raw REPL, but ends where a board is reset by
Ctrl-D. Here it starts again then, on the same folder, and says what a board says. Like a board it
runs boot.py and main.py, and no main.py if the raw REPL was on.
"""

import contextlib
import os
import pty
import select
import signal
import socket
import subprocess
import termios
import threading
import tty
from pathlib import Path

from moonhop.engines.micropython import find_micropython

REBOOT = b"MPY: soft reboot\r\n"
INTERRUPT = b"\x03"  # Ctrl-C
LOCAL = 3  # the local modes' place in what termios gives
RAW_ON, RAW_OFF = b"\x01", b"\x02"  # Ctrl-A, Ctrl-B
PIECE = 4096  # bytes
LOOK = 0.2  # seconds between two looks whether to stop
START = """import sys
sys.path[:] = ["", ".frozen"]
for name in {names}:
    try:
        __import__(name)
    except ImportError as error:
        if name not in str(error):
            sys.print_exception(error)
"""


class BoardConsole:
    """Serves one program at a time at ``url``; ``folder`` is the board's file system."""

    def __init__(self, folder: Path, heap: str) -> None:
        self._folder, self._heap = folder, heap
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(LOOK)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._process: subprocess.Popen[bytes] | None = None
        self._terminal = -1
        self._raw = False
        self.resets = 0
        self.url = f"socket://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> "BoardConsole":
        folder = self._folder
        folder.mkdir(parents=True, exist_ok=True)
        self._power()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._listening.close()
        self._cut()

    def _power(self) -> None:
        """Start MicroPython on a terminal of its own."""
        names = ("boot",) if self._raw else ("boot", "main")
        self._terminal, theirs = pty.openpty()
        tty.setraw(theirs)
        mode = termios.tcgetattr(theirs)
        mode[LOCAL] |= termios.ISIG  # MicroPython takes it away while it reads at the prompt
        termios.tcsetattr(theirs, termios.TCSANOW, mode)
        command = [find_micropython(), "-X", f"heapsize={self._heap}", "-i", "-c"]
        self._process = subprocess.Popen(
            [*command, START.format(names=names)],
            cwd=self._folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "dumb"},
            start_new_session=True,
        )
        os.close(theirs)
        if self._raw:
            os.write(self._terminal, RAW_ON)

    def _cut(self) -> None:
        """End MicroPython, if it has not, and its terminal."""
        if self._process:
            self._process.kill()
            self._process.wait()
            os.close(self._terminal)
            self._process = None

    def _serve(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._listening.accept()
                with client, contextlib.suppress(ConnectionError):
                    client.settimeout(None)
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        """Carry bytes both ways until the client leaves; start MicroPython again when it ends."""
        while not self._stopping.is_set():
            waited = [client.fileno(), self._terminal]
            ready, _, _ = select.select(waited, [], [], LOOK)
            if client.fileno() in ready:
                data = client.recv(PIECE)
                if not data:
                    return
                self._note(data)
                self._interrupt(data)
                with contextlib.suppress(OSError):  # it is just ending
                    os.write(self._terminal, data)
            if self._terminal in ready:
                data = self._said()
                client.sendall(data or REBOOT)
                if not data:
                    self.resets += 1
                    self._cut()
                    self._power()

    def _said(self) -> bytes:
        """Return what MicroPython wrote; nothing: it has ended."""
        try:
            return os.read(self._terminal, PIECE)
        except OSError:  # how Linux tells the end of a terminal
            return b""

    def _interrupt(self, data: bytes) -> None:
        """Pass Ctrl-C on to a program that runs: nobody's terminal sends no signals itself."""
        runs = termios.tcgetattr(self._terminal)[LOCAL] & termios.ISIG
        if INTERRUPT in data and self._process and runs:
            self._process.send_signal(signal.SIGINT)

    def _note(self, data: bytes) -> None:
        """Keep in mind whether the raw REPL is on."""
        on, off = data.rfind(RAW_ON), data.rfind(RAW_OFF)
        if on != off:
            self._raw = on > off
