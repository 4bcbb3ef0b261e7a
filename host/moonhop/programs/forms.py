"""Forms of programs that were asked for lately, in memory."""

import threading

ROOM = 32 << 20  # bytes


class RecentForms:
    """Keeps the forms that were asked for last. Usable from many threads."""

    def __init__(self, room: int = ROOM) -> None:
        """``room``: how many bytes it keeps."""
        self._lock = threading.Lock()
        self._forms: dict[tuple[str, str], bytes] = {}  # the one asked for last at the end
        self._left = room

    def get(self, key: tuple[str, str]) -> bytes | None:
        """Return a form, None if it is not here."""
        with self._lock:
            found = self._forms.pop(key, None)
            if found is not None:
                self._forms[key] = found
            return found

    def add(self, key: tuple[str, str], form: bytes) -> None:
        """Keep a form, instead of those that were not asked for for longest."""
        with self._lock:
            self._left += len(self._forms.pop(key, b""))
            self._forms[key] = form
            self._left -= len(form)
            while self._left < 0:
                self._left += len(self._forms.pop(next(iter(self._forms))))
