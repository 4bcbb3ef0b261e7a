"""Takes over the plain folder of files that moonhop kept before it had an index."""

from pathlib import Path

from moonhop.files.store import FileStore


def adopt_folder(files: FileStore, folder: Path) -> None:
    """Write all files below a folder into the store, then set the folder aside as ``NAME.adopted``.

    Done again after a crash in the middle, it writes the same content, which takes no room twice.
    """
    if not folder.is_dir():
        return
    for place in sorted(folder.rglob("*")):
        if place.is_symlink():
            continue
        path = str(place.relative_to(folder))
        if place.is_dir():
            files.make_folder(path)
        elif place.is_file():
            with place.open("rb") as file:
                files.write(path, iter(lambda file=file: file.read(1 << 20), b""))  # type: ignore[misc]
    folder.rename(folder.with_name(folder.name + ".adopted"))
