"""A disk that loses power: what was not synced is lost, or not, or torn.

It is built from what a store did (tests/files/dying/places.py). A file's content is safe once the
file is synced, its name once its folder is; of the rest any part may survive, sector by sector.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTOR = 512  # bytes that are written whole or not at all

Op = tuple[str, str, tuple[Any, ...]]  # what happened, to which path, details


@dataclass(eq=False)
class FileNode:
    """A file: what is safe of it, and what was written since."""

    safe: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)  # None: cut off there

    def sync(self) -> None:
        """All of it is safe."""
        self.safe, self.since = self.after(self.since), []

    def after(self, changes: Iterable[tuple[int, bytes | None]]) -> bytes:
        """Return the safe content with some changes."""
        content = bytearray(self.safe)
        for at, data in changes:
            content.extend(bytes(max(0, at - len(content))))
            if data is None:
                del content[at:]
            else:
                content[at : at + len(data)] = data
        return bytes(content)

    def cut(self, chance: random.Random, share: float) -> bytes:
        """Return what is there after a power cut that each change survives with a probability."""
        survived: list[tuple[int, bytes | None]] = []
        for at, data in self.since:
            if data is None:
                survived += [(at, data)] if chance.random() < share else []
                continue
            start = 0
            while start < len(data):
                end = start + SECTOR - (at + start) % SECTOR
                if chance.random() < share:
                    survived.append((at + start, data[start:end]))
                start = end
        return self.after(survived)


@dataclass(eq=False)
class FolderNode:
    """A folder: which names in it are safe, and what was named or removed (None) since."""

    safe: dict[str, "FileNode | FolderNode"] = field(default_factory=dict)
    since: list[tuple[str, "FileNode | FolderNode | None"]] = field(default_factory=list)

    def sync(self) -> None:
        """Its names are safe; what they stand for need not be."""
        self.safe, self.since = self.now(), []

    def now(self) -> dict[str, "FileNode | FolderNode"]:
        """Return what is in it."""
        return self._after(self.since)

    def cut(self, chance: random.Random, share: float) -> dict[str, "FileNode | FolderNode"]:
        """Return what is in it after a power cut: of the changes of one name the first few."""
        ended: set[str] = set()
        survived = []
        for name, node in self.since:
            if name not in ended and chance.random() < share:
                survived.append((name, node))
            else:
                ended.add(name)
        return self._after(survived)

    def _after(
        self, changes: Iterable[tuple[str, "FileNode | FolderNode | None"]]
    ) -> dict[str, "FileNode | FolderNode"]:
        names = dict(self.safe)
        for name, node in changes:
            if node is None:
                names.pop(name, None)
            else:
                names[name] = node
        return names


class Disk:
    """What a disk has below a folder that is safe itself."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self._root = FolderNode()

    def apply(self, op: Op) -> None:
        """Something happens."""
        what, path, details = op
        if what == "sync folder":
            self._folder(path).sync()
            return
        above, name = self._place(path)
        node = above.now().get(name)
        if what == "create" or (what == "mkdir" and node is None):
            above.since.append((name, FileNode() if what == "create" else FolderNode()))
        elif what in ("unlink", "rmdir"):
            above.since.append((name, None))
        elif what == "rename":
            target, new = self._place(details[0])
            target.since.append((new, node))
            above.since.append((name, None))
        elif what != "mkdir":
            assert isinstance(node, FileNode), op
            if what == "sync":
                node.sync()
            else:
                at, data = details if what == "write" else (details[0], None)
                node.since.append((at, data))

    def cut(self, target: Path, chance: random.Random, share: float) -> None:
        """Write what survives a power cut into an empty folder."""
        self._write(self._root, target, chance, share)

    def _write(self, folder: FolderNode, place: Path, chance: random.Random, share: float) -> None:
        place.mkdir(parents=True, exist_ok=True)
        for name, node in folder.cut(chance, share).items():
            if isinstance(node, FolderNode):
                self._write(node, place / name, chance, share)
            else:
                (place / name).write_bytes(node.cut(chance, share))

    def _place(self, path: str) -> tuple[FolderNode, str]:
        above, _, name = path.rpartition("/")
        return self._folder(above), name

    def _folder(self, path: str) -> FolderNode:
        folder = self._root
        for name in Path(path).relative_to(self._top).parts:
            found = folder.now()[name]
            assert isinstance(found, FolderNode)
            folder = found
        return folder
