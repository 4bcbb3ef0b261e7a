"""The configuration of a CPython node: a JSON file."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from moonhop.json_files import read_object
from moonhop_core.errors import MoonhopError


@dataclass(frozen=True)
class Config:
    """What a worker must know to join a fleet.

    ``user`` and ``token`` are the node's id and password unless they are given. ``engines`` empty:
    all that this machine has. ``things``: sensors and actuators (boards/things.py).
    """

    node: str
    fleet: str
    password: str
    mqtt_host: str
    mqtt_port: int
    url: str
    user: str = ""
    token: str = ""
    tags: list[str] = field(default_factory=list)
    engines: list[str] = field(default_factory=list)
    things: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def from_dict(found: dict[str, Any]) -> "Config":
        """Return the configuration in a dict; keys that others use are let be.

        Raises MoonhopError that names what is missing.
        """
        known = {each.name: each for each in fields(Config)}
        needed = ("node", "fleet", "password", "mqtt_host", "mqtt_port", "url")
        missing = [name for name in needed if name not in found]
        if missing:
            raise MoonhopError(f"the node's configuration lacks {', '.join(missing)}")
        return Config(**{name: value for name, value in found.items() if name in known})

    @staticmethod
    def read(path: Path) -> "Config":
        """Return the configuration in a file. Raises MoonhopError."""
        return Config.from_dict(read_object(path))
