"""Who may ask the server for what: one gate in front of every route there is or will be.

The API token opens everything. A node's password opens ``/files``, ``/fs``, ``/programs`` and
``/updates``; as a bearer token, or as HTTP Basic with the node's id. Nothing is open to others, not
even what does not exist.
"""

import base64
import binascii
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from moonhop.credentials import Credentials

OWNER = "host"  # whoever has the API token
FOR_NODES = ("/files", "/fs", "/programs", "/updates")


class Gate:
    """ASGI middleware that lets only known callers through; ``scope["caller"]`` says who it is."""

    def __init__(self, app: ASGIApp, credentials: Credentials) -> None:
        self._app = app
        self._credentials = credentials

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 401 or 403."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        caller = self._caller(_header(scope, b"authorization"))
        if caller is None:
            refusal = _refusal(401, "wrong or missing token; see credentials.json of the fleet")
            await refusal(scope, receive, send)
            return
        if caller != OWNER and not _is_for_nodes(scope["path"]):
            refusal = _refusal(403, "a node may ask for /files, /fs, /programs and /updates only")
            await refusal(scope, receive, send)
            return
        scope["caller"] = caller
        await self._app(scope, receive, send)

    def _caller(self, authorization: str) -> str | None:
        scheme, _, given = authorization.partition(" ")
        known = self._credentials
        if scheme.lower() == "bearer":
            return OWNER if known.is_token(given.strip()) else known.node_of(given.strip())
        if scheme.lower() == "basic":
            try:
                node, _, password = base64.b64decode(given, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return None
            return node if known.is_node(node, password) else None
        return None


def _is_for_nodes(path: str) -> bool:
    return any(path == start or path.startswith(start + "/") for start in FOR_NODES)


def _header(scope: Scope, name: bytes) -> str:
    headers: list[tuple[bytes, bytes]] = scope.get("headers") or []
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


def _refusal(status: int, message: str) -> Any:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse({"error": message}, status, headers)
