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
from typing import Self

from moonhop.boards.chip import Chip, machine_file
from moonhop.engines.micropython import find_micropython

REBOOT = b"MPY: soft reboot\r\n"
INTERRUPT = b"\x03"  # Ctrl-C
LOCAL = 3  # the local modes' place in what termios gives
RAW_ON, RAW_OFF = b"\x01", b"\x02"  # Ctrl-A, Ctrl-B
PIECE = 4096  # bytes
LOOK = 0.2  # seconds between two looks whether to stop
START = """import sys
sys.path[:] = ["", {machine!r}, ".frozen"]
{first}
for name in {names}:
    try:
        __import__(name)
    except ImportError as error:
        if name not in str(error):
            sys.print_exception(error)
"""


class BoardConsole:
    """Serves one program at a time at ``url``; ``folder`` is the board's file system, unless what
    runs ``first``, as the _boot.py in a port's firmware does, mounts another one."""

    def __init__(self, folder: Path, heap: str, first: str = "") -> None:
        self._folder, self._heap, self._first = folder, heap, first
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._process: subprocess.Popen[bytes] | None = None
        self._chip = Chip()
        self._terminal = -1
        self._raw = False
        self.resets = 0
        self.url = f"socket://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
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

    @property
    def pid(self) -> int:
        """MicroPython's process; it is another one after a reset."""
        assert self._process
        return self._process.pid

    def _power(self) -> None:
        """Start MicroPython on a terminal of its own."""
        names = ("boot",) if self._raw else ("boot", "main")
        self._terminal, theirs = pty.openpty()
        tty.setraw(theirs)
        mode = termios.tcgetattr(theirs)
        mode[LOCAL] |= termios.ISIG  # MicroPython takes it away while it reads at the prompt
        termios.tcsetattr(theirs, termios.TCSANOW, mode)
        command = [find_micropython(), "-X", f"heapsize={self._heap}", "-i", "-c"]
        start = START.format(names=names, machine=str(machine_file().parent), first=self._first)
        self._process = self._chip.start(
            [*command, start],
            {**os.environ, "TERM": "dumb"},
            cwd=self._folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
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
            self._chip.close()
            os.close(self._terminal)
            self._process = None

    def _serve(self) -> None:
        """Carry bytes between MicroPython and the client, if there is one; start MicroPython again
        when it ends. What it says to nobody is heard, or it would stand still; the newest of that
        waits for the next client, as in an adapter. A cut of power takes the port away, as one in
        the chip itself."""
        client: socket.socket | None = None
        unheard = b""
        while not self._stopping.is_set():
            source = client or self._listening
            waited = [self._terminal, source.fileno(), self._chip.fileno()]
            ready, _, _ = select.select(waited, [], [], LOOK)
            self._chip.look(self._chip.fileno() in ready)
            if source.fileno() in ready:
                client = self._take(client) if client else self._listening.accept()[0]
                unheard = self._pass(client, unheard)
            if self._terminal in ready:
                said = self._said()
                if not said:
                    self.resets += 1
                    self._raw = self._raw and not self._chip.was_reset
                    if client and self._chip.was_cut:
                        client.close()
                        client = None
                    self._cut()
                    self._power()
                unheard = self._pass(client, unheard + (said or REBOOT))
        if client:
            client.close()

    def _pass(self, client: socket.socket | None, data: bytes) -> bytes:
        """Send data to the client; return what waits for the next one."""
        if client is None:
            return data[-PIECE:]
        with contextlib.suppress(ConnectionError):  # its end is seen when it is read
            client.sendall(data)
        return b""

    def _take(self, client: socket.socket) -> socket.socket | None:
        """Pass on what a client sends; return None when it has left."""
        data = b""
        with contextlib.suppress(ConnectionError):
            data = client.recv(PIECE)
        if not data:
            client.close()
            return None
        self._note(data)
        self._interrupt(data)
        with contextlib.suppress(OSError):  # MicroPython is just ending
            os.write(self._terminal, data)
        return client

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
