"""What policies are asked and what they answer: plain data, nothing of the scheduler.

A policy is ``(nodes, processes, current) -> Placement``: a pure function; all it may look at is in
its arguments, and it changes none of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from moonhop_core.errors import MoonhopError

Place = tuple[float, float]  # latitude and longitude, in degrees


class PolicyError(MoonhopError):
    """A policy that cannot be found, fails, or answers what is no placement."""


@dataclass(frozen=True)
class Node:
    """A node as policies see it."""

    id: str
    engines: tuple[str, ...] = ()
    float_bits: int = 64
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: frozenset[str] = frozenset()
    memory: int | None = None  # bytes that processes may take in all; None: unknown, not limited
    slots: int | None = None  # how many processes; None: not limited
    place: Place | None = None
    drained: bool = False  # takes nothing new, and what it has is to leave


class Process(NamedTuple):
    """A process as policies see it; a tuple, for a large fleet has very many."""

    pid: str
    engines: tuple[str, ...] = ()  # empty: any
    needs: tuple[str, ...] = ()  # "temperature", "float64", "zone=north"
    memory: int = 0  # bytes
    wanted: str | None = None  # the one node it was asked to run on
    app: str = ""  # processes of one application are alike to `spread`
    place: Place | None = None  # where it is wanted near


@dataclass(frozen=True)
class Placement:
    """Where each process should run, and for each that fits nowhere, why.

    A process that runs and is ``unplaced`` stays where it is: no node is better.
    """

    nodes: Mapping[str, str]
    unplaced: Mapping[str, str]


class Policy(Protocol):
    """What the scheduler asks where processes should run."""

    def __call__(
        self, nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
    ) -> Placement:
        """Place all processes; ``current`` tells where those that run are. Must not change it."""
        ...
