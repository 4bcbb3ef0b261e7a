"""Programs of the fleet: fetched from the host in the form that an engine here loads, and kept."""

import asyncio
import io
import json
import sys

from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import NO_PROGRAM, RequestError
from moonhop_core.process.octets import from_bytes
from moonhop_core.process.program import LARGEST, Program, program_hash

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.http import Http, Response

MODULE = "moonhop_program"  # what a compiled program is imported as
KEPT = 8  # programs that no process uses
MPY = getattr(sys.implementation, "_mpy", 0)
ARCHITECTURES = (
    "",
    "x86",
    "x64",
    "armv6",
    "armv6m",
    "armv7m",
    "armv7em",
    "armv7emsp",
    "armv7emdp",
) + ("xtensa", "xtensawin", "rv32imc", "rv64imc")


class Bundles:
    """Fetches programs by hash; on CPython one that was fetched is shared by all
    its processes.

    native  bytes that programs' machine code may take yet; -1 once there was no memory for some. A
            board's executable memory is not its heap, and comes back with a restart only: what was
            loaded once counts for good
    """

    def __init__(self, http: "Http", away: "Any", compile: "Any" = None, native: int = 0):
        """`away` runs something that takes a while; `compile(program, engine)` makes the form that
        the engine will ask for, if making it later would hold something up."""
        self.native = native
        self._http = http
        self._away = away
        self._compile = compile or (lambda program, engine: program.form(engine))
        self._kept: "list[tuple[str, str, Program]]" = []  # (hash, engine, program), last used last
        self._coming: "dict[tuple[str, str], _Coming]" = {}  # by hash and engine

    async def get(
        self, hash: str, engine: str, name: str = "", manifest: "dict[str, Any] | None" = None
    ) -> Program:
        """Return a program with the form for an engine. Raises RequestError (no_program)."""
        for entry in self._kept:
            if entry[0] == hash and entry[1] == engine:
                self._kept.remove(entry)
                self._kept.append(entry)
                return entry[2]
        if MPY:  # a module holds the state of one process, and boards have no room to keep one
            return await self._fetch(hash, engine, name, manifest)
        coming = self._coming.get((hash, engine))
        if coming is None:
            coming = self._coming[hash, engine] = _Coming()
            try:
                coming.program = await self._fetch(hash, engine, name, manifest)
                self._kept.append((hash, engine, coming.program))
            except RequestError as error:
                coming.error = error
            finally:
                del self._coming[hash, engine]
                coming.over.set()
        else:
            await coming.over.wait()
        if coming.program is None:
            raise coming.error or RequestError(NO_PROGRAM, "program %s was not fetched" % hash[:12])
        return coming.program

    async def manifest(self, hash: str) -> "dict[str, Any]":
        """Return a program's manifest. Raises RequestError (no_program)."""
        try:
            found = json.loads((await self._get(hash, "manifest")).body)["manifest"]
        except (MoonhopError, ValueError, KeyError, TypeError) as error:
            raise RequestError(NO_PROGRAM, "program %s: %s" % (hash[:12], error))
        return found if isinstance(found, dict) else {}

    def trim(self, used: "list[str]") -> None:
        """Let go of programs that no process uses; `used` are the hashes that are in use."""
        idle = [entry for entry in self._kept if entry[0] not in used]
        for entry in idle[: max(0, len(idle) - KEPT)]:
            self._kept.remove(entry)

    async def _fetch(
        self, hash: str, engine: str, name: str, manifest: "dict[str, Any] | None"
    ) -> Program:
        try:
            return await self._load(hash, engine, name, manifest)
        except RequestError as error:
            raise error
        except (MoonhopError, OSError, ValueError, MemoryError, SyntaxError) as error:
            text = str(error) or type(error).__name__
            raise RequestError(NO_PROGRAM, "program %s: %s" % (hash[:12], text))

    async def _load(
        self, hash: str, engine: str, name: str, manifest: "dict[str, Any] | None"
    ) -> Program:
        if not MPY:  # CPython has the compiler
            text = from_bytes((await self._get(hash, "source")).body)
            if program_hash(text) != hash:
                raise RequestError(NO_PROGRAM, "program %s: another one came" % hash[:12])
            program = Program.from_source(text, name or hash[:12])
            await self._away(lambda: self._compile(program, engine))
            return program
        if manifest is None:
            manifest = await self.manifest(hash)
        pieces: "list[bytes]" = []  # a full heap may have no room for it in one piece
        room = self.native if "native" in manifest else 0
        await self._get(hash, "mpy?mpy=%d&native=%d" % (MPY, room), pieces.append)
        taken = 0
        if room:
            from moonhop_core.node.machine_code import size

            taken = size(pieces)
            self.native -= taken
        try:
            # The module in no variable: whatever has this coroutine by accident would have it, too.
            forms = {"micropython": load_mpy(pieces)}
        except MemoryError as error:
            if not taken:
                raise error
            self.native = -1  # there is less executable memory than was said, or it is in pieces
            return await self._load(hash, engine, name, manifest)
        return Program.from_forms(name or hash[:12], hash, manifest, forms)

    async def _get(self, hash: str, form: str, sink: "Any" = None) -> "Response":
        path = "/programs/%s/%s" % (hash, form)
        response = await self._http.request("GET", path, limit=LARGEST, sink=sink)
        if not response.ok:
            reason = "is unknown to the host" if response.status == 404 else ""
            raise RequestError(
                NO_PROGRAM,
                "program %s %s"
                % (hash[:12], reason or "cannot be had: the host answers %d" % response.status),
            )
        return response


class _Coming:
    """A program that is being fetched; whoever else wants it meanwhile waits for `over`."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.program: "Program | None" = None
        self.error: "RequestError | None" = None


def mpy_of(number: int) -> "dict[str, Any]":
    """Return what sys.implementation._mpy says: version of the format, and machine."""
    arch = number >> 10
    return {
        "version": "%d.%d" % (number & 0xFF, number >> 8 & 3),
        "arch": ARCHITECTURES[arch] if arch < len(ARCHITECTURES) else "",
        "sys": number,
    }


class _Pieces(io.IOBase):
    """A file that is read once, from pieces which are let go on the way."""

    def __init__(self, pieces: "list[bytes]"):
        self.pieces = pieces
        self.at = 0

    def readinto(self, buffer: "Any") -> int:
        """Fill the buffer; less is in it only at the end."""
        done = 0
        while done < len(buffer) and self.pieces:
            piece = self.pieces[0]
            count = min(len(buffer) - done, len(piece) - self.at)
            buffer[done : done + count] = piece[self.at : self.at + count]
            done += count
            self.at += count
            if self.at == len(piece):
                self.at = 0
                self.pieces.pop(0)
        return done

    def ioctl(self, request: int, argument: int) -> int:
        """Have nothing to close or to tell."""
        return 0


class _Memory:
    """A file system with one file, a compiled module, that is nowhere but in memory."""

    def __init__(self, name: str, pieces: "list[bytes]"):
        self.name = name
        self.pieces = pieces

    def mount(self, readonly: bool, mkfs: bool) -> None:
        """Have nothing to prepare."""

    def umount(self) -> None:
        """Have nothing to put away."""

    def stat(self, path: str) -> "tuple[int, ...]":
        """Know the one file."""
        if path.lstrip("/") != self.name:
            raise OSError(2)
        return (0x8000, 0, 0, 0, 0, 0, sum([len(piece) for piece in self.pieces]), 0, 0, 0)

    def open(self, path: str, mode: str) -> "Any":
        """Open it."""
        self.stat(path)
        return _Pieces(self.pieces)


def load_mpy(pieces: "list[bytes]") -> "Any":
    """Import a compiled module from its pieces, which are gone then; it does not stay in
    sys.modules. MicroPython only. All have the same name, for it keeps those of modules for ever.
    """
    try:
        import vfs  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise RequestError(NO_PROGRAM, "compiled programs need MicroPython")

    vfs.mount(_Memory(MODULE + ".mpy", pieces), "/moonhop_program")
    sys.path.insert(0, "/moonhop_program")
    try:
        return __import__(MODULE)
    finally:
        sys.path.pop(0)
        vfs.umount("/moonhop_program")
        sys.modules.pop(MODULE, None)
