"""Who writes, and who may write where: a process, if the headers that nodes send for one say so
(NMP-021), its node, or the owner of the fleet."""

from collections.abc import Mapping

from moonhop.files.entries import Writer
from moonhop.files.errors import Conflict, FileError, Guarded
from moonhop.files.paths import OPEN, clean_path, is_guarded, is_ours
from moonhop.scheduler.images import process_of
from moonhop.scheduler.rows import ProcessRow
from moonhop.scheduler.store import Store
from moonhop.server.auth import OWNER
from moonhop_core.errors import MoonhopError


class StaleWriter(Conflict):
    """The writer is not the copy of its process that counts."""


class Writers:
    """Knows from the scheduler's store which copy of a process may write.

    What moonhop keeps in the tree for itself is closed: programs to all, since nodes run them; a
    process's image to all but its node, and files that a process has not closed to all but itself.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, headers: Mapping[str, str], caller: str, *paths: str) -> Writer:
        """Return who writes to these paths. Raises StaleWriter unless the process is where it says
        it is, Guarded for what it may not change, PathError."""
        cleaned = [clean_path(path) for path in paths]
        writer = self._writer(headers, caller)
        for path in cleaned:
            if is_guarded(path) or (is_ours(path) and not self._may_write(writer, path)):
                raise Guarded(f"{path!r} is moonhop's own; choose another place")
        return writer

    def _writer(self, headers: Mapping[str, str], caller: str) -> Writer:
        node = None if caller == OWNER else caller
        pid, epoch = headers.get("moonhop-process"), headers.get("moonhop-epoch")
        if pid is None:
            return Writer(node)
        process = self._process(pid)
        if process is None:
            raise StaleWriter(f"process {pid} is unknown; it may not write")
        if str(process.epoch) != epoch or process.node != caller:
            raise StaleWriter(f"this copy of process {pid} is stale; another one goes on")
        number = headers.get("moonhop-request")
        if number is not None and not (number.isascii() and number.isdigit() and len(number) < 16):
            raise FileError(f"Moonhop-Request is a number, not {number[:20]!r}")
        return Writer(node, process.app or None, pid, None if number is None else int(number))

    def _may_write(self, writer: Writer, path: str) -> bool:
        """Tell whether a writer may change what moonhop keeps under a path."""
        if writer.process is not None:
            return path.startswith(f"{OPEN}/{writer.process}/")
        if writer.node is None:
            return True
        process = self._process(process_of(path) or "")
        return process is not None and process.node == writer.node

    def _process(self, pid: str) -> ProcessRow | None:
        try:
            return self._store.process(pid)
        except MoonhopError:  # there is none
            return None
