"""Every place where a store writes: calls of the system by our code and by SQLite.

Ours go through ``os`` and ``io.open``. SQLite's go through its "unix" VFS, whose methods are
replaced in the very library that Python's sqlite3 uses; its table of system calls would be one
level lower, but has no fsync in it.
"""

import _sqlite3
import ctypes
import io
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

READ_ONLY_OPEN = 0x1  # SQLITE_OPEN_READONLY

PTR, INT, LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
FUNCTION = ctypes.CFUNCTYPE
OPEN = FUNCTION(INT, PTR, PTR, PTR, INT, PTR)  # SQLite keeps the pointer to the name
DELETE = FUNCTION(INT, PTR, ctypes.c_char_p, INT)
WRITE = FUNCTION(INT, PTR, PTR, INT, LONG)
TRUNCATE = FUNCTION(INT, PTR, LONG)
SYNC = FUNCTION(INT, PTR, INT)
OPEN_FOLDER = FUNCTION(INT, ctypes.c_char_p, PTR)


class Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = [
        ("version", INT),
        *[(name, PTR) for name in ("close", "read", "write", "truncate", "sync")],
        *[(f"other{number}", PTR) for number in range(13)],
    ]


class File(ctypes.Structure):
    """sqlite3_file."""

    _fields_ = [("methods", ctypes.POINTER(Methods))]


class Vfs(ctypes.Structure):
    """sqlite3_vfs, version 3."""

    _fields_ = [
        ("version", INT),
        ("file_size", INT),
        ("longest", INT),
        ("next", PTR),
        ("name", ctypes.c_char_p),
        ("data", PTR),
        ("open", PTR),
        ("delete", PTR),
        *[(f"other{number}", PTR) for number in range(11)],
        ("set_call", PTR),
        ("get_call", PTR),
        ("next_call", PTR),
    ]


# What happens at a place: (what, path, details), and how to do it, or for a write only half of it.
Do = Callable[[], Any]
Visit = Callable[[str, str, tuple[Any, ...], Do, Do | None], Any]


class Places:
    """Calls ``visit`` at each place below a folder, one at a time; what that returns is the
    result."""

    def __init__(self, folder: Path, visit: Visit) -> None:
        self._top = str(folder)
        self._visit = visit
        self._lock = threading.RLock()
        self._keep: list[Any] = []  # what C code points to
        self._files: dict[int, str] = {}  # SQLite's files by their address
        self._methods: dict[int, tuple[Methods, Methods]] = {}

    def install(self) -> None:
        """Be in between from now on, for the rest of this process's life."""
        self._install_python()
        self._install_sqlite()

    def _at(self, what: str, path: Any, details: tuple[Any, ...], do: Do, half: Any = None) -> Any:
        path = os.fsdecode(path)
        if path != self._top and not path.startswith(self._top + "/"):
            return do()
        with self._lock:
            return self._visit(what, path, details, do, half)

    # -- ours ------------------------------------------------------------------------------------

    def _install_python(self) -> None:
        at, plain = self._at, {name: getattr(os, name) for name in dir(os)}
        plain_open = io.open

        class Written(io.FileIO):
            def write(self, content: Any) -> int:
                data, where, write = bytes(content), self.tell(), super().write
                half = lambda: write(data[: len(data) // 2])  # noqa: E731
                written: int = at("write", self.name, (where, data), lambda: write(data), half)
                return written

        def open_file(path: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
            if mode != "xb":
                assert not set(mode) & set("wxa+"), mode
                return plain_open(path, mode, *args, **options)
            return at("create", path, (), lambda: Written(os.fspath(path), "xb"))

        def fsync(file: int) -> None:
            path = os.readlink(f"/proc/self/fd/{file}")
            what = "sync folder" if os.path.isdir(path) else "sync"
            at(what, path, (), lambda: plain["fsync"](file))

        def rmtree(path: Any, ignore_errors: bool = False) -> None:
            if os.path.isdir(path):
                for name in sorted(os.listdir(path)):
                    os.unlink(os.path.join(path, name))
                os.rmdir(path)

        def one(name: str) -> Callable[..., Any]:
            def call(path: Any, *args: Any, **options: Any) -> Any:
                return at(name, path, (), lambda: plain[name](path, *args, **options))

            return call

        def replace(source: Any, target: Any) -> None:
            details = (os.fsdecode(target),)
            at("rename", source, details, lambda: plain["replace"](source, target))

        io.open = open_file  # type: ignore[assignment]
        ours: dict[str, Any] = {"fsync": fsync, "replace": replace, "rename": replace}
        ours.update({name: one(name) for name in ("mkdir", "rmdir", "unlink")})
        for name, function in ours.items():
            setattr(os, name, function)
        shutil.rmtree = rmtree  # type: ignore[assignment]  # the same, without descriptors

    # -- SQLite's --------------------------------------------------------------------------------

    def _install_sqlite(self) -> None:
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
        vfs = library.sqlite3_vfs_find(None).contents
        assert vfs.name == b"unix" and vfs.version == 3  # noqa: PT018
        self._open, self._delete = OPEN(vfs.open), DELETE(vfs.delete)
        vfs.open = self._pointer(OPEN(self._opened))
        vfs.delete = self._pointer(DELETE(self._deleted))
        get = FUNCTION(PTR, PTR, ctypes.c_char_p)(vfs.get_call)
        set_call = FUNCTION(INT, PTR, ctypes.c_char_p, PTR)(vfs.set_call)
        self._open_folder = OPEN_FOLDER(get(ctypes.byref(vfs), b"openDirectory"))
        hooked = self._pointer(OPEN_FOLDER(self._folder_opened))
        assert set_call(ctypes.byref(vfs), b"openDirectory", hooked) == 0
        self._vfs = vfs

    def _pointer(self, function: Any) -> Any:
        self._keep.append(function)
        return ctypes.cast(function, PTR).value

    def _opened(self, vfs: int, place: int | None, file: int, flags: int, out: int) -> int:
        do = lambda: self._open(vfs, place, file, flags, out)  # noqa: E731
        if place is None or flags & READ_ONLY_OPEN:
            return int(do())
        name = ctypes.string_at(place)
        new = not os.path.exists(name)
        code = int(self._at("create", name, (), do) if new else do())
        if code == 0:
            found = ctypes.cast(file, ctypes.POINTER(File)).contents
            self._files[file] = os.fsdecode(name)
            address = ctypes.addressof(found.methods.contents)
            if address not in self._methods:
                self._methods[address] = self._hooked(found.methods.contents)
            found.methods = ctypes.pointer(self._methods[address][1])
        return code

    def _hooked(self, plain: Methods) -> tuple[Methods, Methods]:
        write, truncate, sync = WRITE(plain.write), TRUNCATE(plain.truncate), SYNC(plain.sync)

        def written(file: int, data: int, size: int, where: int) -> int:
            content = ctypes.string_at(data, size)
            do = lambda: write(file, data, size, where)  # noqa: E731
            half = lambda: write(file, data, size // 2, where)  # noqa: E731
            return int(self._at("write", self._files[file], (where, content), do, half))

        def truncated(file: int, size: int) -> int:
            do = lambda: truncate(file, size)  # noqa: E731
            return int(self._at("truncate", self._files[file], (size,), do))

        def synced(file: int, flags: int) -> int:
            return int(self._at("sync", self._files[file], (), lambda: sync(file, flags)))

        hooked = Methods.from_buffer_copy(plain)
        hooked.write = self._pointer(WRITE(written))
        hooked.truncate = self._pointer(TRUNCATE(truncated))
        hooked.sync = self._pointer(SYNC(synced))
        return plain, hooked

    def _deleted(self, vfs: int, name: bytes, sync: int) -> int:
        return int(self._at("unlink", name, (), lambda: self._delete(vfs, name, sync)))

    def _folder_opened(self, name: bytes, out: int) -> int:
        """SQLite opens the folder of a new file to sync it."""
        folder = os.path.dirname(name)
        return int(self._at("sync folder", folder, (), lambda: self._open_folder(name, out)))
