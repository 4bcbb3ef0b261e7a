"""Applications: a TOML file that says which programs, how many of each, on which terms.

    name = "greenhouse"
    policy = "spread"

    [programs.sensor]
    file = "sensor.lua"
    count = 3
    needs = ["zone=north"]
    checkpoint = 10

``read_app`` checks such a file; ``difference`` tells what has to happen so that the fleet is as an
application says, and nothing else.
"""

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from moonhop.scheduler.policies import policy_named
from moonhop.scheduler.policies.named import DEFAULT
from moonhop.scheduler.rows import RECOVERIES, RESTARTS, ProcessRow, Terms
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.manifest import memory_in_bytes

MOST = 100_000  # processes of one program
NAME = "letters, digits, - and _"


class AppError(MoonhopError):
    """An application's file that cannot be used; the message says where and what to do."""


@dataclass(frozen=True)
class Part:
    """One program of an application: how many processes of it, and on which terms."""

    name: str
    file: str
    count: int
    args: tuple[Any, ...]
    node: str | None
    terms: Terms
    program: str = ""  # the hash, once the host has the program


@dataclass(frozen=True)
class App:
    """What an application should be."""

    name: str
    parts: tuple[Part, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        parts = [{**asdict(part), "terms": part.terms.as_dict()} for part in self.parts]
        return {"name": self.name, "parts": parts}

    @staticmethod
    def checked(name: str, parts: list[dict[str, Any]]) -> "App":
        """Return the application in what ``as_dict`` gave, or who else asks. Raises AppError."""
        tables, programs = {}, {}
        try:
            for part in parts:
                terms = {key: _listed(value) for key, value in dict(part.get("terms", {})).items()}
                own = {key: _listed(part[key]) for key in _PART if part.get(key) is not None}
                tables[part["name"]] = {**own, **terms}
                programs[part["name"]] = _text(part.get("program"))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AppError(f"this is no application: {error!r}") from None
        app = parse_app({"name": name, "programs": tables}, name)
        return App(name, tuple(replace(p, program=programs[p.name]) for p in app.parts))

    @staticmethod
    def from_dict(found: dict[str, Any]) -> "App":
        """Return the application in what ``as_dict`` gave."""
        parts = [
            Part(**{**part, "args": tuple(part["args"]), "terms": Terms.from_dict(part["terms"])})
            for part in found["parts"]
        ]
        return App(found["name"], tuple(parts))


# ---------------------------------------------------------------- the file


def read_app(path: Path) -> App:
    """Return the application in a file; files of programs are relative to it.

    Raises AppError, which names the file, the place in it, and what is allowed there.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AppError(f"cannot read {path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AppError(f"{path}: {error}") from None
    except RecursionError:
        raise AppError(f"{path}: its values are nested too deeply") from None
    try:
        return parse_app(found, path.stem)
    except AppError as error:
        raise AppError(f"{path}: {error}") from None


def parse_app(found: Mapping[str, Any], name: str) -> App:
    """Return the application in a file's tables; ``name`` holds if it gives none."""
    given = _checked(found, {**_TERMS, "name": _name, "programs": _programs}, "")
    if not given.get("programs"):
        raise AppError("it has no programs; give at least one, such as [programs.sensor]")
    common = {key: value for key, value in given.items() if key in _TERMS}
    parts = []
    for part_name, table in given["programs"].items():
        where = f"programs.{_name(part_name)}"
        own = _checked(table, {**_TERMS, **_PART}, where)
        if "file" not in own:
            raise AppError(f'{where} has no file; give one, such as file = "{part_name}.lua"')
        terms = {**common, **{key: value for key, value in own.items() if key in _TERMS}}
        parts.append(
            Part(
                part_name,
                own["file"],
                own.get("count", 1),
                own.get("args", ()),
                own.get("node"),
                Terms(**terms, after=own.get("after", ())),
            )
        )
    _check_order(parts)
    return App(given.get("name", name), tuple(parts))


def _check_order(parts: list[Part]) -> None:
    """Refuse an ``after`` that names no other part, or that comes round to itself."""
    known = {part.name: part for part in parts}
    for part in parts:
        for other in part.terms.after:
            if other not in known:
                names = ", ".join(known)
                raise AppError(f"programs.{part.name}: after names {other!r}; known are {names}")
    try:
        TopologicalSorter({part.name: part.terms.after for part in parts}).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1][:0:-1]
        first = min(circle, key=list(known).index)
        turned = [*circle[circle.index(first) :], *circle[: circle.index(first)], first]
        raise AppError(
            f"the programs wait for each other: {' after '.join(turned)}; take one `after` out"
        ) from None


Check = Callable[[Any], Any]  # returns the value as it is kept; raises AppError without the place


def _checked(table: Any, checks: Mapping[str, Check], where: str) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise AppError(f"{where} must be a table, such as [{where}]")
    found = {}
    for key, value in table.items():
        place = f"{where}.{key}" if where else key
        if key not in checks:
            raise AppError(f"unknown key {place}; known are {', '.join(sorted(checks))}")
        try:
            found[key] = checks[key](value)
        except MoonhopError as error:
            raise AppError(f"{place} {error}") from None
    return found


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise AppError("must be a text")
    return value


def _name(value: Any) -> str:
    text = _text(value)
    if not all(c.isalnum() or c in "-_" for c in text) or not text.isascii() or len(text) > 100:
        raise AppError(f"{text!r} must be a name of {NAME}")
    return text


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise AppError('must be a list of texts, such as ["zone=north"]')
    return tuple(value)


def _programs(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise AppError("must be tables, such as [programs.sensor]")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise AppError(f"must be a whole number from 0 to {MOST}, not {value!r}")
    return value


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not 0 < value < math.inf:
        raise AppError(f"must be seconds, more than 0, not {value!r}")
    return float(value)


def _memory(value: Any) -> int:
    try:
        return memory_in_bytes(value)
    except ValueError as error:
        raise AppError(str(error)) from None


def _place(value: Any) -> tuple[float, float]:
    match value:
        case [int() | float() as north, int() | float() as east]:
            if abs(north) <= 90 and abs(east) <= 180:
                return float(north), float(east)
    raise AppError("must be [latitude, longitude] in degrees")


def _args(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list) or not all(type(v) in (str, int, float, bool) for v in value):
        raise AppError("must be a list of texts, numbers and booleans")
    return tuple(value)


def _one_of(*allowed: str) -> Check:
    def check(value: Any) -> str:
        if value not in allowed:
            raise AppError(f"must be one of {', '.join(allowed)}, not {value!r}")
        return str(value)

    return check


def _policy(value: Any) -> str:
    policy_named(_text(value))
    return str(value)


_TERMS: dict[str, Check] = {
    "policy": _policy,
    "needs": _texts,
    "memory": _memory,
    "place": _place,
    "checkpoint": _seconds,
    "restart": _one_of(*RESTARTS),
    "recover": _one_of(*RECOVERIES),
}
_PART: dict[str, Check] = {
    "file": _text,
    "count": _count,
    "args": _args,
    "node": _text,
    "after": _texts,
}

# ---------------------------------------------------------------- the difference


@dataclass(frozen=True)
class Change:
    """One thing to do: "start", "stop", "replace" (stop it, start it anew) or "change" (its terms,
    while it runs). ``pid`` is the process there is, None for one to start."""

    what: str
    part: Part
    replica: int
    pid: str | None
    reason: str
    waits: str | None = None  # why no node can take it now

    @property
    def begins(self) -> bool:
        """Whether a process starts."""
        return self.what in ("start", "replace")

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON and for people."""
        return {
            "change": self.what,
            "program": self.part.name,
            "replica": self.replica,
            "pid": self.pid,
            "reason": self.reason,
            "waits": self.waits,
        }


def difference(app: App, rows: Iterable[ProcessRow]) -> list[Change]:
    """Return what has to be done so that the application is as it should be.

    ``rows`` are the newest processes of each of its places, also those that are over. What ended
    well is done, unless its terms say that it always restarts; what failed, was stopped or lost is
    started again.
    """
    there = {(row.part, row.replica): row for row in rows}
    changes = []
    for part in app.parts:
        for replica in range(part.count):
            row = there.pop((part.name, replica), None)
            if change := _for_place(part, replica, row):
                changes.append(change)
    for (name, replica), row in there.items():
        if not row.over:
            part = Part(name, "", 0, (), None, row.terms)
            changes.append(Change("stop", part, replica, row.pid, "no longer asked for"))
    return changes


def _for_place(part: Part, replica: int, row: ProcessRow | None) -> Change | None:
    if row is None:
        return Change("start", part, replica, None, "asked for")
    if row.program != part.program:
        changed = "its program changed"
    elif repr(row.args) != repr(list(part.args)):  # 1, 1.0 and true are not the same
        changed = "its arguments changed"
    elif row.over:
        if row.state == "ended" and part.terms.restart != "always":
            return None
        return Change("start", part, replica, None, f"{row.pid} is {row.state}")
    elif row.terms != part.terms or row.wanted != part.node:
        return Change("change", part, replica, row.pid, "its terms changed")
    else:
        return None
    if row.over:
        return Change("start", part, replica, None, changed)
    return Change("replace", part, replica, row.pid, changed)


__all__ = ["DEFAULT", "App", "AppError", "Change", "Part", "difference", "parse_app", "read_app"]
