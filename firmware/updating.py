"""Updates over the air: a complete set of files beside the one that runs (NMP-060 to NMP-064).

Loaded when the host asks for it, and let go of afterwards: no board has this in its heap meanwhile.
Of lists and files there is never more in memory than a piece. Leans on no names of the starter but
those that the first one had, for an update does not replace it.
"""

import asyncio
import hashlib
import json
import os

from moonhop_core.node.messages import BAD_REQUEST, FAILED, RequestError
from moonhop_start import STATE, find, is_whole, stage

CONFIG = "moonhop.json"
UMQTT = "umqtt/simple.mpy"
PIECE = 1024  # bytes
FOR_FOLDER = 2  # blocks that LittleFS takes for one
SPARE = 8  # blocks that stay free, for the file system's own changes
TIMEOUT = 120  # seconds for one file
FOLDER = 0x4000  # in a mode


async def update(worker, request):
    """Carry out one step of an update (NMP-060). Raises RequestError."""
    running = worker.about.boot.get("set")
    if not running:
        raise RequestError(FAILED, "the worker is frozen into the firmware; it comes with that")
    step = request.get("step", str)
    changes = request.get("config", dict, {})
    image = request.args.get("firmware")
    if image:
        if "slot" not in worker.about.boot:
            raise RequestError(FAILED, "the firmware has no OTA slots; use: moonhop flash")
        import slots
    if step == "ask":
        told = ask(running, changes)
        told["firmware"] = bool(image) and await slots.has(image)
        return told
    name = request.get("set", str)
    if step == "try":
        try:
            stage(name)
        except (ValueError, OSError) as error:  # it is not whole, or flash is full
            raise RequestError(FAILED, str(error))
        if image:
            slots.choose()
        return await worker.special["restart"](request)
    if step != "fetch":
        raise RequestError(BAD_REQUEST, "an update has no step %r" % step)
    try:
        done = await fetch(worker.http, running, name, request.get("list", list), changes)
        if image:
            done["fetched"] += await slots.fetch(lambda *it: _get(worker.http, *it), image)
        return done
    except OSError as error:
        raise RequestError(FAILED, "cannot write set %s to flash: %s" % (name, error))


def ask(running, changes):
    """Tell what the host has to know of the set that runs, to make the next one (NMP-061)."""
    config = None
    if changes or _is_there(running, CONFIG):
        text = changed(running, changes)
        config = [len(text), _digits(hashlib.sha256(text))]
    return {"set": running, "config": config, "umqtt": _is_there(running, UMQTT)}


def changed(running, changes):
    """Return what moonhop.json holds if some of its keys are changed; null removes one. It is byte
    for byte the old one if that makes no difference."""
    with open(find(running, CONFIG) if _is_there(running, CONFIG) else CONFIG, "rb") as file:
        old = file.read()
    config = json.loads(old)
    for key in changes:
        if changes[key] is None:
            config.pop(key, None)
        else:
            config[key] = changes[key]
    return old if config == json.loads(old) else json.dumps(config).encode()


async def fetch(http, running, name, listed, changes):
    """Have a whole set below sets/NAME, and tell how many bytes came and how many were copied.

    `listed` is size and hash of its list, which is written last; what an earlier attempt has left
    is used. Raises RequestError; if flash has no room for it, nothing has been written.
    """
    done = {"set": name, "fetched": 0, "copied": 0}
    home = "sets/" + name + "/"
    if is_whole(name, True):
        return done
    _tidy(name, running)
    needed = _Needed(home)
    await _get(http, listed, needed.take)
    needed.check(listed[0])
    new = home + "set.new"
    _make_folders(new)
    await _write(new, http, listed)
    with open(new) as lines:
        for line in lines:
            path, entry = entry_of(line)
            if not path or await _is(home + path, entry):
                continue
            place = home + path
            _make_folders(place)
            if path == CONFIG:
                await _write(place, _one(changed(running, changes)), entry)
            elif _is_there(running, path) and await _is(find(running, path), entry):
                await _write(place, _pieces(find(running, path)), entry)
                done["copied"] += entry[0]
            else:
                await _write(place, http, entry)
                done["fetched"] += entry[0]
    os.rename(new, home + "set.json")
    return done


def entry_of(line):
    """Return path, and size and hash, in a line of a list; None, None if it is its head or end."""
    if not line.startswith('"'):
        return None, None
    found = json.loads("{" + line.rstrip(",\r\n") + "}")
    return next(iter(found.items()))


class _Needed:
    """Takes a list as it comes, and counts the blocks of what is not there yet."""

    def __init__(self, home):
        self._home = home
        self._left = b""
        self._size = os.statvfs(".")[1]
        self._blocks = SPARE
        self._folders = []

    def take(self, piece):
        lines = (self._left + piece).split(b"\n")
        self._left = lines.pop()
        for line in lines:
            path, entry = entry_of(line.decode())
            if path and _size(self._home + path) != entry[0]:
                self._count(entry[0])
                self._count_folders(self._home + path)

    def _count(self, size):
        self._blocks += -(-size // self._size)

    def _count_folders(self, place):
        at = place.find("/")
        while at >= 0:
            if place[:at] not in self._folders and _size(place[:at]) < 0:
                self._folders.append(place[:at])
                self._blocks += FOR_FOLDER
            at = place.find("/", at + 1)

    def check(self, size):
        """Raise RequestError unless there is room for all that, and a list of so many bytes."""
        self._count(size)
        blocks, _, free = os.statvfs(".")[2:5]
        if free > blocks:  # a LittleFS that is full counts some blocks twice, and goes below 0
            free = 0
        if self._blocks > free:
            text = "flash is full: %d bytes are needed, %d are free"
            raise RequestError(FAILED, text % (self._blocks * self._size, free * self._size))


class _Checked:
    """Where the pieces of a file go: to flash, if it is open, and into its hash."""

    def __init__(self, write=None):
        self._write = write
        self.hash = hashlib.sha256()
        self.size = 0

    def take(self, piece):
        self.size += len(piece)
        self.hash.update(piece)
        if self._write:
            self._write(piece)

    def is_as(self, entry):
        return [self.size, _digits(self.hash)] == list(entry)


async def _get(http, entry, sink):
    """Fetch a file of the host by its hash. Raises RequestError unless it is that one."""
    checked = _Checked(sink)
    path = "/updates/" + entry[1]
    response = await http.request("GET", path, sink=checked.take, timeout=TIMEOUT)
    if not response.ok:
        raise RequestError(FAILED, "the host answers %d to %s" % (response.status, path))
    if not checked.is_as(entry):
        raise RequestError(FAILED, "another file came for %s" % path)


async def _write(place, source, entry):
    """Write a file from pieces, or from the host. Raises RequestError unless it is as it has to
    be; then what is there of it is found out by the next attempt."""
    if await _is(place, entry):
        return
    with open(place, "wb") as file:
        if hasattr(source, "request"):
            await _get(source, entry, file.write)
            return
        checked = _Checked(file.write)
        for piece in source:
            checked.take(piece)
            await asyncio.sleep(0)
    if not checked.is_as(entry):
        raise RequestError(FAILED, "%s came out as another file" % place)


async def _is(place, entry):
    """Tell whether a file has the size and hash that it has to have."""
    if _size(place) != entry[0]:
        return False
    checked = _Checked()
    for piece in _pieces(place):
        checked.take(piece)
        await asyncio.sleep(0)  # others have their turn
    return checked.is_as(entry)


def _one(piece):
    yield piece


def _pieces(place):
    with open(place, "rb") as file:
        while True:
            piece = file.read(PIECE)
            if not piece:
                return
            yield piece


def _size(place):
    try:
        return os.stat(place)[6]
    except OSError:
        return -1


def _is_there(name, path):
    try:
        return bool(find(name, path))
    except OSError:
        return False


def _digits(hash):
    return "".join("%02x" % byte for byte in hash.digest())


def _make_folders(place):
    at = place.find("/")
    while at >= 0:
        if _size(place[:at]) < 0:
            os.mkdir(place[:at])
        at = place.find("/", at + 1)


def _tidy(name, running):
    """Remove the sets that the board would not run, but what there is of the wanted one."""
    kept = [name, running]
    try:
        with open(STATE) as file:
            state = json.load(file)
        kept += [state.get("set"), state.get("trial")]
    except (OSError, ValueError):
        pass
    if _size("sets") >= 0:
        for other in os.listdir("sets"):
            if other not in kept:
                _remove("sets/" + other)


def _remove(place):
    """Remove a folder, its list first: without that it is no set any more."""
    if os.stat(place)[0] & FOLDER:
        for name in sorted(os.listdir(place), key=lambda name: name != "set.json"):
            _remove(place + "/" + name)
        os.rmdir(place)
    else:
        os.remove(place)
