"""Programs of the fleet: fetched from the host in the form that an engine here loads, and kept."""

import json
import sys

from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import NO_PROGRAM, RequestError
from moonhop_core.process.octets import from_bytes
from moonhop_core.process.program import Program, program_hash

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.http import Http, Response

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
    its processes."""

    def __init__(self, http: "Http", away: "Any", compile: "Any" = None):
        """`away` runs something that takes a while; `compile(program, engine)` makes the form that
        the engine will ask for, if making it later would hold something up."""
        self._http = http
        self._away = away
        self._compile = compile or (lambda program, engine: program.form(engine))
        self._kept: "list[tuple[str, str, Program]]" = []  # (hash, engine, program), last used last

    async def get(
        self, hash: str, engine: str, name: str = "", manifest: "dict[str, Any] | None" = None
    ) -> Program:
        """Return a program with the form for an engine. Raises RequestError (no_program)."""
        for entry in self._kept:
            if entry[0] == hash and entry[1] == engine:
                self._kept.remove(entry)
                self._kept.append(entry)
                return entry[2]
        try:
            program = await self._fetch(hash, engine, name, manifest)
        except RequestError:
            raise
        except (MoonhopError, OSError, ValueError, MemoryError, SyntaxError) as error:
            text = str(error) or type(error).__name__
            raise RequestError(NO_PROGRAM, "program %s: %s" % (hash[:12], text)) from None
        if not MPY:  # a module holds the state of one process, and boards have no room to keep one
            self._kept.append((hash, engine, program))
        return program

    async def manifest(self, hash: str) -> "dict[str, Any]":
        """Return a program's manifest. Raises RequestError (no_program)."""
        try:
            found = json.loads((await self._get(hash, "manifest")).body)["manifest"]
        except (MoonhopError, ValueError, KeyError, TypeError) as error:
            raise RequestError(NO_PROGRAM, "program %s: %s" % (hash[:12], error)) from None
        return found if isinstance(found, dict) else {}

    def trim(self, used: "list[str]") -> None:
        """Let go of programs that no process uses; `used` are the hashes that are in use."""
        idle = [entry for entry in self._kept if entry[0] not in used]
        for entry in idle[: max(0, len(idle) - KEPT)]:
            self._kept.remove(entry)

    async def _fetch(
        self, hash: str, engine: str, name: str, manifest: "dict[str, Any] | None"
    ) -> Program:
        if not MPY:  # CPython has the compiler
            source = from_bytes((await self._get(hash, "source")).body)
            if program_hash(source) != hash:
                raise RequestError(NO_PROGRAM, "program %s: another one came" % hash[:12])
            program = Program.from_source(source, name or hash[:12])
            await self._away(lambda: self._compile(program, engine))
            return program
        if manifest is None:
            manifest = await self.manifest(hash)
        # Nothing big in a variable: whatever has this coroutine by accident would have that, too.
        response = await self._get(hash, "mpy?mpy=%d" % MPY)
        forms = {"python": load_mpy(response, "program_" + hash[:16])}
        return Program.from_forms(name or hash[:12], hash, manifest, forms)

    async def _get(self, hash: str, form: str) -> "Response":
        response = await self._http.request("GET", "/programs/%s/%s" % (hash, form), limit=1 << 20)
        if not response.ok:
            reason = "is unknown to the host" if response.status == 404 else ""
            raise RequestError(
                NO_PROGRAM,
                "program %s %s"
                % (hash[:12], reason or "cannot be had: the host answers %d" % response.status),
            )
        return response


def mpy_of(number: int) -> "dict[str, Any]":
    """Return what sys.implementation._mpy says: version of the format, and machine."""
    arch = number >> 10
    return {
        "version": "%d.%d" % (number & 0xFF, number >> 8 & 3),
        "arch": ARCHITECTURES[arch] if arch < len(ARCHITECTURES) else "",
        "sys": number,
    }


class _Memory:
    """A file system with one file, a compiled module, that is nowhere but in memory."""

    def __init__(self, name: str, response: "Response"):
        self.name = name
        self.response = response

    def mount(self, readonly: bool, mkfs: bool) -> None:
        """Have nothing to prepare."""

    def umount(self) -> None:
        """Have nothing to put away."""

    def stat(self, path: str) -> "tuple[int, ...]":
        """Know the one file."""
        if path.lstrip("/") != self.name:
            raise OSError(2)
        return (0x8000, 0, 0, 0, 0, 0, len(self.response.body), 0, 0, 0)

    def open(self, path: str, mode: str) -> "Any":
        """Open it."""
        import io

        self.stat(path)
        return io.BytesIO(self.response.body)


def load_mpy(response: "Response", name: str) -> "Any":
    """Import a compiled module, a response's body, which is gone then; the module does not stay in
    sys.modules. MicroPython only."""
    try:
        import vfs  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise RequestError(NO_PROGRAM, "compiled programs need MicroPython") from None

    vfs.mount(_Memory(name + ".mpy", response), "/moonhop_program")
    sys.path.insert(0, "/moonhop_program")
    try:
        return __import__(name)
    finally:
        response.body = b""
        sys.path.pop(0)
        vfs.umount("/moonhop_program")
        sys.modules.pop(name, None)
