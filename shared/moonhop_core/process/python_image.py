"""Writes down the values of engine python: tables, closures, cells, coroutines.

No recursion: objects wait on a stack of their own, so depth is bounded by memory only. What the
writer remembers is one number per object.
"""

from moonhop_core.lua.values import FALSE, TRUE, Bound, Coroutine, Function, Table
from moonhop_core.process.image import PAIRS
from moonhop_core.process.values import float_mark

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.names import Names


class ImageWalker:
    """Writes records of whatever is reachable from the roots it is given."""

    def __init__(self, names: "Names", put: "Callable[[list[Any]], Any]"):
        self._names = names
        self._put = put
        self._numbers: "dict[int, int]" = {}  # id() of an object -> its number
        self._count = 0
        self._todo: "list[Any]" = []  # objects that were mentioned and not yet written

    def root(self, record: "list[Any]", values: "list[Any]") -> None:
        """Write a record with these values appended, and then all that they reach."""
        self._put(record + [self.mention(value) for value in values])
        self.flush()

    def mention(self, value: "Any") -> "Any":
        """Return what stands for a value inside a record; its own record may follow later."""
        kind = type(value)
        if kind is str:
            return "s" + value
        if value is None or kind is int:
            return value
        if value is TRUE:
            return True
        if value is FALSE:
            return False
        if kind is float:
            return float_mark(value)
        if kind is tuple:  # a pack has no identity; written at once, so readers know it
            self._count += 1
            pack = self._count
            self._put(["p", pack] + [self.mention(v) for v in value])
            return "p%d" % pack
        key = id(value)
        number = self._numbers.get(key, 0)
        if not number:
            if isinstance(value, (Table, Function)):
                name = self._names.name_of(value)
                if name is not None:
                    return "b" + name
            if not known(value, self._names):
                raise Unwritable(value)
            self._count = number = self._count + 1
            self._numbers[key] = number
            self._todo.append(value)
        if kind is Table:
            return "t%d" % number
        if kind is list:
            return "c%d" % number
        if kind is Coroutine:
            return "k%d" % number
        if kind is Bound:
            return "n%d" % number
        return "f%d:%s" % (number, self._names.proto_name(value))

    def flush(self) -> None:
        """Write all that was mentioned."""
        todo = self._todo
        while todo:
            value = todo.pop()
            number = self._numbers[id(value)]
            kind = type(value)
            if kind is Table:
                self._table(number, value)
            elif kind is list:
                self._put(["c", number, self.mention(value[0])])
            elif kind is Coroutine:
                self._coroutine(number, value)
            elif kind is Bound:
                self._put(["n", number, value.name, self.mention(value.state)])
            else:
                self._put(["f", number] + [self.mention(v) for v in value.cells])

    def _table(self, number: int, table: Table) -> None:
        mention = self.mention
        record: "list[Any]" = ["t", number, mention(table.meta)]
        left = PAIRS
        for key, value in table.h.items():
            if not left:
                self._put(record)
                record = ["t", number, mention(table.meta)]
                left = PAIRS
            record.append(mention(key))
            record.append(mention(value))
            left -= 1
        self._put(record)

    def _coroutine(self, number: int, coroutine: Coroutine) -> None:
        mention = self.mention
        record = ["k", number, coroutine.status, mention(coroutine.function)]
        if coroutine.error is not None:
            record.append(mention(coroutine.error.value))
        self._put(record)
        for entry in coroutine.stack:
            if type(entry[0]) is str:
                self._put(["m", number, entry[0]] + [mention(v) for v in entry[1:]])
                continue
            closers = entry[2]
            self._put(
                ["r", number, mention(entry[0]), entry[1]]
                + [None if closers is None else mention(tuple(closers))]
                + [mention(v) for v in entry[3:]]
            )

    def differences(self) -> None:
        """Write where builtin tables differ from what they were when the engine was made."""
        for name, table, pristine, meta in self._names.tables():
            record: "list[Any]" = ["d", name]
            for key, value in table.h.items():
                if key not in pristine or not same(pristine[key], value):
                    record.append(self.mention(key))
                    record.append(self.mention(value))
            for key in pristine:
                if key not in table.h:
                    record.append(self.mention(key))
                    record.append(None)
            for start in range(2, len(record), 2 * PAIRS):
                self._put(record[:2] + record[start : start + 2 * PAIRS])
            if table.meta is not meta:
                self._put(["M", name, self.mention(table.meta)])
            self.flush()


class Unwritable(Exception):
    """A value that no image can hold; whoever catches it looks for the path to it."""

    def __init__(self, value: "Any"):
        super().__init__(value)
        self.value = value


def known(value: "Any", names: "Names") -> bool:
    """Tell whether images have a notation for an object that is no builtin."""
    kind = type(value)
    if kind is Table or kind is list or kind is Coroutine:
        return True
    if kind is Bound:
        return names.builtin(value.name) is not None
    return isinstance(value, Function) and names.proto_name(value) is not None


def same(a: "Any", b: "Any") -> bool:
    """Tell whether two values are one and the same to Lua, and -0.0 is not 0.0."""
    if a is b:
        return True
    if type(a) is not type(b) or type(a) not in (int, float, str):
        return False
    return a == b if type(a) is not float else float_mark(a) == float_mark(b)
