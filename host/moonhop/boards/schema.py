"""What may stand in a board's file, and the checks."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

# Chips by esptool's names, with the number that an image's header has for them (esp_chip_id_t of
# Espressif's image format); None: nothing is flashed.
CHIPS: dict[str, int | None] = {
    "esp32": 0,
    "esp32s2": 2,
    "esp32c3": 5,
    "esp32s3": 9,
    "esp32c6": 13,
    "unix": None,
}
ARCHITECTURES = ("", "xtensawin", "rv32imc")  # mpy-cross's
VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")
SIZE = re.compile(r"[1-9]\d*[KM]")


class Fault(Exception):
    """A key whose value cannot be; the message names both."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(f"{key} is {what}")


Check = Callable[[Any], str]  # returns what should be there instead, or ""


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value else "write a text"


def _size(value: Any) -> str:
    return "" if isinstance(value, str) and SIZE.fullmatch(value) else "write it like 192K or 4M"


def _one_of(allowed: Collection[Any]) -> Check:
    shown = ", ".join(repr(each) for each in allowed)
    return lambda value: "" if _is_in(value, allowed) else f"it is one of {shown}"


def _is_in(value: Any, allowed: Collection[Any]) -> bool:
    return isinstance(value, str | int) and value in allowed


def _table(value: Any) -> str:
    return "" if isinstance(value, dict) else "write a table"


def _list_of_texts(value: Any) -> str:
    good = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return "" if good else "write a list of names"


def _offset(value: Any) -> str:
    good = type(value) is int and value >= 0 and value % 4096 == 0
    return "" if good else "write bytes, a multiple of 4096"


def _number(value: Any) -> str:
    return "" if type(value) in (int, float) else "write a number"


def _positive(value: Any) -> str:
    return "" if type(value) in (int, float) and value >= 0.001 else "write seconds, from 0.001 on"


def _boolean(value: Any) -> str:
    return "" if type(value) is bool else "write true or false"


def _scalar(value: Any) -> str:
    return "" if type(value) in (bool, int, float, str) else "write a number, boolean or text"


def _column(value: Any) -> str:
    good = (isinstance(value, str) and value) or (type(value) is int and value > 0)
    return "" if good else "write a column's title, or its number from 1 on"


def _whole(first: int, last: int) -> Check:
    def check(value: Any) -> str:
        good = type(value) is int and first <= value <= last
        return "" if good else f"write a whole number from {first} to {last}"

    return check


def _chip_id(value: Any) -> str:
    good = isinstance(value, str) and re.fullmatch("[0-9a-f]{16}", value)
    return "" if good else "write its 16 hexadecimal digits, as onewire(pin):scan() gives them"


@dataclass(frozen=True)
class Driver:
    """How many pins a driver takes, whether it reads or sets, and its own keys."""

    pins: int
    kinds: tuple[str, ...]
    keys: dict[str, tuple[bool, Check]] = field(default_factory=dict)


I2C_CHIPS = ("sht3x", "bmp280", "register")
MEASURES = ("temperature", "humidity", "pressure")
DRIVERS = {
    "pin": Driver(
        1,
        ("sensors", "actuators"),
        {"pull": (False, _one_of(("up", "down"))), "inverted": (False, _boolean)},
    ),
    "adc": Driver(1, ("sensors",), {"factor": (False, _number), "offset": (False, _number)}),
    "pwm": Driver(1, ("actuators",), {"hz": (False, _whole(1, 40_000_000))}),
    "neopixel": Driver(1, ("actuators",), {"count": (False, _whole(1, 300))}),
    "onewire": Driver(1, ("sensors",), {"id": (False, _chip_id)}),
    "i2c": Driver(  # data, clock
        2,
        ("sensors", "actuators"),
        {
            "chip": (True, _one_of(I2C_CHIPS)),
            "address": (False, _whole(0, 127)),
            "measure": (False, _one_of(MEASURES)),
            "hz": (False, _whole(1, 5_000_000)),
            "register": (False, _whole(0, 255)),  # this and what follows: of chip "register"
            "bytes": (False, _whole(1, 4)),
            "signed": (False, _boolean),
            "factor": (False, _number),
            "offset": (False, _number),
        },
    ),
    "mcu_temperature": Driver(0, ("sensors",)),  # in the chip, in degrees Celsius
    "raw_temperature": Driver(0, ("sensors",)),  # in the first ESP32, in degrees Fahrenheit
    "recorded": Driver(
        0,
        ("sensors",),
        {"file": (True, _text), "column": (False, _column), "loop": (False, _boolean)},
    ),
    "constant": Driver(0, ("sensors",), {"value": (True, _scalar)}),
    "kept": Driver(0, ("actuators",)),
}
EVERYWHERE = ("recorded", "constant", "kept")  # drivers that need no board
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
OTHER_NEEDS = re.compile(r"pins|place|float\d+")

# For each table its keys: must it be there, and what it is.
KEYS: dict[str, dict[str, tuple[bool, Check]]] = {
    "board": {
        "name": (True, _text),
        "chip": (True, _one_of(CHIPS)),
        "heap": (True, _size),
        "float_bits": (True, _one_of((32, 64))),
        "mpy_arch": (True, _one_of(ARCHITECTURES)),
        "native": (False, _size),
        "flash": (False, _size),
        "firmware": (False, _table),
        "pins": (False, _table),
        "sensors": (False, _table),
        "actuators": (False, _table),
    },
    "firmware": {"file": (True, _text), "minimum": (True, _text), "offset": (True, _offset)},
    "things": {"pins": (False, _table), "sensors": (False, _table), "actuators": (False, _table)},
    "part": {
        "driver": (True, _one_of(DRIVERS)),
        "pins": (False, _list_of_texts),
        "unit": (False, _text),
    },
}


def check_table(
    table: dict[str, Any],
    kind: str,
    place: str,
    more: dict[str, tuple[bool, Check]] | None = None,
) -> None:
    """Raise Fault unless a table has the keys of its kind, and ``more``, and no others; ``place``
    stands in front of a key's name."""
    keys = {**KEYS[kind], **(more or {})}
    for key in table:
        if key not in keys:
            raise Fault(f"{place}{key}", f"no key of a {kind}; known are {', '.join(keys)}")
    for key, (needed, check) in keys.items():
        if key not in table:
            if needed:
                raise Fault(f"{place}{key}", "missing")
        elif should := check(table[key]):
            raise Fault(f"{place}{key}", f"{table[key]!r}; {should}")


def check_part(part: Any, kind: str, place: str, pins: Collection[str]) -> None:
    """Raise Fault unless this can be one of ``kind`` (sensors, actuators) at these pins."""
    if not isinstance(part, dict):
        raise Fault(place, f"{part!r}; write a table")
    name = place.partition(".")[2]
    if not NAME.fullmatch(name) or OTHER_NEEDS.fullmatch(name):
        raise Fault(place, "no name that programs can ask for; write letters, digits and _")
    chosen = part.get("driver")
    driver = DRIVERS.get(chosen) if isinstance(chosen, str) else None
    more = dict(driver.keys) if driver else {}
    if driver and kind == "sensors":
        more["every"] = (False, _positive)  # seconds between readings, for `on`
    if driver and kind not in driver.kinds:
        raise Fault(f"{place}.driver", f"{chosen!r}, which is none for {kind}")
    check_table(part, "part", f"{place}.", more)
    assert driver
    named = part.get("pins", [])
    for name in named:
        if name not in pins:
            raise Fault(f"{place}.pins", f"{named!r}; no {name!r} stands in [pins]")
    if len(named) != driver.pins:
        raise Fault(f"{place}.pins", f"{named!r}; {part['driver']} takes {driver.pins}")


def version_of(text: str) -> tuple[int, int, int] | None:
    """Return major, minor and patch of the first version in a text ("v1.24.1"), or None."""
    found = VERSION.search(text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def check_version(text: str, place: str) -> None:
    """Raise Fault unless a text is a version such as 1.24."""
    if not VERSION.fullmatch(text):
        raise Fault(place, f"{text!r}; write it like 1.24")
