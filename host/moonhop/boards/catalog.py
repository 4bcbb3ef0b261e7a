"""The kinds of boards: one TOML file each, moonhop's own in `boards/`, checked when it is read."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moonhop.boards.schema import CHIPS, KEYS, Fault, check_part, check_table, check_version
from moonhop.resources import folder
from moonhop_core.errors import MoonhopError

SUFFIX = ".toml"


@dataclass(frozen=True)
class Firmware:
    """Which MicroPython a board takes: a pattern of its file's name, the least version, and the
    place in flash (bytes)."""

    file: str
    minimum: str
    offset: int


@dataclass(frozen=True)
class Part:
    """A sensor or actuator: who drives it, the names of the pins it is at, its unit, and what else
    its driver is to know."""

    driver: str
    pins: tuple[str, ...] = ()
    unit: str = ""
    keys: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Board:
    """A kind of board.

    chip        as esptool names it; "unix": MicroPython on this machine
    heap        what MicroPython has free for moonhop, as its -X heapsize is written ("192K")
    float_bits  32 or 64
    mpy_arch    native architecture of .mpy files; "": bytecode only
    native      room for programs' machine code between two starts, written like heap; "": none
    flash       the least size of flash, written like heap; "": none that is written
    pins        numbers by name
    """

    name: str
    chip: str
    heap: str
    float_bits: int
    mpy_arch: str
    native: str = ""
    flash: str = ""
    firmware: Firmware | None = None
    pins: dict[str, int] = field(default_factory=dict)
    sensors: dict[str, Part] = field(default_factory=dict)
    actuators: dict[str, Part] = field(default_factory=dict)


class Catalog:
    """Boards by name: moonhop's, and those in more files and folders, the last of a name."""

    def __init__(self, *more: Path) -> None:
        self._files: dict[str, Path] = {}
        for place in (folder("boards"), *more):
            files = [place] if place.suffix == SUFFIX else sorted(place.glob(f"*{SUFFIX}"))
            self._files.update((path.stem, path) for path in files)

    @property
    def names(self) -> list[str]:
        """The names of the boards there are."""
        return sorted(self._files)

    def load(self, name: str) -> Board:
        """Return a board. Raises MoonhopError for an unknown one or a faulty file."""
        if name not in self._files:
            known = ", ".join(self.names)
            raise MoonhopError(
                f"there is no board '{name}'; known boards: {known}; one of your own is named by"
                f" its file, as ./shed{SUFFIX}"
            )
        return read_board(self._files[name])

    def load_all(self) -> list[Board]:
        """Return all boards. Raises MoonhopError for a faulty file."""
        return [self.load(name) for name in self.names]


def board_names() -> list[str]:
    """Return the names of moonhop's boards."""
    return Catalog().names


def load_board(name: str) -> Board:
    """Return one of moonhop's boards. Raises MoonhopError for an unknown one or a faulty file."""
    return Catalog().load(name)


def load_boards() -> list[Board]:
    """Return moonhop's boards. Raises MoonhopError for a faulty file."""
    return Catalog().load_all()


def size_in_bytes(text: str) -> int:
    """Return how many bytes a size of a board's file ("192K", "4M") is."""
    return int(text[:-1]) << {"K": 10, "M": 20}[text[-1]]


def read_board(path: Path) -> Board:
    """Return the board in a file. Raises MoonhopError that names the file and the key at fault."""
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return _board(data, path.stem)
    except OSError as error:
        raise MoonhopError(f"cannot read {path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, Fault) as error:
        raise MoonhopError(f"{path}: {error}") from None


def _board(data: dict[str, Any], stem: str) -> Board:
    check_table(data, "board", "")
    if data["name"] != stem:
        raise Fault("name", f"{data['name']!r}; it must be the file's, {stem!r}")
    firmware = data.pop("firmware", None)
    if (firmware is None) != (CHIPS[data["chip"]] is None):
        what = "missing; esptool has to know what to write" if firmware is None else "not for unix"
        raise Fault("firmware", what)
    if firmware is not None:
        check_table(firmware, "firmware", "firmware.")
        check_version(firmware["minimum"], "firmware.minimum")
        if not data.get("flash"):
            raise Fault("flash", "missing; write the least size, like 4M")
        firmware = Firmware(**firmware)
    return Board(**{**data, "firmware": firmware, **read_things(data)})


def read_things(data: dict[str, Any]) -> dict[str, Any]:
    """Return the pins, sensors and actuators in a file's tables, as Board has them. Raises Fault
    unless they can be."""
    pins = data.get("pins", {})
    for name, number in pins.items():
        if type(number) is not int or not 0 <= number < 64:
            raise Fault(f"pins.{name}", f"{number!r}; write a GPIO's number, 0 to 63")
    found: dict[str, Any] = {"pins": pins}
    for kind in ("sensors", "actuators"):
        found[kind] = {}
        for name, part in data.get(kind, {}).items():
            check_part(part, kind, f"{kind}.{name}", pins)
            own = {key: part[key] for key in part if key not in KEYS["part"]}
            pinned = tuple(part.get("pins", ()))
            found[kind][name] = Part(part["driver"], pinned, part.get("unit", ""), own)
    return found
