"""Sets of files: what a board runs, named by its content, beside others of the same board.

A set is below sets/NAME on the board, and sets/NAME/set.json lists it, written last: a set without
it, or with a file of another size or hash, is none. What starts a set is below no set: boot.py,
main.py, the starter and its black box are the same for all of them (firmware/moonhop_start.py).
"""

import hashlib
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moonhop.boards.deploy import STARTERS, build_board_files
from moonhop_core import __version__

CONFIG = "moonhop.json"
LIST = "set.json"
STATE = "moonhop_boot.json"  # which set runs; the starter keeps it
FOLDER = "sets"


Listed = dict[str, list[Any]]  # by path: size in bytes, SHA-256 in hex digits


def name_of(listed: Listed) -> str:
    """Return a set's name: the first 12 hex digits of SHA-256 over its list, in the order of the
    paths, as compact JSON."""
    text = json.dumps(dict(sorted(listed.items())), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def list_file(version: str, listed: Listed) -> bytes:
    """Return what a set's list holds: JSON with a line for each file, so that a board can read it
    by lines (NMP-062)."""
    lines = ",\n".join(f"{json.dumps(p)}: {json.dumps(e)}" for p, e in sorted(listed.items()))
    return f'{{"version": {json.dumps(version)}, "files": {{\n{lines}\n}}}}\n'.encode()


@dataclass(frozen=True)
class BoardSet:
    """Files by path, relative to the set's folder; what moonhop's version is."""

    files: dict[str, bytes] = field(repr=False)  # one of them holds a password
    version: str = __version__

    @property
    def listed(self) -> Listed:
        """Size in bytes and SHA-256 (hex digits) of each file."""
        return {
            path: [len(data), hashlib.sha256(data).hexdigest()] for path, data in self.files.items()
        }

    @property
    def name(self) -> str:
        """The set's name."""
        return name_of(self.listed)

    @property
    def list_file(self) -> bytes:
        """What set.json holds."""
        return list_file(self.version, self.listed)

    def with_config(self, config: dict[str, Any]) -> "BoardSet":
        """Return the set with a board's configuration in it."""
        return BoardSet({**self.files, CONFIG: json.dumps(config).encode()}, self.version)

    def on_board(self) -> dict[str, bytes]:
        """Return the files by their place on the board, in the order in which to write them."""
        home = f"{FOLDER}/{self.name}"
        placed = {f"{home}/{path}": data for path, data in sorted(self.files.items())}
        return {**placed, f"{home}/{LIST}": self.list_file}

    def state_file(self) -> bytes:
        """Return what moonhop_boot.json holds so that the board runs this set."""
        return json.dumps({"set": self.name, "trial": None, "boots": 0}).encode()


def build_set(*, umqtt: bool, march: str | None = None) -> tuple[dict[str, bytes], BoardSet]:
    """Return what starts a set, and the worker as a set, still without a configuration.

    ``umqtt`` and ``march`` are those of ``build_board_files``. Raises MoonhopError if something
    does not compile.
    """
    with tempfile.TemporaryDirectory(prefix="moonhop-set-") as folder:
        found = {
            name.as_posix(): Path(folder, name).read_bytes()
            for name in build_board_files(Path(folder), umqtt=umqtt, march=march)
        }
    starting = {name: data for name, data in found.items() if Path(name).stem in STARTERS}
    return starting, BoardSet({n: data for n, data in found.items() if n not in starting})
