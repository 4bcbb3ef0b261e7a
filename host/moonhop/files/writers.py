"""Which writes of processes count: none of a stale copy, none twice (NMP-021)."""

from collections import OrderedDict
from collections.abc import Mapping

from moonhop.files.store import Conflict, Entry
from moonhop.scheduler.store import Store
from moonhop_core.errors import MoonhopError

REMEMBERED = 4096  # writes, over all processes


class StaleWriter(Conflict):
    """The writer is not the copy of its process that counts."""


class Writers:
    """Checks the headers that a node sends with the file requests of a process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._done: OrderedDict[tuple[str, str], Entry] = OrderedDict()

    def check(self, headers: Mapping[str, str], caller: str) -> None:
        """Raise StaleWriter unless the process is where it says it is. No headers: no process."""
        pid, epoch = headers.get("moonhop-process"), headers.get("moonhop-epoch")
        if pid is None:
            return
        try:
            process = self._store.process(pid)
        except MoonhopError:
            raise StaleWriter(f"process {pid} is unknown; it may not write") from None
        if str(process.epoch) != epoch or process.node != caller:
            raise StaleWriter(f"this copy of process {pid} is stale; another one goes on")

    def done(self, headers: Mapping[str, str]) -> Entry | None:
        """Return what came of this very request before, or None if it is new."""
        return self._done.get(self._key(headers)) if self._key(headers)[1] else None

    def remember(self, headers: Mapping[str, str], entry: Entry) -> None:
        """Note what came of a request that says its number."""
        key = self._key(headers)
        if key[0] and key[1]:
            self._done[key] = entry
            if len(self._done) > REMEMBERED:
                self._done.popitem(last=False)

    def _key(self, headers: Mapping[str, str]) -> tuple[str, str]:
        return headers.get("moonhop-process", ""), headers.get("moonhop-request", "")
