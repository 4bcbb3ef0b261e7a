"""The node management protocol: topics, requests, replies and their errors.

Requirements have numbers, NMP-001 and up, listed in docs/node-management-protocol.md; docstrings
here and tests cite them. Payloads are JSON in UTF-8, except the image of a hop (hop_wire.py).
"""

import json

from moonhop_core.errors import MoonhopError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

VERSION = 1
ROOT = "moonhop/1/"

# Error codes of replies (NMP-014).
BAD_REQUEST = "bad_request"  # not a request, or an argument is missing or wrong
UNKNOWN_VERB = "unknown_verb"
UNKNOWN_PROCESS = "unknown_process"  # no such process here
EXISTS = "exists"  # the process is here already
STALE = "stale"  # the request's epoch is not this copy's
WRONG_STATE = "wrong_state"  # the process cannot do that now
NEEDS = "needs"  # the node lacks what the program needs
NO_PROGRAM = "no_program"  # the program cannot be fetched or loaded
DEADLINE = "deadline"  # not done in time; nothing has changed
IMAGE = "image"  # the image is damaged, or cannot be written or restored
BUSY = "busy"  # a limit of the node is reached
FAILED = "failed"  # anything else


class RequestError(MoonhopError):
    """A request that was refused: `code` is one of the constants above."""

    def __init__(self, code: str, text: str):
        super().__init__(text)
        self.code = code
        self.text = text


class Topics:
    """The topic names of one fleet (NMP-001)."""

    def __init__(self, fleet: str):
        self.base = ROOT + fleet + "/"

    def node(self, node: str, what: str) -> str:
        """Return a node's own topic: birth, load, log, event, req, rep (NMP-002)."""
        return self.base + "node/" + node + "/" + what

    def reply(self, node: str, client: str) -> str:
        """Return the topic of a node's replies to one client (NMP-012)."""
        return self.base + "node/" + node + "/res/" + client

    def host_request(self, node: str) -> str:
        """Return the topic of a node's requests to the host (NMP-030)."""
        return self.base + "host/req/" + node

    def hop(self, transfer: str, what: str) -> str:
        """Return a transfer's topic: image or ack (NMP-040)."""
        return self.base + "hop/" + transfer + "/" + what


class Request:
    """One request (NMP-010): `id` is the client's own name for it, `sender` the client's."""

    def __init__(self, id: str, verb: str, args: "dict[str, Any]", sender: str = ""):
        self.id = id
        self.verb = verb
        self.args = args
        self.sender = sender

    def encode(self) -> bytes:
        """Return the payload."""
        return encode({"id": self.id, "verb": self.verb, "args": self.args, "from": self.sender})

    @staticmethod
    def decode(payload: bytes) -> "Request":
        """Return the request in a payload. Raises RequestError (NMP-011)."""
        data = decode(payload)
        id, verb, args = data.get("id"), data.get("verb"), data.get("args", {})
        sender = data.get("from", "")
        if not isinstance(id, str) or not isinstance(verb, str) or not isinstance(args, dict):
            raise RequestError(BAD_REQUEST, "a request needs id, verb and args")
        if not isinstance(sender, str) or "/" in sender or "+" in sender or "#" in sender:
            raise RequestError(BAD_REQUEST, "a request's 'from' must be one level of a topic")
        return Request(id, verb, args, sender)

    def get(self, name: str, kind: "type | tuple[type, ...]", default: "Any" = None) -> "Any":
        """Return an argument, checked; a missing one is an error unless there is a default."""
        value = self.args.get(name)
        if value is None:
            if default is None:
                raise RequestError(BAD_REQUEST, "%s needs %r" % (self.verb, name))
            return default
        if not isinstance(value, kind):
            raise RequestError(BAD_REQUEST, "%s: %r is of the wrong kind" % (self.verb, name))
        return value


class Reply:
    """The answer to one request (NMP-013): a result, or an error code with one line of text."""

    def __init__(self, id: str, result: "Any" = None, code: str = "", text: str = ""):
        self.id = id
        self.result = result
        self.code = code
        self.text = text

    @property
    def ok(self) -> bool:
        """Tell whether it carries a result."""
        return not self.code

    def encode(self) -> bytes:
        """Return the payload."""
        if self.code:
            error = {"code": self.code, "message": self.text}
            return encode({"id": self.id, "ok": False, "error": error})
        return encode({"id": self.id, "ok": True, "result": self.result})

    @staticmethod
    def decode(payload: bytes) -> "Reply":
        """Return the reply in a payload. Raises RequestError."""
        data = decode(payload)
        if not isinstance(data.get("id"), str):
            raise RequestError(BAD_REQUEST, "a reply needs the request's id")
        if data.get("ok"):
            return Reply(data["id"], data.get("result"))
        error = data.get("error")
        if not isinstance(error, dict):
            error = {}
        return Reply(data["id"], None, error.get("code") or FAILED, error.get("message") or "")

    def value(self) -> "Any":
        """Return the result, or raise the error as RequestError."""
        if self.code:
            raise RequestError(self.code, self.text)
        return self.result


def encode(data: "Any") -> bytes:
    """Return data as JSON in UTF-8."""
    return json.dumps(data).encode()


def decode(payload: bytes) -> "dict[str, Any]":
    """Return the JSON object in a payload. Raises RequestError."""
    try:
        data = json.loads(bytes(payload))
    except (ValueError, UnicodeError):
        data = None
    if not isinstance(data, dict):
        raise RequestError(BAD_REQUEST, "the payload is not a JSON object")
    return data
