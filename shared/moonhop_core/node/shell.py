"""The shell's requests to a process (NMP-070 to NMP-073); see process/shell.py."""

from moonhop_core.errors import MoonhopError
from moonhop_core.node import units
from moonhop_core.node.link import LinkError
from moonhop_core.node.messages import BAD_REQUEST, BUSY, FAILED, RequestError, encode
from moonhop_core.node.text import lua_text, wire_text
from moonhop_core.process.shell import shell_of

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.node.hosting import Hosted
    from moonhop_core.node.messages import Request
    from moonhop_core.node.verbs import Verbs
    from moonhop_core.node.worker import Worker

REST = 10  # seconds for a process to come to rest
SAID = ("print", "log")  # kinds of words that are not the last
MOST_NAMES = 300
MOST_LETTERS = 4000  # of all names together


class Words:
    """What evaluations of a process say, on its way to the link (NMP-071). What is more than there
    is room for is counted."""

    def __init__(self, hosted: "Hosted"):
        self._hosted = hosted
        self._worker = hosted.worker
        self._waiting: "list[bytes]" = []
        self._size = 0
        self._left_out = 0  # lines
        self._sending = False

    def add(self, number: int, kind: str, text: str) -> None:
        """Take a word; `text` is a Lua string."""
        lines = [wire_text(line) for line in text.split("\n")]
        if kind in SAID and self._size > self._worker.about.waiting:
            self._left_out += len(lines)
            return
        if self._left_out:
            self._put(number, "print", "(%d lines were too many to send)" % self._left_out)
            self._left_out = 0
        self._put(number, kind, "\n".join(lines))
        if not self._sending:
            self._sending = True
            self._worker.spawn(self._send())

    def _put(self, number: int, kind: str, text: str) -> None:
        said = {"pid": self._hosted.pid, "epoch": self._hosted.epoch, "eval": number}
        said["kind"] = kind
        said["text"] = text
        payload = encode(said)
        self._waiting.append(payload)
        self._size += len(payload)

    async def _send(self) -> None:
        link = self._worker.link
        while self._waiting:
            try:
                link.publish(self._worker.log_topic, self._waiting[0], 1)
            except LinkError:
                await link.drain()
                continue
            self._size -= len(self._waiting.pop(0))
        self._sending = False


def say(hosted: "Hosted", number: int, kind: str, text: str) -> None:
    """Send a word of an evaluation of a process."""
    if hosted.words is None:
        hosted.words = Words(hosted)
    hosted.words.add(number, kind, text)


async def do(verbs: "Verbs", request: "Request") -> "Any":
    """Carry out one of the requests. Raises RequestError."""
    hosted = verbs.hosted_of(request)
    if request.verb == "interrupt":
        number = request.get("eval", int)
        if hosted.process:
            _shell(hosted.process).interrupt(number)
        await _at_rest(hosted, lambda shell: shell.break_off(number))
        return {"pid": hosted.pid}
    verbs.must_be(hosted, ("running",))
    if hosted.transfer:
        raise RequestError(BUSY, "process %s is about to hop" % hosted.pid)
    if request.verb == "eval":
        await _evaluate(verbs.worker, hosted, request)
        return {"pid": hosted.pid, "eval": request.args["eval"]}
    path = request.get("path", list, [])
    for name in path:
        if not isinstance(name, str):
            raise RequestError(BAD_REQUEST, "names: the path is a list of texts")
    asked = [lua_text(name) for name in path]
    return _some(await _at_rest(hosted, lambda shell: shell.names(asked)))


async def _evaluate(worker: "Worker", hosted: "Hosted", request: "Request") -> None:
    number = request.get("eval", int)
    source = lua_text(request.get("text", str))
    given = lua_text(request.get("name", str, "=shell"))
    await hosted.hold(REST)  # until the text is loaded: its unit has a number
    try:
        unit = await _at_rest(hosted, lambda shell: shell.next_unit())
        form = await units.compiled(worker.http, source, given, unit)
        await _at_rest(hosted, lambda shell: shell.evaluate(number, source, given, form))
    except RequestError as error:
        raise error
    except MoonhopError as error:
        raise RequestError(FAILED, str(error))
    finally:
        hosted.unhold()


async def _at_rest(hosted: "Hosted", function: "Callable[[Any], Any]") -> "Any":
    """Call a function with a process's shell, between two turns."""
    await hosted.hold(REST)
    try:
        process = hosted.process
        assert process
        return await hosted.apart(lambda: function(_shell(process)))
    finally:
        hosted.unhold()


def _shell(process: "Any") -> "Any":
    """Return a process's shell; one in a child has its own."""
    return process.shell if hasattr(process, "shell") else shell_of(process)


def _some(names: "list[str]") -> "list[str]":
    """Return names as text; of very many the first."""
    left = MOST_LETTERS
    told: "list[str]" = []
    for name in names[:MOST_NAMES]:
        left -= len(name)
        if left < 0:
            break
        told.append(wire_text(name))
    return told
