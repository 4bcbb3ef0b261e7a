"""Texts that a program loads while it runs, on a node without a compiler: the host makes bytecode
of them."""

import asyncio
import json

from moonhop_core.errors import MoonhopError
from moonhop_core.node.bundles import MPY, load_mpy
from moonhop_core.node.http import quote
from moonhop_core.node.messages import NO_PROGRAM, RequestError
from moonhop_core.node.text import wire_bytes
from moonhop_core.process.program import LARGEST

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.http import Http

MARK = '["u",'  # how the record of such a text begins in an image


def has_compiler() -> bool:
    """Tell whether this node can compile Lua: boards get no compiler."""
    if not MPY:
        return True
    try:
        import moonhop_core.lang.compile  # noqa: F401
    except ImportError:
        return False
    return True


async def compiled(http: "Http", source: str, given: str, number: int) -> "Any":
    """Return what the host makes of a text that is to be loaded as unit `number` under the name
    `given`; None where there is a compiler. Raises RequestError."""
    if has_compiler():
        return None
    path = "/programs/unit?name=%s&number=%d&mpy=%d" % (quote(given), number, MPY)
    pieces: "list[bytes]" = []
    try:
        response = await http.request(
            "POST", path, wire_bytes(source), limit=LARGEST, sink=pieces.append
        )
    except MoonhopError as error:
        raise RequestError(NO_PROGRAM, str(error))
    if not response.ok:
        try:
            text = json.loads(response.body)["error"]
        except (ValueError, KeyError, TypeError):
            text = "the host answers %d" % response.status
        raise RequestError(NO_PROGRAM, text)
    return load_mpy(pieces)


class Late:
    """Lines of an image that wait, from the first on that has such a text, while the host is asked
    what comes of it; they are read one after the other."""

    def __init__(self, http: "Http", process: "Any", reader: "Any"):
        self._http = http
        self._process = process
        self._reader = reader
        self._lines: "list[str]" = []
        self.over = asyncio.Event()  # set when none waits
        self.over.set()

    def add(self, line: str) -> None:
        """Take a line."""
        self._lines.append(line)
        self.over.clear()

    async def catch_up(self) -> None:
        """Read all lines, those that come meanwhile too. Raises MoonhopError."""
        try:
            while self._lines:
                line = self._lines[0]  # it stays there: what comes meanwhile is to wait, too
                if line[: len(MARK)] == MARK and not has_compiler():
                    number, given, source = json.loads(line)[1:4]
                    form = await compiled(self._http, source, given, number)
                    self._process.engine.forms = {number: form}
                self._reader.feed(line)
                self._lines.pop(0)
        finally:
            self.over.set()
