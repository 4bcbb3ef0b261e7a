"""Writes down the values of engine python: tables, closures, cells, coroutines.

No recursion: objects wait on a stack of their own, so depth is bounded by memory only. What the
writer remembers is one number per object.
"""

from moonhop_core.lua.functions import Bound, Function
from moonhop_core.lua.values import FALSE, TRUE, Coroutine, Table
from moonhop_core.process.image import DEPTH, PAIRS, ROOM, SHAPES, WIDEST
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
        # A metatable's mark, or "" and the first key -> [number, key, …] of the last such shape;
        # None: one such table was written in full.
        self._shapes: "dict[str, list[Any] | None]" = {}
        self._misfits: "dict[str, bool]" = {}  # keys of it where a table came that does not fit
        self._defined = 0
        self._depth = 0  # of records in records
        self._room = 0  # for so many more values in a record

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
            elif value.cells:
                self._put(["f", number] + [self.mention(v) for v in value.cells])

    def _table(self, number: int, table: Table) -> None:
        self._room = ROOM
        whole = self._compact(number, table)
        if whole is not None:
            self._put(whole)
            return
        h = table.h
        item = self._item
        record: "list[Any]" = ["a", number]
        size = 0
        while size + 1 in h:
            size += 1
            value = h[size]
            record.append(value if type(value) is int else item(value))
            if len(record) == 2 + 2 * PAIRS:
                self._put(record)
                record = ["a", number]
                self._room = ROOM
        if len(record) > 2:
            self._put(record)
        meta = None if table.meta is None else self.mention(table.meta)
        if size == len(h) and meta is None:
            return
        record = ["t", number, meta]
        self._room = ROOM
        for key, value in h.items():
            if type(key) is int and 1 <= key <= size:
                continue
            if len(record) == 3 + 2 * PAIRS:
                self._put(record)
                record = ["t", number, meta]
                self._room = ROOM
            record.append("s" + key if type(key) is str else self.mention(key))
            record.append(item(value))
        self._put(record)

    def _item(self, value: "Any") -> "Any":
        """Return a mark, or the record of a small table which nothing has mentioned before."""
        if (
            type(value) is not Table
            or self._depth == DEPTH
            or self._room <= 0
            or len(value.h) > WIDEST
            or id(value) in self._numbers
            or self._names.name_of(value) is not None
        ):
            return self.mention(value)
        self._count = number = self._count + 1
        self._numbers[id(value)] = number
        self._depth += 1
        record = self._compact(number, value)
        self._depth -= 1
        if record is None:
            self._todo.append(value)
            return "t%d" % number
        return record

    def _compact(self, number: int, table: Table) -> "list[Any] | None":
        """Return the one record of a small list or of a table that has a shape; None for others,
        of which nothing was mentioned then."""
        h = table.h
        count = len(h)
        if count > WIDEST:
            return None
        item = self._item
        record: "list[Any]"
        if not count or 1 in h:
            if table.meta is not None:
                return None
            for i in range(1, count + 1):
                if i not in h:
                    return None
            self._room -= count + 1
            record = ["a", number]
            for i in range(1, count + 1):
                record.append(item(h[i]))
            return record
        shape = self._shape(h, table.meta)
        if shape is None:
            return None
        self._room -= count + 1
        record = shape[:1]
        record.append(number)
        for at in range(1, len(shape)):
            key = shape[at]
            if key in h:
                record.append(item(h[key]))
                count -= 1
                if not count:
                    break
            else:
                record.append(None)
        return record

    def _shape(self, h: "dict[Any, Any]", meta: "Table | None") -> "list[Any] | None":
        """Return the shape to write a table in, a new one perhaps, or None if it had better be
        written in full: it is (or it may be) the only one of its kind."""
        first = next(iter(h))
        if type(first) is not str:
            return None
        mark = None if meta is None else self.mention(meta)
        slot = mark or ("s__index" if "__index" in h else "s" + first)
        shape = self._shapes.get(slot)
        if shape is None:
            if mark is None and slot not in self._shapes:
                self._shapes[slot] = None
                return None
        else:
            left = len(h)
            for key in shape:
                if key in h:
                    left -= 1
            if not left:
                return shape
        keys: "list[Any]" = list(h)
        for key in keys:
            if type(key) is not str:
                return None
        if shape is not None:
            more = [key for key in keys if key not in shape]
            known = len(keys) - len(more)
            if len(more) <= (known if meta else known - 1) and len(shape) + len(more) <= WIDEST:
                shape.extend(more)
                self._put(["s", shape[0]] + more)
                return shape
            if mark is None and slot not in self._misfits:
                self._misfits[slot] = True
                return None
            self._misfits.pop(slot, None)
        if self._defined == SHAPES:
            return None
        self._defined += 1
        self._put(["s", self._defined, mark] + keys)
        self._shapes[slot] = shape = [self._defined] + keys
        return shape

    def _coroutine(self, number: int, coroutine: Coroutine) -> None:
        mention = self.mention
        record = ["k", number, coroutine.status]
        if coroutine.function is not None or coroutine.error is not None:
            record.append(mention(coroutine.function))
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
