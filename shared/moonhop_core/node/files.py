"""Files of the fleet for processes: `fs.*` requests, over HTTP to the host's file server."""

import asyncio
import json
import sys

from moonhop_core.errors import MoonhopError
from moonhop_core.node.http import HttpError, TooLong, quote
from moonhop_core.node.text import lua_string, lua_text, wire_bytes

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.hosting import Hosted
    from moonhop_core.node.http import Http, Response

PATIENCE = 60.0  # seconds for a host that is away
FIRST, LONGEST = 0.1, 5.0  # seconds between two attempts
# Names of a folder that come at once, and bytes of a file that is read whole.
PAGE, WHOLE = (1000, 256 << 20) if sys.implementation.name == "cpython" else (16, 1 << 20)


class FileError(MoonhopError):
    """A file request that failed."""


async def serve(http: "Http", hosted: "Hosted", number: int, verb: str, args: "list[Any]") -> "Any":
    """Carry out a request of a process; return what it gives. Raises FileError.

    Paths, texts and names are Lua strings. A host that is away is asked again for a minute: what
    it had done without being able to say so, it does not do twice (NMP-021).
    """
    waited = 0.0
    pause = FIRST
    while True:
        try:
            return await _serve(http, hosted, number, verb, args)
        except TooLong as error:
            raise FileError("%s: %s" % (args[0], error))
        except HttpError as error:
            if waited >= PATIENCE or hosted.closed:
                raise FileError("%s: the file server is away (%s)" % (args[0], error))
        await asyncio.sleep(pause)
        waited += pause
        pause = min(2 * pause, LONGEST)


async def _serve(
    http: "Http", hosted: "Hosted", number: int, verb: str, args: "list[Any]"
) -> "list[Any]":
    headers = {  # NMP-021
        "Moonhop-Process": hosted.pid,
        "Moonhop-Epoch": str(hosted.epoch),
        "Moonhop-Request": str(number),
    }
    path = args[0]
    name = _name(path)
    address = "/files/" + quote(path.lstrip("/"))
    if verb == "fs.read":
        return await _read(http, headers, address, args)
    if verb == "fs.list":
        return await _list(http, headers, *args)
    if verb == "fs.exists" or verb == "fs.stat":
        response = await http.request("GET", "/fs/stat?path=" + quote(path), b"", headers)
        if verb == "fs.exists":
            if response.status != 404:
                _check(response, path)
            return [response.ok]
        _check(response, path)
        return [_entry(json.loads(response.body))]
    body = b""
    method = "DELETE"
    if verb == "fs.write" or verb == "fs.append":
        method = "PUT" if verb == "fs.write" else "PATCH"
        body = wire_bytes(args[1])
        if len(args) > 2:
            address += "?at=%d" % args[2]
    elif verb != "fs.remove":
        method = "POST"
        address = "/" + verb.replace(".", "/")
        what = {"path": name} if len(args) < 2 else {"from": name, "to": _name(args[1])}
        headers["Content-Type"] = "application/json"
        body = json.dumps(what).encode()
    _check(await http.request(method, address, body, headers), path)
    return []


async def _read(
    http: "Http", headers: "dict[str, str]", address: str, args: "list[Any]"
) -> "list[Any]":
    """Read a file, a piece of it, or a piece of one of its versions."""
    size = WHOLE
    if len(args) > 1:
        size = args[2]
        headers["Range"] = "bytes=%d-%d" % (args[1], args[1] + size - 1)
        if len(args) > 3 and args[3] is not None:
            address += "?version=%d" % args[3]
    response = await http.request("GET", address, b"", headers, size)
    whole = response.headers.get("content-range", "")
    text = ""
    if response.status != 416:  # nothing is there, behind the end
        _check(response, args[0])
        text = lua_string(response.body)
    version = response.headers.get("moonhop-version")
    return [
        text,
        None if version is None else int(version),
        int(whole[whole.find("/") + 1 :]) if whole else len(text),
    ]


async def _list(
    http: "Http",
    headers: "dict[str, str]",
    path: str,
    limit: "int | None" = None,
    after: str = "",
    prefix: str = "",
) -> "list[Any]":
    """List a folder, a page at a time."""
    names: "list[str]" = []
    after = after.rstrip("/")
    more = True
    while more and (limit is None or len(names) < limit):
        size = PAGE if limit is None else min(PAGE, limit - len(names))
        address = "/fs/list?names=true&limit=%d" % size
        for name, text in (("path", path), ("after", after), ("prefix", prefix)):
            address += "&%s=%s" % (name, quote(text))
        response = await http.request("GET", address, b"", headers, 1 << 20)
        _check(response, path)
        found = json.loads(response.body)
        names += [lua_text(name) for name in found["names"]]
        more = found["next"] is not None
        after = lua_text(found["next"] or "")
    return [names, after if more else None]


def _name(path: str) -> str:
    """Return a path as text. Raises FileError if it is no UTF-8: the fleet's paths are."""
    try:
        return wire_bytes(path).decode()
    except UnicodeError:
        raise FileError("%s: a path is UTF-8: Invalid argument" % path)


def _entry(found: "dict[str, Any]") -> "dict[str, Any]":
    """Return what the server tells of a path as programs see it."""
    for name in found:
        value = found[name]
        if type(value) is str:
            found[name] = lua_text(value)
        elif type(value) is float:
            found[name] = int(value)
    return found


def _check(response: "Response", path: str) -> None:
    """Raise FileError if a request failed: in C's words, where it has some for the reason."""
    if response.ok:
        return
    text = ""
    try:
        found = json.loads(response.body)
        text = lua_text(found.get("error") or "")
    except (ValueError, AttributeError):
        pass
    if response.status in (502, 503, 504):
        raise HttpError(text or "it answers %d" % response.status)
    text = text or "the file server answers %d" % response.status
    if response.status == 404 and "version" not in text:
        text = "No such file or directory"
    elif response.status == 409:
        for part, words in (
            ("is a folder, not", "Is a directory"),
            ("is a file, not", "Not a directory"),
            ("is not empty", "Directory not empty"),
        ):
            if part in text:
                text = words
    elif response.status == 507:
        text += ": No space left on device"
    raise FileError("%s: %s" % (path, text))
