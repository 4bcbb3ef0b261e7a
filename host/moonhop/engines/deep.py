"""Room for deep recursion: engine python calls Lua functions on Python's own stack."""

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

CALLS = 200_000  # of Python, two for one of Lua; PUC Lua ends near 200,000 of Lua
STACK = 256 << 20  # bytes of address space; memory is taken as it is used


def run_deep(work: Callable[[], T]) -> T:
    """Run `work` on a thread with a large stack and return its result, or raise what it raised.

    The limit on recursion stays raised: it belongs to the whole interpreter.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    if sys.getrecursionlimit() < CALLS:
        sys.setrecursionlimit(CALLS)
    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run, name="lua", daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
