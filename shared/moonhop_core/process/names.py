"""The names that images use for what they do not write down: builtins and prototypes."""

from moonhop_core.lua.functions import Bound, Function
from moonhop_core.lua.libraries import find
from moonhop_core.lua.values import Table

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from moonhop_core.lua.machine import Machine

STRING_META = "string.meta"  # registered name of the metatable that all strings share


class Names:
    """The builtins of an engine by registered name, and the prototypes of its program."""

    def __init__(self, machine: "Machine", find_proto: "Callable[[str], Any]"):
        """`find_proto` gives the prototype for "NUMBER" or "UNIT/NUMBER", None if there is none."""
        self._machine = machine
        self._find_proto = find_proto

    def name_of(self, value: "Any") -> "str | None":
        """Return the registered name of a builtin function or table."""
        if type(value) is Table:
            if value is self._machine.string_meta:
                return STRING_META
            return self._machine.tables.get(id(value))
        name = value.proto
        return name if type(name) is str and type(value) is not Bound else None

    def builtin(self, name: str) -> "Any":
        """Return the builtin with this name, or None."""
        return self._machine.string_meta if name == STRING_META else find(self._machine, name)

    def tables(self) -> "Iterator[tuple[str, Table, dict[Any, Any], Any]]":
        """Yield (name, builtin table, its pristine pairs, its pristine metatable).

        What no unit names is not there and not among the pairs, unless an image took it away.
        """
        machine = self._machine
        pristine: "dict[str, dict[Any, Any]]" = {}
        for known in (machine.builtins, machine.constants):
            for name in known:
                at = name.rfind(".")
                if at >= 0 or name not in machine.hidden:
                    holder = name[:at] if at >= 0 else "_G"
                    if holder not in pristine:
                        pristine[holder] = {}
                    pristine[holder][name[at + 1 :]] = known[name]
        if machine.listed:
            libraries = [name for name in machine.listed if name in machine.builtins]
            pristine["package.loaded"] = {name: machine.builtins[name] for name in libraries}
            searchers = ("require.preloaded", "require.linked")
            pristine["package.searchers"] = {
                at + 1: machine.builtins[name] for at, name in enumerate(searchers)
            }
        for name in sorted(machine.tables.values()):
            table = machine.builtins[name]
            pairs = pristine.get(name, {})
            if name in machine.hidden and "__index" not in pairs:
                pairs["__index"] = table
            yield name, table, pairs, None
        yield STRING_META, machine.string_meta, {"__index": machine.builtins["string"]}, None

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
