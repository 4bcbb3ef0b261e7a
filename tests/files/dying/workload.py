"""What a file store is asked to do before it dies, and what must be there afterwards."""

import random
from collections.abc import Callable
from concurrent.futures import Future
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from moonhop.files.bodies import LONG, SMALL
from moonhop.files.entries import Writer
from moonhop.files.retention import rule_for
from moonhop.files.store import FileStore

PATHS = ("log", "d/data", "d/e/more", "checkpoints/p", ".moonhop/open/p1/1")
SIZES = (0, 10, 900, SMALL, SMALL + 1, 50_000)  # bytes of files that are written
CONTENTS = [random.Random(size).randbytes(size) for size in (*SIZES, 20_000)]  # again and again
REMOVE = ["remove", "remove_for_ever"]
PIECES = (1, 30, 2000, LONG // 2, LONG)  # and of what is appended


@dataclass(frozen=True)
class Step:
    """One change of the store; ``number`` is the request's."""

    number: int
    verb: str  # put, append, rename, copy, remove, remove_for_ever
    path: str
    to: str = ""
    content: bytes = b""

    def begin(self, store: FileStore) -> "Future[Any]":
        """Ask for it; appends that come together are not waited for one by one."""
        writer = Writer("n1", "app", "p1", self.number)
        if self.verb == "append":
            return store.append_soon(self.path, self.content, writer)
        done: Future[Any] = Future()
        if self.verb == "put":
            half = len(self.content) // 2
            store.write(self.path, iter((self.content[:half], self.content[half:])), writer)
        elif self.verb in ("remove", "remove_for_ever"):
            getattr(store, self.verb)(self.path, writer)
        else:
            move: Callable[..., Any] = getattr(store, self.verb)
            move(self.path, self.to, writer)
        done.set_result(None)
        return done


@dataclass
class Model:
    """What the store should hold: the content of each version of each path, and which are there."""

    versions: dict[str, dict[int, bytes]] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)

    def after(self, step: Step) -> "Model":
        """Return what there is after one step more."""
        model = deepcopy(self)
        if step.verb == "put":
            model._put(step.path, step.content)
        elif step.verb == "append":
            model._append(step.path, step.content)
        else:
            if step.to:
                model._put(step.to, model._content(step.path))
            if step.verb != "copy":
                model._remove(step.path)
            if step.verb == "remove_for_ever":
                model.versions.pop(step.path, None)
        return model

    def _content(self, path: str) -> bytes:
        versions = self.versions[path]
        return versions[max(versions)]

    def _put(self, path: str, content: bytes) -> None:
        versions = self.versions.setdefault(path, {})
        newest = max(versions, default=0) + 1
        versions[newest] = content
        for number in list(versions):
            if number <= newest - rule_for(path).versions:
                del versions[number]
        self.there.add(path)

    def _append(self, path: str, content: bytes) -> None:
        if path in self.there:
            versions = self.versions[path]
            versions[max(versions)] += content
        else:
            self._put(path, content)

    def _remove(self, path: str) -> None:
        self.there.discard(path)
        if not rule_for(path).days:
            del self.versions[path]


class Workload:
    """A series of steps from a seed; ``models[n]`` is what there is after n of them."""

    def __init__(self, seed: int, count: int) -> None:
        chance = random.Random(seed)
        self.steps: list[Step] = []
        self.models = [Model()]
        for number in range(1, count + 1):
            step = _step(chance, number, sorted(self.models[-1].there))
            self.steps.append(step)
            self.models.append(self.models[-1].after(step))

    def run(
        self,
        store: FileStore,
        begun: Callable[[int], object],
        done: Callable[[int], object],
        start: int = 0,
    ) -> None:
        """Do the steps from ``start`` on; tell how many are begun, and how many acknowledged."""
        waiting: list[Future[Any]] = []
        finished = start
        for index in range(start, len(self.steps)):
            step = self.steps[index]
            begun(index + 1)
            waiting.append(step.begin(store))
            following = self.steps[index + 1] if index + 1 < len(self.steps) else None
            if step.verb == "append" and following and following.verb == "append" and index % 5:
                continue  # these two come together
            for future in waiting:
                future.result()
                finished += 1
                done(finished)
            waiting.clear()


def _step(chance: random.Random, number: int, there: list[str]) -> Step:
    verb = chance.choice(["put", "put", "append", "append", "append", "rename", "copy", *REMOVE])
    path = chance.choice(PATHS)
    if verb == "put":
        return Step(number, verb, path, content=chance.choice(CONTENTS))
    if verb == "append" or not there:
        return Step(number, "append", path, content=chance.randbytes(chance.choice(PIECES)))
    path = chance.choice(there)
    if verb in REMOVE:
        return Step(number, verb, path)
    to = chance.choice([other for other in PATHS if other != path])
    return Step(number, verb, path, to)
