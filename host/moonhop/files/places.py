"""Where the fleet's blobs lie: in the state folder or in an object store, as was said last."""

import logging

from moonhop.files.blobs import Blobs
from moonhop.files.errors import FileError
from moonhop.files.folder_blobs import FolderBlobs
from moonhop.state import State

FOLDER = "folder"  # the name of the place in the state folder
PLACE = "blobs.json"  # in the state folder: where they are

log = logging.getLogger(__name__)


def open_blobs(state: State, place: str | None) -> Blobs:
    """Return the blobs, which move first if ``place`` is another than the one they lie in: a URL
    that fsspec knows, or ``folder``. None: they stay where they are.

    Blocks. Raises FileError if the place cannot be used, or if they cannot be moved: then they are
    where they were.
    """
    before = (state.read_json(PLACE) or {}).get("place", FOLDER)
    place = place or before
    blobs = _blobs_at(state, place)
    if place != before:
        log.warning("the fleet's large files move from %s to %s", before, place)
        old = _blobs_at(state, before)
        try:
            for hash in old.hashes():
                _copy(old, blobs, hash)
        except OSError as error:
            raise FileError(f"cannot move the files from {before} to {place}: {error}") from error
        state.write_json(PLACE, {"place": place})
        _remove_all(old)
    return blobs


def _blobs_at(state: State, place: str) -> Blobs:
    files = state.path("files")
    if place == FOLDER:
        return FolderBlobs(files / "blobs")
    from moonhop.files.object_blobs import ObjectBlobs

    return ObjectBlobs(place, files / "parts", f"{state.fleet} {state.identity()}")


def _copy(old: Blobs, new: Blobs, hash: str) -> None:
    staged = new.stage()
    try:
        for piece in old.read(hash, 0, 1 << 62):
            staged.write(piece)
        staged.finish()
        if staged.hash != hash:
            raise OSError(f"blob {hash} is damaged; restore it from a backup")
        new.keep(staged)
    finally:
        staged.discard()


def _remove_all(blobs: Blobs) -> None:
    """Remove what is elsewhere by now; what cannot be removed is only in nobody's way."""
    try:
        for hash in blobs.hashes():
            blobs.remove(hash)
    except OSError as error:
        log.warning("what has moved could not all be removed where it was: %s", error)
