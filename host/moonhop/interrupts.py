"""Interrupts Python code that runs too long, from another thread."""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_set_async = ctypes.pythonapi.PyThreadState_SetAsyncExc
_set_async.restype = ctypes.c_int


def raise_in(thread: int, kind: type[BaseException]) -> None:
    """Raise an exception in a thread (its ``threading.get_ident()``), at its next step in Python
    code: a call of C code comes to its end first."""
    _set_async(ctypes.c_ulong(thread), ctypes.py_object(kind))


def take_back(thread: int) -> None:
    """Take back what has not been raised yet."""
    _set_async(ctypes.c_ulong(thread), None)


class OutOfTime(BaseException):
    """The time is up. No Exception, so that what runs too long does not catch it by the way."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the block when it takes longer."""
    thread = threading.get_ident()
    lock = threading.Lock()
    over = False

    def interrupt() -> None:
        with lock:
            if not over:
                raise_in(thread, OutOfTime)

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            over = True
            take_back(thread)
