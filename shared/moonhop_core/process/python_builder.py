"""Makes the values of engine python again from the records of an image."""

from moonhop_core.lua.errors import LuaError
from moonhop_core.lua.functions import Bound, callable_of
from moonhop_core.lua.values import FALSE, TRUE, Coroutine, Table
from moonhop_core.process.image import ImageError
from moonhop_core.process.values import read_float

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.process.names import Names

LEAST = -0x8000000000000000
MOST = 0x7FFFFFFFFFFFFFFF


class ImageBuilder:
    """Takes records in any order that an engine writes them in; see `python_image.py`."""

    def __init__(self, names: "Names"):
        self._names = names
        self._objects: "dict[int, Any]" = {}
        self._written: "set[int]" = set()  # objects whose record has come
        self._shapes: "list[list[Any]]" = []  # [metatable, key, …]
        self._patches: "list[tuple[list[Any], int, int]]" = []  # (list, place, pack's number)
        self.tasks: "dict[int, Coroutine]" = {}
        self.kept: "dict[int, Any]" = {}

    def value(self, mark: "Any") -> "Any":
        """Return the value that a mark in a record stands for. Raises ValueError."""
        kind = type(mark)
        if kind is str:
            letter = mark[:1]
            if letter == "s":
                return mark[1:]
            if letter == "d":
                return read_float(mark)
            if letter == "b":
                found = self._names.builtin(mark[1:])
                if found is None:
                    raise ImageError("this node has no builtin '%s'" % mark[1:])
                return found
            return self._object(letter, mark[1:])
        if mark is None:
            return None
        if kind is bool:
            return TRUE if mark else FALSE
        if kind is int and LEAST <= mark <= MOST:
            return mark
        if kind is list and (type(mark[0]) is int or mark[0] == "a"):
            self.read(mark)
            return self._objects[mark[1]]
        raise ValueError("bad value " + str(mark))

    def _object(self, letter: str, rest: str) -> "Any":
        proto = ""
        if letter == "f":
            rest, proto = rest.split(":")
        number = int(rest)
        found = self._objects.get(number)
        if found is None:
            if letter == "t":
                found = Table({})
            elif letter == "c":
                found = [None]
            elif letter == "f":
                found = self._names.blank(proto)
                if not found.proto.kinds:  # it has no record
                    self._names.fill(found, [])
                    self._written.add(number)
            elif letter == "k":
                found = Coroutine(None)
            elif letter == "n":
                found = Bound("", None, _blank)
            elif letter == "p":
                raise ValueError("pack %d is not there yet" % number)
            else:
                raise ValueError("bad mark " + letter + rest)
            self._objects[number] = found
        elif letter != _letter(found):
            raise ValueError("object %d is of two kinds" % number)
        return found

    def _known(self, letter: str, number: int) -> "Any":
        """Return the object that a record is about."""
        self._written.add(number)
        if letter == "f":
            return self._objects[number]  # its prototype is in the mention, which comes before
        return self._object(letter, str(number))

    def _values(self, marks: "list[Any]") -> "list[Any]":
        """Return values for a frame or marker: packs may still be missing."""
        made: "list[Any]" = []
        for mark in marks:
            if type(mark) is str and mark[:1] == "p" and int(mark[1:]) not in self._objects:
                self._patches.append((made, len(made), int(mark[1:])))
                made.append(None)
            else:
                made.append(self.value(mark))
        return made

    def read(self, record: "list[Any]") -> bool:
        """Take a record. Tells whether it was one of those for values."""
        kind = record[0]
        if type(kind) is int:
            self._shaped(record)
        elif kind == "t":
            table = self._known("t", record[1])
            table.meta = _table(self.value(record[2])) if len(record) > 2 else None
            self._pairs(table, record, 3)
        elif kind == "a":
            table = self._known("t", record[1])
            n = table.length()
            for i in range(2, len(record)):
                n += 1
                table.set(n, self.value(record[i]))
        elif kind == "s":
            self._shape(record)
        elif kind == "c":
            self._known("c", record[1])[0] = self.value(record[2])
        elif kind == "f":
            self._names.fill(self._known("f", record[1]), [self.value(v) for v in record[2:]])
        elif kind == "n":
            bound = self._known("n", record[1])
            builtin = self.value("b" + record[2])
            bound.proto = bound.name = record[2]
            bound.run = callable_of(builtin)
            bound.state = self.value(record[3])
        elif kind == "p":
            self._written.add(record[1])
            self._objects[record[1]] = tuple([self.value(v) for v in record[2:]])
        elif kind == "d":
            table = self.value("b" + record[1])
            top = record[1] in ("_G", "package.loaded")
            for i in range(2, len(record), 2):
                if record[i + 1] is None and type(record[i]) is str:  # it was taken out: be sure
                    field = record[i][1:]  # that it was in
                    self._names.builtin(field if top else record[1] + "." + field)
            self._pairs(table, record, 2)
        elif kind == "M":
            self.value("b" + record[1]).meta = _table(self.value(record[2]))
        elif kind == "h":
            self.kept[record[1]] = self.value(record[2])
        else:
            return self._read_coroutine(kind, record)
        return True

    def _shape(self, record: "list[Any]") -> None:
        number = record[1]
        start = 2
        if number == len(self._shapes) + 1:
            self._shapes.append([_table(self.value(record[2]))])
            start = 3
        shape = self._shapes[number - 1 if number > 0 else len(self._shapes)]
        for key in record[start:]:
            if type(key) is not str:
                raise ValueError("a shape's key is no text")
            shape.append(key)

    def _shaped(self, record: "list[Any]") -> None:
        shape = self._shapes[record[0] - 1 if record[0] > 0 else len(self._shapes)]
        table = self._known("t", record[1])
        table.meta = shape[0]
        h = table.h
        for i in range(2, len(record)):
            value = record[i]
            if value is not None:
                h[shape[i - 1]] = self.value(value)

    def _pairs(self, table: "Any", record: "list[Any]", start: int) -> None:
        for i in range(start, len(record), 2):
            key = self.value(record[i])
            if key is None or key != key:
                raise ValueError("a key is nil or nan")
            table.set(key, self.value(record[i + 1]))

    def _read_coroutine(self, kind: str, record: "list[Any]") -> bool:
        if kind == "k":
            coroutine = self._known("k", record[1])
            coroutine.status = record[2]
            if len(record) > 3:
                coroutine.function = self.value(record[3])
            if len(record) > 4:
                coroutine.error = LuaError(self.value(record[4]))
        elif kind == "m":
            stack = self._known("k", record[1]).stack
            entry: "list[Any]" = self._values(record[2:3] and ["s" + record[2]] + record[3:])
            stack.append(entry)
            if record[2] == "resume" or record[2] == "wrap":
                entry[1].parent = self._known("k", record[1])
        elif kind == "r":
            stack = self._known("k", record[1]).stack
            entry = self._values([record[2], record[3], record[4]] + record[5:])
            stack.append(entry)
        elif kind == "T":
            self.tasks[record[1]] = self._object("k", str(record[2]))
        else:
            return False
        return True

    def finish(self) -> None:
        """Tie up what is left; only `tasks` and `kept` are here then. Raises ImageError if a
        mentioned object never came."""
        for entry, place, number in self._patches:
            if number not in self._objects:
                raise ImageError("the image mentions pack %d, which is not in it" % number)
            entry[place] = self._objects[number]
        for number, value in self._objects.items():
            if number not in self._written:
                raise ImageError("the image mentions object %d, which is not in it" % number)
            if type(value) is Coroutine:
                for entry in value.stack:
                    if type(entry[0]) is not str and entry[2] is not None:
                        entry[2] = list(entry[2])
        # Whoever has this by accident (see Machine.close) shall not have the process with it.
        self._objects.clear()
        self._written.clear()
        self._shapes.clear()
        self._patches.clear()


def _letter(value: "Any") -> str:
    kind = type(value)
    if kind is Table:
        return "t"
    if kind is list:
        return "c"
    if kind is tuple:
        return "p"
    if kind is Coroutine:
        return "k"
    return "n" if kind is Bound else "f"


def _table(value: "Any") -> "Any":
    """Return a metatable, or None."""
    if value is not None and type(value) is not Table:
        raise ValueError("a metatable is no table")
    return value


def _blank() -> None:
    """Stand where a callable will be."""
