"""Who writes: a process, if the headers that nodes send for one say so (NMP-021)."""

from collections.abc import Mapping

from moonhop.files.entries import Writer
from moonhop.files.errors import Conflict, FileError, Guarded
from moonhop.files.paths import clean_path, is_guarded
from moonhop.scheduler.store import Store
from moonhop.server.auth import OWNER
from moonhop_core.errors import MoonhopError


class StaleWriter(Conflict):
    """The writer is not the copy of its process that counts."""


class Writers:
    """Knows from the scheduler's store which copy of a process may write."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, headers: Mapping[str, str], caller: str, *paths: str) -> Writer:
        """Return who writes to these paths. Raises StaleWriter unless the process is where it says
        it is, Guarded for what nobody but the host may change, PathError."""
        for path in paths:
            if is_guarded(clean_path(path)):
                raise Guarded(f"{path!r} is moonhop's own; what is below it is not written by hand")
        node = None if caller == OWNER else caller
        pid, epoch = headers.get("moonhop-process"), headers.get("moonhop-epoch")
        if pid is None:
            return Writer(node)
        try:
            process = self._store.process(pid)
        except MoonhopError:
            raise StaleWriter(f"process {pid} is unknown; it may not write") from None
        if str(process.epoch) != epoch or process.node != caller:
            raise StaleWriter(f"this copy of process {pid} is stale; another one goes on")
        number = headers.get("moonhop-request")
        if number is not None and not (number.isascii() and number.isdigit() and len(number) < 16):
            raise FileError(f"Moonhop-Request is a number, not {number[:20]!r}")
        return Writer(node, process.app or None, pid, None if number is None else int(number))
