"""Who may publish and hear what on the fleet's broker.

Users are the host and the nodes; a node's user name is its id. Topics below ``moonhop/`` are the
fleet's own (docs/architecture.md, "Node and hop"), all others belong to programs.

  host  everything
  node  publishes  node/<itself>/birth, load, log, event, res/…   host/req/<itself>   hop/…
                   programs' topics
        hears      node/<itself>/req, rep   hop/<transfer>/image, ack   fs/…   programs' topics

A transfer's name is a secret that the host tells the two nodes of a hop, so a node must name it in
full: wildcards never match the fleet's own topics for a node, but for changes of files (fs/…).
"""

import hmac

HOST = "host"
RESERVED = "moonhop/"
HEARD = {"req", "rep"}  # what a node hears below node/<itself>
HOP = {"image", "ack"}  # what it hears below hop/<transfer>


class Access:
    """The users of a broker and their rights; users can come and go while it runs."""

    def __init__(self, users: dict[str, str]) -> None:
        self._users = dict(users)

    def add(self, name: str, password: str) -> None:
        """Let a user in from now on, or change the password of one."""
        self._users[name] = password

    def remove(self, name: str) -> None:
        """Let a user in no more; harmless if unknown."""
        self._users.pop(name, None)

    def knows(self, name: str | None, password: str | None) -> bool:
        """Tell whether this is a user and its password."""
        expected = self._users.get(name) if name else None
        if not expected or password is None:
            return False
        return hmac.compare_digest(expected.encode(), password.encode())

    def may_publish(self, user: str, topic: str) -> bool:
        """Tell whether a user may publish on a topic."""
        if topic.startswith("$") or "+" in topic or "#" in topic or not topic:
            return False
        if user == HOST or not topic.startswith(RESERVED):
            return True
        match _below_fleet(topic):
            case ["node", node, what, *_]:
                return node == user and what not in HEARD
            case ["host", "req", node]:
                return node == user
            case ["hop", _, what]:
                return what in HOP
        return False

    def may_subscribe(self, user: str, filter: str) -> bool:
        """Tell whether a user may subscribe to a filter."""
        if filter.startswith("$") or not filter:
            return False
        if user == HOST or not filter.startswith(RESERVED):
            return True
        if _is_of_files(filter):
            return True
        if "+" in filter or "#" in filter:
            return False
        match _below_fleet(filter):
            case ["node", node, what]:
                return node == user and what in HEARD
            case ["hop", _, what]:
                return what in HOP
        return False

    def may_hear(self, user: str, filter: str, topic: str) -> bool:
        """Tell whether a user may get a message on ``topic`` through a subscription to ``filter``.

        Wildcards (``#``, ``+/1/…``) match the fleet's own topics for the host only; those behind
        ``fs/`` match for nodes too.
        """
        if user == HOST or not topic.startswith(RESERVED):
            return True
        return filter == topic or _is_of_files(filter)


def _below_fleet(topic: str) -> list[str]:
    """Return the levels below ``moonhop/1/<fleet>``; none if the topic is not there."""
    levels = topic.split("/")
    return levels[3:] if levels[:2] == ["moonhop", "1"] else []


def _is_of_files(filter: str) -> bool:
    """Tell whether a filter matches nothing but changes of a fleet's files."""
    levels = filter.split("/")[:4]
    return levels[:2] == ["moonhop", "1"] and levels[3:] == ["fs"] and levels[2] not in ("+", "#")
