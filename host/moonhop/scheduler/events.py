"""What happened and why, as it happens."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from moonhop.scheduler.store import Store

BATCH = 500


async def follow(store: Store, after: int, pid: str | None = None) -> AsyncIterator[dict[str, Any]]:
    """Give the events after a sequence number, then each as it comes, without an end."""
    news = asyncio.Event()
    with store.listening(news.set):
        while True:
            news.clear()
            found = store.events(after, pid, BATCH)
            for event in found:
                after = event["seq"]
                yield event
            if len(found) < BATCH:
                await news.wait()
