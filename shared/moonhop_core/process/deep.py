"""Room for deep recursion on MicroPython: direct Lua functions call each other on C's stack.

The main thread of its unix port ends at about a hundred calls. A thread of its own may have more.
"""

import os
import time

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

STACK = 4 << 20  # bytes of address space; memory is taken as it is used
ROOM = 256 << 10  # more of it than MicroPython knows of


def threads() -> int:
    """Return how many threads this OS process has; 0 if the system does not tell (not Linux)."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 0


def run_deep(work: "Callable[[], Any]", stack: int = 0) -> None:
    """Do `work` on a thread with a large stack, if there are threads, and wait for its end.
    stack: another size in bytes, of which unix keeps 8 kB free."""
    try:
        import _thread
    except ImportError:
        work()
        return
    done = _thread.allocate_lock()

    def run() -> None:
        try:
            work()
        finally:
            done.release()

    done.acquire()
    # MicroPython keeps 8 kB free at the end of a thread's stack, but the C library may have put
    # more than that there. It hands the larger stack of a thread that has ended to the next one.
    size = stack or STACK
    _thread.stack_size(size + min(ROOM, 2 * size))  # it hands on what is up to 4 times as large
    before = threads()
    _thread.start_new_thread(int, ())
    if before:
        while threads() > before:  # its stack is free once the system has no such thread any more
            time.sleep(0.001)
    else:
        time.sleep(0.02)  # the system does not tell; without that room deep recursion may crash
    _thread.stack_size(size)
    _thread.start_new_thread(run, ())
    done.acquire()
