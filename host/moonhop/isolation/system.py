"""What an OS process asks of its system: to die with its parent, and bounds of memory."""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
M_ARENA_MAX = -8
BADNESS = "500"  # when memory is full, the system ends children before workers

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Have this process killed when its parent ends, however that happens. (Systems other than
    Linux know no such thing; a child there ends when it next looks at its socket.)"""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def one_arena() -> None:
    """Have the C library's allocator reserve no address space for each thread, which
    `limit_memory` would count."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            _libc.mallopt(M_ARENA_MAX, 1)


def come_first_when_memory_is_full() -> None:
    """Offer this process to the system's out-of-memory killer before others."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(BADNESS)


def no_core_dumps() -> None:
    """A child that crashes leaves no file behind."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory(more: int) -> None:
    """Let this process have so many bytes of address space more than it has now."""
    size = address_space()
    if size:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = size + more
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def more_memory(more: int) -> None:
    """Raise the bound that `limit_memory` has set, or lower it again."""
    limit, hard = resource.getrlimit(resource.RLIMIT_AS)
    if limit != hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit + more, hard))


def address_space() -> int:
    """Return the bytes of address space that this process has; 0 if the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds and did not just take over from the one that
    forked it or from files; 0 if that cannot be told."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
        return (int(fields[1]) - int(fields[2])) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def processor_time(pid: int) -> float:
    """Return the seconds of processor time that a process has used; 0.0 if the system does not
    tell."""
    try:  # the clock of another process, as clock_getcpuclockid(3) makes it
        return time.clock_gettime((~pid << 3) | 2)
    except (OSError, OverflowError):
        return 0.0
