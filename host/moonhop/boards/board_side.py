"""The part of `repl.py` that runs on a board: what is there, and files by pieces.

Sent as text whenever the raw REPL was entered, and gone with the next reset. Each answer is a line
of JSON. Paths are relative: a board's working folder is its file system's root, and a virtual
board's is the folder that stands for it.
"""

import binascii
import errno
import gc
import hashlib
import io
import json
import os
import sys

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FOLDER = 0x4000  # in a mode, also on CPython
_open: "list[Any]" = []  # the file that is being written


def about() -> None:
    """Tell what MicroPython this is, on what, and how much room there is; bytes."""
    known = sys.implementation
    gc.collect()
    found = {
        "version": list(known.version[:3]),
        "mpy": getattr(known, "_mpy", 0),
        "build": getattr(known, "_build", ""),
        "machine": getattr(known, "_machine", ""),
        "platform": sys.platform,
        "heap": gc.mem_free(),  # type: ignore[attr-defined]
        "id": "",
        "resets": False,
    }
    try:
        import machine

        found["resets"] = hasattr(machine, "reset")
        found["id"] = binascii.hexlify(machine.unique_id()).decode()
    except (ImportError, AttributeError):  # MicroPython on a desktop
        pass
    places = sys.path[:]
    sys.path[:] = [".frozen"]
    try:
        __import__("umqtt.simple")
        found["umqtt"] = True
    except ImportError:
        found["umqtt"] = False
    sys.path[:] = places
    print(json.dumps(found))


def room() -> None:
    """Tell the size of a block and what is free, both in bytes."""
    status = os.statvfs(".")
    blocks, free = status[2], status[4]
    if free > blocks:  # a LittleFS that is full counts some blocks twice, and goes below 0
        free = 0
    print(json.dumps([status[1], status[1] * free]))


def survey(folder: str) -> None:
    """Tell each file below a folder: path, size, the first 16 hex digits of its SHA-256."""
    for path in _below(folder):
        print(json.dumps([path, os.stat(path)[6], _hash(path)]))


def hashes(paths: "list[str]") -> None:
    """Tell the hashes of files, null for one that is not there."""
    found: list[str | None] = []
    for path in paths:
        try:
            found.append(_hash(path))
        except OSError:
            found.append(None)
    print(json.dumps(found))


def patient(seconds: int) -> None:
    """Have a watchdog wait: on some boards none that was started can be stopped. A board that is
    forgotten here starts again by itself then."""
    try:
        from machine import WDT

        WDT(timeout=seconds * 1000)
    except (ImportError, ValueError):  # there is none, or none that waits so long
        pass


def read_json(path: str) -> None:
    """Tell what a file of JSON holds; null if there is none that can be read."""
    try:
        with open(path) as file:
            print(json.dumps(json.load(file)))
    except (OSError, ValueError):
        print("null")


def begin(path: str) -> None:
    """Begin a file, and the folders that it is in."""
    at = path.find("/")
    while at >= 0:
        try:
            os.mkdir(path[:at])
        except OSError as error:
            if error.errno != errno.EEXIST:
                raise
        at = path.find("/", at + 1)
    _open[:] = [open(path, "wb")]  # noqa: SIM115


def more(text: str) -> None:
    """Add a piece, which came as base64 of a zlib stream."""
    import deflate  # type: ignore[import-not-found]

    packed = io.BytesIO(binascii.a2b_base64(text))
    _open[0].write(deflate.DeflateIO(packed, deflate.ZLIB).read())


def end() -> None:
    """Close the file: from now on it is there whole."""
    _open.pop().close()
    gc.collect()


def copy(source: str, target: str) -> None:
    """Copy a file that is there."""
    begin(target)
    with open(source, "rb") as file:
        while True:
            piece = file.read(1024)
            if not piece:
                break
            _open[0].write(piece)
    end()


def rename(old: str, new: str) -> None:
    """Give a file or folder another name, in one step where the file system can."""
    try:
        os.rename(old, new)
    except OSError:  # FAT puts nothing in another's place
        remove(new)
        os.rename(old, new)


def remove(path: str) -> None:
    """Remove a file, or a folder with all that is in it; harmless if there is none."""
    try:
        folder = os.stat(path)[0] & FOLDER
    except OSError:
        return
    if folder:
        for name in os.listdir(path):
            remove(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)


def reset() -> None:
    """Restart the board."""
    import machine

    machine.reset()


def _below(folder: str) -> "Iterator[str]":
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        path = folder + "/" + name if folder else name
        if os.stat(path)[0] & FOLDER:
            yield from _below(path)
        else:
            yield path


def _hash(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            piece = file.read(1024)
            if not piece:
                return binascii.hexlify(found.digest()).decode()[:16]
            found.update(piece)
