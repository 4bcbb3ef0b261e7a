"""A program: Lua source with its manifest and modules, and the forms that engines load."""

from binascii import hexlify
from hashlib import sha256
from sys import implementation

from moonhop_core.errors import MoonhopError
from moonhop_core.process.octets import to_bytes

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from moonhop_core.lang.modules import Module

LARGEST = 4 << 20  # bytes of a program with its modules
FORMAT = 1  # of what the compiler makes: programs hop only between nodes with the same
FORMS = ("python", "micropython", "lua54", "luajit")


def program_hash(text: str) -> str:
    """Return the hex digest that names a program: over the compiler's format and its text, which
    is its source, or a bundle with its modules (`process/bundle.py`).

    `text` has code points 0..255, one for each byte.
    """
    digest = sha256(b"moonhop-program %d\n" % FORMAT)
    digest.update(to_bytes(text))
    return hexlify(digest.digest()).decode()


class Program:
    """Lua source under a name, compiled when a form is first asked for.

    name      the source's name, as it stands in messages ("readings.lua")
    source    Lua text, code points 0..255; "" on a board that got only forms
    modules   what `require` finds (`lang/modules.py`); they are compiled with the source
    hash      names the program everywhere: images, transfers, file server
    manifest  a dict (`lang/manifest.py`)
    """

    def __init__(
        self,
        name: str,
        source: str,
        hash: str,
        manifest: "dict[str, Any]",
        forms: "dict[str, Any] | None" = None,
        modules: "Sequence[Module]" = (),
    ):
        self.name = name
        self.source = source
        self.modules = modules
        self.hash = hash
        self.manifest = manifest
        self._forms: "dict[str, Any]" = {} if forms is None else forms
        self._lowered: "Any" = None

    @staticmethod
    def from_source(text: str, name: str) -> "Program":
        """Return the program of a Lua text, or of a bundle. Raises the manifest's error; the text
        itself is compiled later, by `form` or `lowered`."""
        from moonhop_core.lang.manifest import parse_manifest
        from moonhop_core.process.bundle import unpack

        source, modules = unpack(text)
        manifest = parse_manifest(source, name)
        return Program(name, source, program_hash(text), manifest, None, modules)

    @staticmethod
    def from_forms(
        name: str, hash: str, manifest: "dict[str, Any]", forms: "dict[str, Any]", text: str = ""
    ) -> "Program":
        """Return a program that was compiled elsewhere. A form is emitted text; "micropython" may
        be an imported module of it. `text` is its source or bundle, if it is there."""
        source = ""
        modules: "list[Module]" = []
        if text:
            from moonhop_core.process.bundle import unpack

            source, modules = unpack(text)
        return Program(name, source, hash, manifest, forms, modules)

    @property
    def text(self) -> str:
        """Its source, or its bundle if it has modules."""
        from moonhop_core.process.bundle import pack

        return pack(self.source, self.modules)

    @property
    def lowered(self) -> "Any":
        """The lowered prototypes. Raises the compiler's error (file, line, column), or MoonhopError
        for a function in the manifest that there is none of."""
        if self._lowered is None:
            if not self.source:
                raise MoonhopError("%s came without source and cannot be compiled here" % self.name)
            from moonhop_core.lang.compile import compile_lua

            lowered = compile_lua(self.source, self.name, False, self.modules)
            if "native" in self.manifest:
                from moonhop_core.lang.native import native_functions

                lowered.native = native_functions(lowered, self.manifest["native"])
            self._lowered = lowered
        return self._lowered

    def form(self, form: str) -> "Any":
        """Return the text (or perhaps a module) that an engine loads: "python" on CPython, on
        MicroPython "micropython", which has checks (`lang/checks.py`); "lua54", "luajit".
        Raises the compiler's error, or MoonhopError if there is no source."""
        found = self._forms.get(form)
        if found is None:
            if form == "python" or form == "micropython":
                from moonhop_core.lang.emit_python import emit_python

                found = emit_python(self.lowered, form == "micropython")
            elif form in FORMS:
                from moonhop_core.lang.emit_lua import emit_lua

                found = emit_lua(self.lowered, form)
            else:
                raise MoonhopError("unknown program form %r" % form)
            self._forms[form] = found
        return found

    def python(self) -> "Any":
        """Return what engine python loads here: an imported module, text, or on CPython the code
        of the text, compiled once for all processes of the program."""
        form = self.form("python" if implementation.name == "cpython" else "micropython")
        if not isinstance(form, str) or implementation.name != "cpython":
            return form
        code = self._forms.get("python code")
        if code is None:
            from moonhop_core.lua.proto import compile_python

            code = self._forms["python code"] = compile_python(form, 0)
        return code

    def forget(self) -> None:
        """Let go of a form that only one process could use: an imported module. One of its
        functions that something still has by accident shall not keep all others in memory."""
        module = self._forms.get("micropython", "")
        if not isinstance(module, str):
            del self._forms["micropython"]
            for name in dir(module):
                if not name.startswith("_"):
                    delattr(module, name)
