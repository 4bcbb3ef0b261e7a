"""uvicorn inside the host's own loop, on a socket that is bound already."""

import asyncio
import contextlib
import socket
from typing import Any

import uvicorn

from moonhop_core.errors import MoonhopError

STOP_TIMEOUT = 3  # seconds for requests under way when the host stops


class WebServer:
    """Serves an ASGI application; ``port`` 0 takes a free one, ``.port`` tells which."""

    def __init__(self, app: Any, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.port = port
        self._app = app
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen. Raises MoonhopError if the port is taken."""
        listener = _listen(self.host, self.port)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=STOP_TIMEOUT,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise MoonhopError("the HTTP server did not start")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Finish what is under way and stop; harmless if it does not run."""
        if self._server and self._task:
            self._server.should_exit = True
            await self._task
        self._server = self._task = None


class _Server(uvicorn.Server):
    """Leaves signals to the host."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only for sockets that say they are TCP
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise MoonhopError(
            f"cannot listen on {host}:{port} for HTTP ({error.strerror}); "
            "choose another with --port, or stop what uses it"
        ) from error
    return listener
