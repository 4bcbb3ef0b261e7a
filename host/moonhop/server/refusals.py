"""How the server refuses: a status and one line that says what to do."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route

from moonhop.credentials import NodeInUse
from moonhop.files.errors import (
    Conflict,
    DiskFull,
    Guarded,
    NotFound,
    NotThatVersion,
    QuotaReached,
    StoreFails,
)
from moonhop.scheduler.entered import Incomplete
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.errors import LuaSyntaxError

STATUS = {
    Guarded: 403,
    NotFound: 404,
    Conflict: 409,
    NodeInUse: 409,
    NotThatVersion: 412,
    QuotaReached: 507,
    DiskFull: 507,
    StoreFails: 503,
}
PLAINER = {
    "Not Found": "there is nothing at this address",
    "Method Not Allowed": "this address does not know that verb",
}


class Refusal(BaseModel):
    """Why something was refused."""

    error: str


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refusal, "description": "refused; `error` says why and what to do"}
}
FULL: dict[int | str, dict[str, Any]] = {
    507: {"model": Refusal, "description": "whoever writes may keep no more, or the disk"}
}


def add_refusals(app: FastAPI) -> None:
    """Have an application refuse in this way."""
    app.add_exception_handler(MoonhopError, _refused)
    app.add_exception_handler(RequestValidationError, _misused)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(ClientDisconnect, _gone)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    """Tell what the caller can act on; anything else is a fault of ours, and a 500."""
    message: dict[str, Any] = {"error": str(error)}
    if isinstance(error, LuaSyntaxError):
        message["pretty"] = error.pretty()
    if isinstance(error, Incomplete):
        message["incomplete"] = True
    return JSONResponse(message, _status(error))


async def _misused(_: Request, error: Exception) -> JSONResponse:
    """Tell what is wrong with a request. What was sent is not given back: it need be no JSON."""
    assert isinstance(error, RequestValidationError)
    found = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return JSONResponse({"error": "; ".join(found)}, 422)


async def _gone(_: Request, _error: Exception) -> Response:
    """Nobody waits for an answer any more: a node has ended while it sent a file."""
    return Response(status_code=400)


async def _told(request: Request, error: Exception) -> JSONResponse:
    """Tell what a route, or the routing itself, refuses."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_verbs(request)))
    text = PLAINER.get(error.detail, error.detail)
    return JSONResponse({"error": text}, error.status_code, headers)


def _verbs(request: Request) -> set[str]:
    """Return what an address knows: each verb of it is a route of its own."""
    verbs: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] != Match.NONE:
            verbs |= route.methods or set()
    return verbs


def _status(error: Exception) -> int:
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return status
    return 404 if str(error).startswith("there is no ") else 400
