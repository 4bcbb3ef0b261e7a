"""The server's application: its routes, the gate before them, errors as JSON."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from moonhop.credentials import Credentials
from moonhop.files.errors import Conflict, Guarded, NotFound, NotThatVersion, QuotaReached
from moonhop.files.routes import file_routes
from moonhop.files.store import FileStore
from moonhop.files.tree_routes import quota_routes, tree_routes
from moonhop.files.watching import Watchers
from moonhop.files.writers import Writers
from moonhop.programs.routes import program_routes
from moonhop.programs.store import ProgramStore
from moonhop.scheduler.applications import Applications
from moonhop.scheduler.images import Images
from moonhop.scheduler.scheduler import Scheduler
from moonhop.server.api import api_routes
from moonhop.server.apps import app_routes
from moonhop.server.auth import Gate
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.errors import LuaSyntaxError

STATUS = {
    Guarded: 403,
    NotFound: 404,
    Conflict: 409,
    NotThatVersion: 412,
    QuotaReached: 507,
}


def create_app(
    scheduler: Scheduler,
    images: Images,
    applications: Applications,
    files: FileStore,
    watchers: Watchers,
    programs: ProgramStore,
    credentials: Credentials,
) -> FastAPI:
    """Return the application over a running host's parts."""
    app = FastAPI(title="moonhop", docs_url=None, redoc_url=None)
    app.include_router(api_routes(scheduler, programs, images), prefix="/api")
    app.include_router(app_routes(applications), prefix="/api/apps")
    writers = Writers(scheduler.store)
    app.include_router(file_routes(files, writers), prefix="/files")
    app.include_router(tree_routes(files, writers, watchers), prefix="/fs")
    app.include_router(quota_routes(files), prefix="/api/quotas")
    app.include_router(program_routes(programs), prefix="/programs")
    app.add_exception_handler(MoonhopError, _refused)
    app.add_exception_handler(RequestValidationError, _misused)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_middleware(Gate, credentials=credentials)
    return app


async def _refused(_: Request, error: Exception) -> JSONResponse:
    """Tell what the caller can act on; anything else is a fault of ours, and a 500."""
    message = {"error": str(error)}
    if isinstance(error, LuaSyntaxError):
        message["pretty"] = error.pretty()
    return JSONResponse(message, _status(error))


async def _gone(_: Request, _error: Exception) -> Response:
    """Nobody waits for an answer any more: a node has ended while it sent a file."""
    return Response(status_code=400)


async def _told(_: Request, error: Exception) -> JSONResponse:
    """Tell what a route, or the routing itself, refuses."""
    assert isinstance(error, HTTPException)
    plainer = {
        "Not Found": "there is nothing at this address",
        "Method Not Allowed": "this address does not know that verb",
    }
    text = plainer.get(error.detail, error.detail)
    return JSONResponse({"error": text}, error.status_code, error.headers)


async def _misused(_: Request, error: Exception) -> JSONResponse:
    """Tell what is wrong with a request. What was sent is not given back: it need be no JSON."""
    assert isinstance(error, RequestValidationError)
    found = [{"loc": list(each["loc"]), "msg": each["msg"]} for each in error.errors()]
    return JSONResponse({"detail": found}, 422)


def _status(error: Exception) -> int:
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return status
    return 404 if str(error).startswith("there is no ") else 400
