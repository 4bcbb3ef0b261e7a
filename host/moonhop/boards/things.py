"""The key `things` of a node's configuration: what a board's file, or a file for a node without a
board, says of pins, sensors and actuators, with numbers for the pins' names.

    {"pins": {name: number}, "sensors": {name: part}, "actuators": {name: part}}

A part has "driver", "pins" (numbers), "unit" and the driver's own keys (`schema.DRIVERS`).
"""

import tomllib
from pathlib import Path
from typing import Any

from moonhop.boards.catalog import Board, Part, read_things
from moonhop.boards.schema import EVERYWHERE, Fault, check_table
from moonhop_core.errors import MoonhopError
from moonhop_core.things.recorded import Recorded


def things_of(board: Board) -> dict[str, Any]:
    """Return the things of a board, for its moonhop.json. Files of recorded data are named as they
    are there."""
    return _resolved(board.pins, board.sensors, board.actuators)


def things_in(path: Path) -> dict[str, Any]:
    """Return the things in a file for a node without a board: sensors whose values were recorded
    or never change, and actuators that keep what they are set to.

    Files of recorded data are looked for beside it, and looked into. Raises MoonhopError that names
    file and key.
    """
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        check_table(data, "things", "")
        found = read_things(data)
        for kind in ("sensors", "actuators"):
            for name, part in found[kind].items():
                _check(part, f"{kind}.{name}", path.parent)
        return _resolved(found["pins"], found["sensors"], found["actuators"])
    except OSError as error:
        raise MoonhopError(f"cannot read {path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, Fault) as error:
        raise MoonhopError(f"{path}: {error}") from None


def _check(part: Part, place: str, folder: Path) -> None:
    """Raise Fault unless a node without a board can have a part; its file gets its whole path."""
    if part.driver not in EVERYWHERE:
        known = ", ".join(EVERYWHERE)
        raise Fault(f"{place}.driver", f"{part.driver!r}, which needs a board; there are {known}")
    if part.driver == "recorded":
        file = (folder / part.keys["file"]).resolve()
        part.keys["file"] = str(file)
        sensor = Recorded(part.keys, lambda: 0)
        try:
            sensor.read()
        except OSError as error:
            raise Fault(f"{place}.file", f"{str(file)!r}; {error.strerror}") from None
        except UnicodeDecodeError:
            raise Fault(f"{place}.file", f"{str(file)!r}; save it as UTF-8") from None
        except MoonhopError as error:
            raise Fault(f"{place}.column", f"wrong: {error}") from None
        finally:
            sensor.close()


def _resolved(
    pins: dict[str, int], sensors: dict[str, Part], actuators: dict[str, Part]
) -> dict[str, Any]:
    def part_of(part: Part) -> dict[str, Any]:
        found: dict[str, Any] = {"driver": part.driver, **part.keys}
        if part.pins:
            found["pins"] = [pins[name] for name in part.pins]
        if part.unit:
            found["unit"] = part.unit
        return found

    return {
        "pins": dict(pins),
        "sensors": {name: part_of(part) for name, part in sensors.items()},
        "actuators": {name: part_of(part) for name, part in actuators.items()},
    }
