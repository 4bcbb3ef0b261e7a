"""Streams of server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi.responses import StreamingResponse

KEEP_ALIVE = 15.0  # seconds between signs of life
EVENTS: dict[int | str, dict[str, Any]] = {  # for routes whose answer may be one
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


def sent_events(items: AsyncIterator[dict[str, Any] | bytes]) -> StreamingResponse:
    """Answer with items as server-sent events (dicts, or what ``event`` makes), then the event
    ``end``; comments keep it alive."""
    return StreamingResponse(_stream(items), media_type="text/event-stream")


def event(data: dict[str, Any], id: int | None = None, name: str = "") -> bytes:
    """Return one event, with the id after which a client that comes back wants to go on."""
    head = f"event: {name}\n" if name else ""
    head += "" if id is None else f"id: {id}\n"
    return f"{head}data: {json.dumps(data)}\n\n".encode()


async def _stream(items: AsyncIterator[dict[str, Any] | bytes]) -> AsyncIterator[bytes]:
    following = asyncio.ensure_future(anext(items, None))
    try:
        while True:
            done, _ = await asyncio.wait([following], timeout=KEEP_ALIVE)
            if not done:
                yield b": still here\n\n"
                continue
            item = following.result()
            if item is None:
                break
            yield item if isinstance(item, bytes) else event(item)
            following = asyncio.ensure_future(anext(items, None))
        yield event({}, name="end")
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await items.aclose()  # type: ignore[attr-defined]
