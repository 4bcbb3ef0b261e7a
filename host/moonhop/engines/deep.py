"""Room for deep recursion: engine python calls Lua functions on Python's own stack, and LuaJIT has
no bound for callbacks of its C functions (`gsub`) but that of the Lua stack.
"""

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

CALLS = 200_000  # of Python, two for one of Lua; PUC Lua ends near 200,000 of Lua
THREAD = "lua"  # the name of the thread
STACK = 256 << 20  # bytes of address space; memory is taken as it is used


def make_threads_deep() -> None:
    """Give threads that are made from now on room for deep recursion."""
    if sys.maxsize > 1 << 32:  # else 256 threads have not that much address space
        sys.setrecursionlimit(max(sys.getrecursionlimit(), CALLS))
        threading.stack_size(STACK)


def run_deep(work: Callable[[], T]) -> T:
    """Run `work` on a thread with a large stack and return its result, or raise what it raised.

    The limit on recursion stays raised: it belongs to the whole interpreter.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    restored = threading.Event()

    def run() -> None:
        restored.wait()  # threads that the work starts have ordinary stacks
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    if sys.getrecursionlimit() < CALLS:
        sys.setrecursionlimit(CALLS)
    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run, name=THREAD, daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    restored.set()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
