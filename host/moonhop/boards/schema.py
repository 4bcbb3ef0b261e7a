"""What may stand in a board's file, and the checks."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Driver:
    """How many pins a driver takes, and whether it reads or sets."""

    pins: int
    kinds: tuple[str, ...]


DRIVERS = {
    "pin": Driver(1, ("sensors", "actuators")),
    "adc": Driver(1, ("sensors",)),
    "pwm": Driver(1, ("actuators",)),
    "neopixel": Driver(1, ("actuators",)),
    "onewire": Driver(1, ("sensors",)),
    "i2c": Driver(2, ("sensors", "actuators")),  # data, clock
    "mcu_temperature": Driver(0, ("sensors",)),  # in the chip, in degrees Celsius
    "raw_temperature": Driver(0, ("sensors",)),  # in the first ESP32, in degrees Fahrenheit
}


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


# For each table its keys: must it be there, and what it is.
KEYS: dict[str, dict[str, tuple[bool, Check]]] = {
    "board": {
        "name": (True, _text),
        "chip": (True, _one_of(CHIPS)),
        "heap": (True, _size),
        "float_bits": (True, _one_of((32, 64))),
        "mpy_arch": (True, _one_of(ARCHITECTURES)),
        "flash": (False, _size),
        "firmware": (False, _table),
        "pins": (False, _table),
        "sensors": (False, _table),
        "actuators": (False, _table),
    },
    "firmware": {"file": (True, _text), "minimum": (True, _text), "offset": (True, _offset)},
    "part": {
        "driver": (True, _one_of(DRIVERS)),
        "pins": (False, _list_of_texts),
        "unit": (False, _text),
    },
}


def check_table(table: dict[str, Any], kind: str, place: str) -> None:
    """Raise Fault unless a table has the keys of its kind and no others; ``place`` stands in front
    of a key's name."""
    keys = KEYS[kind]
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
    check_table(part, "part", f"{place}.")
    driver, named = DRIVERS[part["driver"]], part.get("pins", [])
    if kind not in driver.kinds:
        raise Fault(f"{place}.driver", f"{part['driver']!r}, which is none for {kind}")
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
