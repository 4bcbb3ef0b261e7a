"""Passwords of the fleet's nodes and host, and the token of its API; all generated, none chosen."""

import hmac
import re
import secrets

from moonhop.broker.access import HOST
from moonhop.state import State
from moonhop_core.errors import MoonhopError

NODE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
FILE = "credentials.json"


class NodeInUse(MoonhopError):
    """A node of this id is there, and its credential was not to be replaced."""


class Credentials:
    """The fleet's secrets, kept in its state folder; each change is written at once."""

    def __init__(self, state: State) -> None:
        self._state = state
        known = state.read_json(FILE) or {}
        self.token: str = known.get("token") or secrets.token_urlsafe(24)
        self.host: str = known.get("host") or secrets.token_urlsafe(24)
        self.nodes: dict[str, str] = known.get("nodes") or {}
        if not known:
            self._write()

    def users(self) -> dict[str, str]:
        """Return names and passwords of all who may use the broker."""
        return {**self.nodes, HOST: self.host}

    def add_node(self, node: str) -> str:
        """Make a fresh password for a node, new or known, and return it.

        Raises MoonhopError if the id is not allowed.
        """
        check_node_id(node)
        self.nodes[node] = secrets.token_urlsafe(24)
        self._write()
        return self.nodes[node]

    def remove_node(self, node: str) -> None:
        """Forget a node's password; harmless if there is none."""
        if self.nodes.pop(node, None):
            self._write()

    def is_token(self, token: str) -> bool:
        """Tell whether this is the API token."""
        return _same(token, self.token)

    def is_node(self, node: str, password: str) -> bool:
        """Tell whether this is a node's password."""
        expected = self.nodes.get(node)
        return expected is not None and _same(password, expected)

    def node_of(self, password: str) -> str | None:
        """Return the node that has this password, or None."""
        found = None
        for node, expected in self.nodes.items():
            if _same(password, expected):
                found = node
        return found

    def _write(self) -> None:
        known = {"token": self.token, "host": self.host, "nodes": self.nodes}
        self._state.write_json(FILE, known)


def check_node_id(node: str) -> None:
    """Raise MoonhopError unless ``node`` can be a node's id, which is also a level of a topic."""
    if not NODE_ID.fullmatch(node) or node == HOST:
        raise MoonhopError(
            f"node id {node!r} is not allowed; use up to 63 letters, digits, . - and _,"
            f" starting with a letter or digit, and not {HOST!r}"
        )


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
