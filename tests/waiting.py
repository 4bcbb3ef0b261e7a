"""Waits in tests: for a condition, with a limit, and for words that say what did not come."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

LOOK = 0.01  # seconds between two looks


def wait_for(condition: Callable[[], Any], seconds: float, what: str | Callable[[], Any]) -> Any:
    """Return what a condition gives as soon as that is true. Fails after so many seconds with
    ``what``, or what that tells then."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, what if isinstance(what, str) else what()
        time.sleep(LOOK)
    return found


async def until(condition: Callable[[], Any], seconds: float, what: str | Callable[[], Any]) -> Any:
    """Do the same where others go on meanwhile."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, what if isinstance(what, str) else what()
        await asyncio.sleep(LOOK)
    return found
