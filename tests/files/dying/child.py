"""Runs workloads on file stores, each in a process of its own that kills itself at a given place.

Reads lines ``TOP SEED COUNT START DIE MODE``, runs the steps from START on with a store in
``TOP/files``, and answers each with one: how many places there were, how many steps were begun and
how many acknowledged when it ended.

    DIE   the place to die at, from 1 on; 0: none
    MODE  "before" it, or "amid" it: half of a write is done

All that happens is added to ``TOP.log``, pickled: places as Ops, steps as ("begun" or "done", n).
"""

import gc
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

from moonhop.files.store import FileStore
from tests.files.dying.places import Do, Places
from tests.files.dying.workload import Workload

CHECKPOINT = 40  # pages of the WAL: so few that checkpoints come amid a workload
write = os.write


def main() -> None:
    """Serve until the input ends."""
    gc.freeze()
    for line in sys.stdin:
        top, seed, count, start, die, mode = line.split()
        pid = os.fork()
        if not pid:
            try:
                run(Path(top), int(seed), int(count), int(start), int(die), mode)
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        print(status, flush=True)


def run(top: Path, seed: int, count: int, start: int, die: int, mode: str) -> None:
    """Do a workload, or part of it."""
    log = os.open(f"{top}.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    places = 0

    def visit(what: str, path: str, details: tuple[Any, ...], do: Do, half: Do | None) -> Any:
        nonlocal places
        places += 1
        if places == die:
            if mode == "amid" and half:
                half()
            os.kill(os.getpid(), signal.SIGKILL)
        result = do()
        write(log, pickle.dumps((what, path, details)))
        return result

    Places(top, visit).install()
    with FileStore(top / "files") as store:
        pragma = f"PRAGMA wal_autocheckpoint = {CHECKPOINT}"
        store._committer.submit(lambda db: db.execute(pragma)).result()
        Workload(seed, count).run(
            store,
            lambda begun: write(log, pickle.dumps(("begun", begun))),
            lambda done: write(log, pickle.dumps(("done", done))),
            start,
        )


if __name__ == "__main__":
    main()
