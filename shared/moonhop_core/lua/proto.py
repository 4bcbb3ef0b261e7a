"""Prototypes at run time, and the loader of what `lang/emit_python.py` emits."""

from moonhop_core.errors import MoonhopError
from moonhop_core.lua.functions import FF, RUNS, function_class

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Proto:
    """One function of a unit, as closures refer to it.

    unit, number  where it stands; `ident` is how images write it ("NUMBER" or "UNIT/NUMBER")
    name, line    for tracebacks; name "" is an anonymous function
    params        frame form: how many parameters; direct form: the same, or -1 for any number
    kinds         "c" (cell) or "v" (value) for each upvalue
    frame         frame form (about[4] & 3 is 1; 2 is tail form; & 4: it has, or is, a deep form);
                  `suspends`: it can really suspend
    vararg        takes extra arguments; a frame keeps them, as a pack, behind its parameters
    live, lines   frame form: how many values a frame holds at each resume point, and its Lua line
                  (lines has those of tail calls as well, behind)
    kind          class of its closures; `attribute` is where they keep the callable
    make          the factory: takes the cells, gives the callable
    """

    def __init__(self, unit: "Unit", number: int, about: "Any", make: "Callable[..., Any]"):
        self.unit = unit
        self.machine = unit.machine
        self.number = number
        self.about = about
        self.params: int = about[2]
        self.frame: bool = about[4] & 3 == 1
        self.vararg: bool = about[6] == 1
        self.make = make
        if self.frame:
            self.kind: "Any" = FF
            self.attribute = "step"
        else:
            self.kind = function_class(self.params)
            self.attribute = RUNS[self.params]
            if about[4] & 3 == 2:
                from moonhop_core.lua.tail_form import FT

                self.kind = FT

    # Read where speed does not matter, so they are no fields: a board has many of these objects.

    @property
    def name(self) -> str:
        found: str = self.about[0]
        return found

    @property
    def line(self) -> int:
        found: int = self.about[1]
        return found

    @property
    def kinds(self) -> str:
        found: str = self.about[3]
        return found

    @property
    def suspends(self) -> bool:
        found: bool = self.about[5] == 1
        return found

    @property
    def live(self) -> "tuple[int, ...]":
        found: "tuple[int, ...]" = self.about[7]
        return found

    @property
    def lines(self) -> "tuple[int, ...]":
        found: "tuple[int, ...]" = self.about[8]
        return found

    @property
    def ident(self) -> "int | str":
        if self.unit.number == 0:
            return self.number
        return "%d/%d" % (self.unit.number, self.number)

    @property
    def file(self) -> str:
        """The name of the file that the function stands in."""
        found = self.unit.name
        for _, name, main in self.unit.modules:
            if main <= self.number:
                found = name
        return found

    @property
    def title(self) -> str:
        """The function as tracebacks name it."""
        if self.name == "main chunk":
            return self.name
        if self.name:
            return "function '%s'" % self.name
        return "function <%s:%d>" % (self.file, self.line)


def fresh(module: "Any") -> "Any":
    """Import a module once more, as another module object."""
    import sys

    name = module.__name__
    del sys.modules[name]
    try:
        __import__(name)
        return sys.modules[name]
    finally:
        sys.modules[name] = module


def compile_python(text: str, number: int) -> "Any":
    """Compile emitted text; MoonhopError if that is more than this Python takes."""
    try:
        return compile(text, "<lua %d>" % number, "exec")
    except (SyntaxError, RuntimeError) as error:
        why = str(error)
    raise MoonhopError("a function or expression is too large for engine python (%s)" % why)


def inflated(data: bytes) -> str:
    """Return a text that boards have in compressed form (zlib)."""
    try:
        from io import BytesIO

        from deflate import ZLIB, DeflateIO  # type: ignore[import-not-found,unused-ignore]
    except ImportError:  # a small MicroPython: its errors name no variables
        return ""
    text: str = DeflateIO(BytesIO(data), ZLIB).read().decode()
    return text


class Unit:
    """One text of the program: unit 0 is the program itself, others came through `load`.

    form     the emitted module: text, its code, or the imported module object of it
    name     the source's name as messages show it
    source   its Lua text, where the image needs it (units above 0)
    given    the chunk's name as `load` was given it
    globals  the table that its globals are fields of
    uses     dotted names of builtins that it mentions; None: it may want any
    modules  (name, file's name, number of its main chunk) of each module in it, by number
    deeper   (number, description) of the prototypes that have a deep form; depths: these by number
    """

    deeper: "tuple[tuple[int, Any], ...]" = ()
    depths: "dict[int, Proto]"

    def __init__(
        self,
        machine: "Any",
        number: int,
        form: "Any",
        globals: "Any",
        source: str = "",
        given: str = "",
    ):
        self.machine = machine
        self.number = number
        self.globals = globals
        self.source = source
        self.given = given
        self.protos: "list[Proto]" = []
        self.module: "Any" = None
        self.space: "dict[str, Any] | None" = None  # what is named in the emitted module
        if isinstance(form, str):
            form = compile_python(form, number)
        if not hasattr(form, "load"):
            module: "dict[str, Any]" = {}
            exec(form, module)
            self.space = module
        else:
            if getattr(form, "g", None) is not None:
                form = fresh(form)  # some other machine has it: a module belongs to one
            self.module = form
            module = {
                name: getattr(form, name)
                for name in ("load", "NAME", "PROTOS", "LINES", "ABOUT", "STARTS")
            }
            module["USES"] = getattr(form, "USES", None)
            module["DEEP"] = getattr(form, "DEEP", ())
            module["MODULES"] = getattr(form, "MODULES", ())
        uses: "str | None" = module.get("USES")
        self.uses = None if uses is None else uses.split(" ")
        self.modules: "tuple[tuple[str, str, int], ...]" = module.get("MODULES", ())
        self.name: str = module["NAME"]
        self.lines: str = module["LINES"]
        self.about: "str | bytes" = module["ABOUT"]
        self.starts: "tuple[int, ...]" = module["STARTS"]
        deeper = module.get("DEEP")
        if deeper:
            self.deeper = deeper
            self.depths = {}
        factories = module["load"](self)
        for at, about in enumerate(module["PROTOS"]):
            self.protos.append(Proto(self, at, about, factories[at]))

    def deep(self, number: int) -> Proto:
        """Return the deep form of a prototype, made when it is first wanted."""
        found = self.depths.get(number)
        if found is None:
            name = "d%d" % number
            space = self.space
            make = getattr(self.module, name) if space is None else space[name]
            for at, about in self.deeper:
                if at == number:
                    found = self.depths[number] = Proto(self, number, about, make)
        assert found is not None
        return found

    def untie(self) -> None:
        """Let an imported module go, for some other machine."""
        self.protos.clear()
        if self.deeper:
            self.depths.clear()
        for name in ("g", "G", "P", "M", "S", "method"):
            if self.module is not None:
                setattr(self.module, name, None)

    def allow(self, going: bool) -> None:
        """Have the text's checks succeed, or fail from now on (`lang/checks.py`)."""
        space = self.space
        module = self.module
        if going:
            if space is not None:
                space["TURN"] = None
            else:
                module.TURN = None
        elif space is not None:
            space.pop("TURN", None)
        elif hasattr(module, "TURN"):
            del module.TURN

    def lua_line(self, line: int) -> int:
        """Return the Lua line of a line of the emitted module; 0 if it has none."""
        found = 0
        at = 0
        lines = self.lines
        for _ in range(line):
            char = lines[at]
            at += 1
            if char == "~":
                end = lines.find(";", at)
                found = int(lines[at:end])
                at = end + 1
            else:
                found += ord(char) - 60
        return found

    def proto_at(self, line: int) -> "Proto | None":
        """Return the prototype that a line of the emitted module belongs to."""
        found = None
        for at, start in enumerate(self.starts):
            if start > line:
                break
            number = at - len(self.protos)
            found = self.protos[at if number < 0 else self.deeper[number][0]]
        return found

    def place(self, line: int) -> str:
        """Return "FILE:LINE" for a line of the emitted module."""
        proto = self.proto_at(line)
        name = self.name if proto is None else proto.file
        return "%s:%d" % (name, self.lua_line(line))

    def about_line(self, line: str) -> "list[str]":
        """Return what an emitted line does with which variables: ["I.x=local 't'", …]. The calls
        that leave a frame are known by "PROTOTYPE.PC" instead of the line."""
        start = line + " "
        about = self.about if isinstance(self.about, str) else inflated(self.about)
        for entry in about.split("\n"):
            if entry.startswith(start):
                return entry[len(start) :].split("`")
        return []
