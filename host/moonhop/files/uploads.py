"""Content on its way into the store."""

import hashlib

from moonhop.files.blobs import Blobs, Staged
from moonhop.files.bodies import SMALL
from moonhop.files.failures import told_as_ours

FAILED = "cannot keep the file"


class Upload:
    """Content of a file that is being written: small in memory, else in the blob store. All of its
    methods raise StoreFails if that cannot be written."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._small = bytearray()
        self._staged: Staged | None = None

    @property
    def size(self) -> int:
        """How many bytes have come."""
        return self._staged.size if self._staged else len(self._small)

    def write(self, content: bytes) -> None:
        """Add to what will be the file."""
        if self._staged is None and len(self._small) + len(content) <= SMALL:
            self._small += content
            return
        with told_as_ours(FAILED):
            if self._staged is None:
                self._staged = self._blobs.stage()
                self._staged.write(bytes(self._small))
            self._staged.write(content)

    def finish(self) -> tuple[str, int, bytes | None]:
        """Nothing more comes: return hash, size, and the content if it is small."""
        if self._staged is None:
            content = bytes(self._small)
            return hashlib.sha256(content).hexdigest(), len(content), content
        with told_as_ours(FAILED):
            self._staged.finish()
        return self._staged.hash, self._staged.size, None

    def keep(self) -> None:
        """Put it into the blob store."""
        if self._staged is not None:
            with told_as_ours(FAILED):
                self._blobs.keep(self._staged)

    def discard(self) -> None:
        """Leave nothing half-written."""
        if self._staged is not None:
            self._staged.discard()
