"""The names that images use for what they do not write down: builtins and prototypes."""

from moonhop_core.lua.values import RUNS, Bound, Function, Table

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


class Names:
    """The builtins of an engine by registered name, and the prototypes of its program."""

    def __init__(self, builtins: "dict[str, Any]", find_proto: "Callable[[str], Any]"):
        """`find_proto` gives the prototype for "NUMBER" or "UNIT/NUMBER", None if there is none.
        Made before the program runs: builtin tables are now as images will take them to be."""
        self._builtins = builtins
        self._find_proto = find_proto
        self._tables: "dict[int, str]" = {}  # id() of a builtin table -> name
        self._metas: "dict[str, Any]" = {}
        # What does not follow from the names: fields that are not registered, registered builtins
        # that are no fields. A copy of all tables would cost a board several kilobytes.
        self._more: "dict[str, dict[Any, Any]]" = {}
        self._hidden: "set[str]" = set()
        for name, value in builtins.items():
            if type(value) is Table:
                self._tables[id(value)] = name
                self._metas[name] = value.meta
                more = {k: v for k, v in value.h.items() if not self._follows(name, k, v)}
                if more:
                    self._more[name] = more
            holder, field = split(name)
            table = builtins.get(holder)
            if type(table) is not Table or table.h.get(field) is not value:
                self._hidden.add(name)

    def _follows(self, table: str, key: "Any", value: "Any") -> bool:
        if type(key) is not str or value is None:
            return False
        return self._builtins.get(key if table == "_G" else table + "." + key) is value

    def name_of(self, value: "Any") -> "str | None":
        """Return the registered name of a builtin function or table."""
        if type(value) is Table:
            return self._tables.get(id(value))
        name = value.proto
        known = type(name) is str and type(value) is not Bound and name in self._builtins
        return name if known else None

    def builtin(self, name: str) -> "Any":
        """Return the builtin with this name, or None."""
        return self._builtins.get(name)

    def tables(self) -> "Iterator[tuple[str, Table, dict[Any, Any], Any]]":
        """Yield (name, builtin table, its pristine pairs, its pristine metatable)."""
        pristine: "dict[str, dict[Any, Any]]" = {}
        for name, value in self._builtins.items():
            if name not in self._hidden:
                holder, field = split(name)
                if holder not in pristine:
                    pristine[holder] = {}
                pristine[holder][field] = value
        for name, meta in self._metas.items():
            pairs = pristine.get(name, {})
            pairs.update(self._more.get(name, {}))
            yield name, self._builtins[name], pairs, meta

    def proto_name(self, function: Function) -> "str | None":
        """Return "NUMBER" or "UNIT/NUMBER" for a Lua function, None for a builtin."""
        proto = function.proto
        return None if proto is None or type(proto) is str else str(proto.ident)

    def blank(self, name: str) -> "Any":
        """Make a function of a prototype, to be filled later."""
        proto = self._find_proto(name)
        if proto is None:
            raise ValueError("the program has no function " + name)
        return proto.kind(proto, (), None)

    def fill(self, function: "Any", cells: "list[Any]") -> None:
        """Complete a blank function."""
        proto = function.proto
        kinds = "".join(["c" if type(cell) is list else "v" for cell in cells])
        if kinds != proto.kinds:
            raise ValueError("upvalues do not fit function %s" % proto.ident)
        function.cells = tuple(cells)
        setattr(function, proto.attribute, proto.make(*cells))

    def callable_of(self, builtin: Function) -> "Any":
        """Return the Python callable of a builtin function."""
        for run in RUNS:
            if run in builtin.__dict__:
                return builtin.__dict__[run]
        raise ValueError("not a builtin function")


def split(name: str) -> "tuple[str, str]":
    """Return the table that a registered name is a field of, and the field."""
    at = name.rfind(".")
    return (name[:at], name[at + 1 :]) if at >= 0 else ("_G", name)
