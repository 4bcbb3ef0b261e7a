"""A board's raw REPL, through mpremote's transport: files, questions, a reset, and the console."""

import ast
import base64
import contextlib
import errno
import io
import json
import struct
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from moonhop.boards.ports import check_port, unopened
from moonhop.boards.slim import stripped
from moonhop_core.errors import MoonhopError

ANSWER = 10.0  # seconds for a board to answer
ATTEMPTS = 3  # to reach the prompt: a board that just starts does not hear the first
ATTEMPT = 5.0  # seconds for one
WINDOW = 11  # bits of zlib's window: a board unpacks in 2 kB more than a piece is long
PIECE = 2048  # bytes of a file at once, before packing
ORDER = 3072  # characters of code at once: what is small goes together
BAUD = 115200
DESKTOPS = ("linux", "darwin", "win32")  # sys.platform of virtual boards
NO_ROOM = f"OSError: {errno.ENOSPC}", "ENOSPC"


@dataclass(frozen=True)
class About:
    """What a board says of itself.

    version   MicroPython's
    mpy       sys.implementation._mpy: version, sub-version and architecture of its .mpy files
    build     the build's name, as in the firmware's file name; perhaps ""
    machine   board and chip in words
    platform  "esp32"; "linux" for a virtual board
    heap      bytes free at the prompt
    id        hex digits of the chip's own number; "" if it has none
    umqtt     whether umqtt.simple is frozen in
    resets    whether it can reset itself
    """

    version: tuple[int, ...]
    mpy: int
    build: str
    machine: str
    platform: str
    heap: int
    id: str
    umqtt: bool
    resets: bool

    @property
    def virtual(self) -> bool:
        """Whether it is MicroPython on a desktop."""
        return self.platform in DESKTOPS


class Repl:
    """A board at a port, in its raw REPL while the ``with`` block runs; what ran there is stopped.

    The board is restarted in the end if the block fails, so that it does again what it did.
    """

    def __init__(
        self, port: str, baud: int = BAUD, wait: float = 0.0, answer: float = ATTEMPT
    ) -> None:
        """``wait``: seconds for a port to come that is not there yet, after a reset; ``answer``:
        seconds for each attempt to reach its prompt."""
        self.port = port
        self._baud, self._wait, self._answer = baud, wait, answer
        self._transport: Any = None
        self._raw = False

    def __enter__(self) -> Self:
        check_port(self.port)
        self._open(self._wait)
        try:
            self._enter()
            code = Path(__file__).with_name("board_side.py").read_text("utf-8")
            self.run(ast.unparse(ast.fix_missing_locations(stripped(ast.parse(code)))))
            known = self.ask("about()")
            self.about = About(**{**known, "version": tuple(known["version"])})
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *failed: object) -> None:
        if failed[0] and self._raw:
            with contextlib.suppress(MoonhopError):  # what went wrong first is told
                self.restart()
        self._leave()

    # -- questions and orders ----------------------------------------------------------------------

    def run(self, code: str) -> bytes:
        """Run code on the board and return what it prints. Raises MoonhopError."""
        from mpremote.transport import TransportExecError

        with self._told():
            try:
                said: bytes = self._transport.exec(code)
                return said
            except TransportExecError as error:
                raise self._failed(error.error_output) from None

    def run_all(self, orders: Iterable[str]) -> None:
        """Run many short lines of code. Raises MoonhopError."""
        for _ in self._together((order, b"") for order in orders):
            pass

    def ask(self, expression: str) -> Any:
        """Return what a call on the board tells. Raises MoonhopError."""
        return self.ask_all(expression)[0]

    def ask_all(self, expression: str) -> list[Any]:
        """Return all that a call on the board tells. Raises MoonhopError."""
        try:
            return [json.loads(line) for line in self.run(expression).splitlines()]
        except ValueError:
            raise MoonhopError(
                f"what the board at {self.port} answers is damaged; check the cable, try again"
            ) from None

    def write(self, files: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
        """Write files; give each piece when it is there. Raises MoonhopError."""
        return self._together(self._orders(files))

    def _together(self, orders: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
        """Run code, as much at once as a board takes; give what goes with each when it is done."""
        lines: list[str] = []
        pieces: list[bytes] = []
        for line, piece in orders:
            if sum(map(len, lines)) + len(line) > ORDER:
                self.run("\n".join(lines))
                yield from pieces
                lines, pieces = [], []
            lines.append(line)
            pieces.append(piece)
        if lines:
            self.run("\n".join(lines))
            yield from pieces

    def _orders(self, files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        for path, data in files:
            yield f"begin({path!r})", b""
            for at in range(0, len(data), PIECE):
                piece = data[at : at + PIECE]
                packed = base64.b64encode(zlib.compress(piece, 9, WINDOW)).decode()
                yield f"more({packed!r})", piece
            yield "end()", b""

    def restart(self) -> None:
        """Have the board start anew, with its main.py; its console can be heard then."""
        self._raw = False
        with self._told():
            if self.about.resets:
                self._transport.exec_raw_no_follow("reset()")
            else:  # by Ctrl-D at the prompt: in the raw REPL no main.py runs then
                self._transport.exit_raw_repl()
                self._transport.read_until(1, b">>> ", timeout=ANSWER)
                self._transport.serial.write(b"\x04")

    def hear(self, seconds: float) -> str:
        """Wait so long, and return what the console says meanwhile; nothing while the port is away,
        as one in the chip itself is amid a reset."""
        try:
            if self._transport is None:
                self._open(0.0)
            serial = self._transport.serial
            serial.timeout = seconds
            said: bytes = serial.read(1 << 16)
            return said.decode("utf-8", "replace")
        except (OSError, MoonhopError):
            self._leave()
            time.sleep(seconds)
            return ""

    # -- the port ----------------------------------------------------------------------------------

    def _open(self, wait: float) -> None:
        from mpremote.transport import TransportError
        from mpremote.transport_serial import SerialTransport

        end = time.monotonic() + wait
        while True:
            try:
                self._transport = SerialTransport(self.port, self._baud, timeout=ANSWER)
                return
            except (TransportError, OSError, ValueError) as error:  # it does not tell why
                if time.monotonic() > end:
                    raise self._unopened(error) from None
                time.sleep(0.2)

    def _unopened(self, error: Exception) -> MoonhopError:
        """Return why a port does not open, by trying it without mpremote."""
        import serial

        try:
            serial.serial_for_url(self.port, self._baud, exclusive=True).close()
        except OSError as fault:
            return unopened(self.port, fault) or MoonhopError(f"cannot open {self.port}: {fault}")
        return MoonhopError(f"cannot open {self.port}: {error}; try again")

    def _enter(self) -> None:
        from mpremote.transport import TransportError

        for attempt in range(ATTEMPTS):
            heard = io.StringIO()
            try:
                with contextlib.redirect_stdout(heard):  # where mpremote shows what came instead
                    self._transport.enter_raw_repl(timeout_overall=self._answer)
                self._raw = True
                return
            except TransportError:
                if attempt == ATTEMPTS - 1:
                    raise self._no_prompt(heard.getvalue()) from None
            except OSError as error:
                raise self._lost(error) from None

    def _no_prompt(self, heard: str) -> MoonhopError:
        """Return what is wrong where no prompt comes; ``heard`` is a literal of what came."""
        if heard.strip() in ("", "b''"):
            return MoonhopError(
                f"nothing answers at {self.port}; check cable and port, press RESET and try again;"
                " a board without MicroPython needs first: moonhop flash"
            )
        return MoonhopError(
            f"what answers at {self.port} has no prompt of MicroPython; write it with:"
            " moonhop flash"
        )

    def _leave(self) -> None:
        transport, self._transport = self._transport, None
        if transport:
            held = getattr(transport.serial, "_socket", None)
            with contextlib.suppress(OSError):  # it is gone
                if self._raw:
                    transport.exit_raw_repl()
                transport.close()
            if held:
                held.close()  # pyserial leaves it open where the other side has gone
        self._raw = False

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Translate what mpremote and pyserial raise when a board is lost."""
        from mpremote.transport import TransportError, TransportExecError

        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        except TransportExecError:
            raise
        except (TransportError, OSError, struct.error) as error:
            self._raw = False
            raise self._lost(error) from None

    def _lost(self, error: Exception) -> MoonhopError:
        said = " ".join(str(error).split())
        return MoonhopError(
            f"lost the board at {self.port} ({said}); check cable and power and do it again:"
            " what has arrived is kept"
        )

    def _failed(self, traceback: str) -> MoonhopError:
        """Return what is wrong by the traceback of code on the board."""
        last = (traceback.strip().splitlines() or ["it says nothing"])[-1]
        if any(mark in last for mark in NO_ROOM):
            return MoonhopError(
                f"the flash of the board at {self.port} is full; remove files of yours there"
            )
        return MoonhopError(f"the board at {self.port} cannot do that: {last}")
