"""Files of the fleet for processes: `fs.*` requests, over HTTP to the host's file server."""

import json

from moonhop_core.errors import MoonhopError
from moonhop_core.node.http import quote
from moonhop_core.node.text import lua_string, lua_text, wire_bytes

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.hosting import Hosted
    from moonhop_core.node.http import Http, Response


class FileError(MoonhopError):
    """A file request that failed."""


async def serve(http: "Http", hosted: "Hosted", number: int, verb: str, args: "list[Any]") -> "Any":
    """Carry out a request of a process; return what it gives. Raises FileError or HttpError.

    Paths, texts and names are Lua strings.
    """
    headers = {  # NMP-021
        "Moonhop-Process": hosted.pid,
        "Moonhop-Epoch": str(hosted.epoch),
        "Moonhop-Request": str(number),
    }
    path = args[0]
    address = "/files/" + quote(path.lstrip("/"))
    if verb == "fs.read":
        if len(args) < 3 or args[1] is None:
            response = await http.request("GET", address, b"", headers, 1 << 20)
        else:
            headers["Range"] = "bytes=%d-%d" % (args[1], args[1] + args[2] - 1)
            response = await http.request("GET", address, b"", headers, args[2])
            if response.status == 416:
                return ["", None, _whole_size(response)]
        _check(response, path)
        return [lua_string(response.body), None, _whole_size(response)]
    if verb == "fs.write" or verb == "fs.append":
        method = "PUT" if verb == "fs.write" else "PATCH"
        _check(await http.request(method, address, wire_bytes(args[1]), headers), path)
        return []
    if verb == "fs.list":
        return [[lua_text(entry) for entry in await _list(http, headers, path)], None]
    if verb == "fs.exists" or verb == "fs.stat":
        found = await _stat(http, address, headers, path)
        if verb == "fs.exists":
            return [found is not None]
        if found is None:
            raise FileError("%s: No such file or directory" % path)
        return [found]
    raise FileError("this node does not know %s" % verb)


def _whole_size(response: "Response") -> int:
    """Return the size of the file that an answer has a range of."""
    found = response.headers.get("content-range")
    if found is None:
        return len(response.body)
    return int(found[found.find("/") + 1 :])


async def _list(http: "Http", headers: "dict[str, str]", path: str) -> "list[str]":
    address = "/fs/list?path=" + quote(path)
    response = await http.request("GET", address, b"", headers, 1 << 20)
    _check(response, path)
    return [_name(entry) for entry in json.loads(response.body)["entries"]]


def _name(entry: "dict[str, Any]") -> str:
    """Return the name of a folder's entry, with a "/" behind a folder's."""
    name: str = entry["path"].rstrip("/").split("/")[-1]
    return name + "/" if entry["kind"] == "folder" else name


async def _stat(http: "Http", address: str, headers: "Any", path: str) -> "dict[str, Any] | None":
    response = await http.request("HEAD", address, b"", headers)
    if response.status == 404:
        return None
    _check(response, path)
    found: "dict[str, Any]" = {"kind": response.headers.get("moonhop-kind", "file")}
    found["size"] = int(response.headers.get("content-length", "0"))
    found["modified"] = http_date(response.headers.get("last-modified", ""))
    return found


def http_date(text: str) -> int:
    """Return a date of HTTP ("Sat, 21 Nov 2026 22:22:43 GMT") as seconds since 1970; 0 if it is
    none."""
    try:
        _, day, month, year, clock, _ = text.split(" ")
        hours, minutes, seconds = [int(part) for part in clock.split(":")]
        years, days = int(year), int(day)
        months = "JanFebMarAprMayJunJulAugSepOctNovDec".index(month) // 3 + 1
    except ValueError:
        return 0
    # Days since 1970 of a civil date whose years begin in March.
    if months <= 2:
        years -= 1
    count = (153 * ((months + 9) % 12) + 2) // 5 + days - 1
    count += 365 * years + years // 4 - years // 100 + years // 400 - 719468
    return count * 86400 + hours * 3600 + minutes * 60 + seconds


def _check(response: "Response", path: str) -> None:
    if response.ok:
        return
    if response.status == 404:
        raise FileError("%s: No such file or directory" % path)
    text = ""
    try:
        found = json.loads(response.body)
        text = found.get("error") or found.get("detail") or ""
    except (ValueError, AttributeError):
        pass
    raise FileError("%s: %s" % (path, text or "the file server answers %d" % response.status))
