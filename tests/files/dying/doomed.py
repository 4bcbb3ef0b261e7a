"""Has workloads done by processes that die (tests/files/dying/child.py)."""

import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.files.dying.disk import Op


@dataclass
class Life:
    """What a store did in its life, or in several: ``ops`` and, among them, steps; how many were
    begun and how many acknowledged in the end."""

    log: list[Any]
    killed: bool

    @property
    def places(self) -> int:
        """How many places there were."""
        return len(self.ops)

    @property
    def ops(self) -> list[Op]:
        """What happened at them."""
        return [each for each in self.log if each[0] not in ("begun", "done")]

    def last(self, what: str) -> int:
        """Return how many steps were "begun" or "done"."""
        return max((each[1] for each in self.log if each[0] == what), default=0)


class Doomed:
    """Lets stores live below folders of their own."""

    def __init__(self, pipe: "subprocess.Popen[str]") -> None:
        self._pipe = pipe

    def live(
        self, top: Path, seed: int, count: int, start: int = 0, die: int = 0, mode: str = "before"
    ) -> Life:
        """Run the workload of a seed in ``top/files``, from step ``start`` on, to the end or to the
        place to die at; what earlier lives did there comes first in what is returned."""
        top.mkdir(exist_ok=True)
        assert self._pipe.stdin
        assert self._pipe.stdout
        print(top, seed, count, start, die, mode, file=self._pipe.stdin, flush=True)
        status = int(self._pipe.stdout.readline())
        assert status in (0, signal.SIGKILL)
        log = []
        with Path(f"{top}.log").open("rb") as file:
            while True:
                try:
                    log.append(pickle.load(file))
                except EOFError:
                    return Life(log, status != 0)


@contextmanager
def doomed() -> Iterator[Doomed]:
    """Give what lets stores live and die."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.files.dying.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as pipe:
        yield Doomed(pipe)
        assert pipe.stdin
        pipe.stdin.close()
        assert pipe.wait(20) == 0
