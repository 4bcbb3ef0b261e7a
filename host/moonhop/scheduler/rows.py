"""What the scheduler's store keeps: processes and the terms they run on, hops, applications."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from moonhop.scheduler.policies.named import DEFAULT

OVER = ("ended", "failed", "stopped", "lost")  # states a process does not leave
RESTARTS = ("never", "on-failure", "always")  # whether a process that ended is started again
RECOVERIES = ("checkpoint", "start", "never")  # from where one goes on whose node was lost


@dataclass(frozen=True)
class Terms:
    """On which terms a process runs, besides what its program's manifest says.

    ``needs`` come on top of the manifest's; ``memory`` (bytes) and ``checkpoint`` (seconds)
    replace its. ``after``: parts of the same application that must run before it starts.
    """

    policy: str = DEFAULT
    needs: tuple[str, ...] = ()
    memory: int | None = None
    place: tuple[float, float] | None = None
    checkpoint: float | None = None
    restart: str = "never"
    recover: str = "checkpoint"
    after: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, without what is as usual."""
        usual = Terms()
        return {key: value for key, value in asdict(self).items() if value != getattr(usual, key)}

    @staticmethod
    def from_dict(found: dict[str, Any]) -> "Terms":
        """Return the terms in what ``as_dict`` gave; names that are not known are let be."""
        known = {each.name for each in fields(Terms)}
        given = {key: value for key, value in found.items() if key in known}
        for key in ("needs", "place", "after"):
            if given.get(key) is not None:
                given[key] = tuple(given[key])
        return Terms(**given)


@dataclass(frozen=True)
class ProcessRow:
    """A process as the store knows it. ``node`` is None until it is placed.

    ``app`` ``part`` ``replica`` say which process of an application it is ("" and 0: of none).
    ``attempts`` counts failures in a row; before ``not_before`` (seconds since 1970) it is not
    started again. ``image`` is the path of its last checkpoint in the fleet's files, of ``imaged``.
    """

    pid: str
    name: str
    program: str
    args: list[Any]
    wanted: str | None
    node: str | None
    epoch: int
    state: str
    reason: str
    created: float
    changed: float
    app: str = ""
    part: str = ""
    replica: int = 0
    terms: Terms = Terms()
    attempts: int = 0
    not_before: float = 0.0
    image: str | None = None
    imaged: float = 0.0

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return self.state in OVER


@dataclass(frozen=True)
class HopRow:
    """A hop under way; ``epoch`` is the new one."""

    pid: str
    transfer: str
    source: str
    target: str
    epoch: int
    committed: bool


@dataclass(frozen=True)
class NewProcess:
    """A process to be: what the store needs to write its first row."""

    name: str
    program: str
    args: list[Any]
    wanted: str | None = None
    app: str = ""
    part: str = ""
    replica: int = 0
    terms: Terms = Terms()
    image: str | None = None  # in the fleet's files: where it goes on from; None: its beginning
