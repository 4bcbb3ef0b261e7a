"""The server's application: its routes and the gate before them."""

from fastapi import FastAPI

from moonhop.credentials import Credentials
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
from moonhop.scheduler.shells import Shells
from moonhop.server.api import api_routes
from moonhop.server.apps import app_routes
from moonhop.server.auth import Gate
from moonhop.server.credentials import Gatekeeper, credential_routes
from moonhop.server.refusals import DOCUMENTED, add_refusals
from moonhop.server.shell import shell_routes
from moonhop.server.updates import api_update_routes
from moonhop.updates.shelf import update_routes
from moonhop.updates.updates import Updates


def create_app(
    scheduler: Scheduler,
    images: Images,
    applications: Applications,
    files: FileStore,
    watchers: Watchers,
    programs: ProgramStore,
    credentials: Credentials,
    host: Gatekeeper,
    updates: Updates,
    shells: Shells,
) -> FastAPI:
    """Return the application over a running host's parts."""
    app = FastAPI(title="moonhop", docs_url=None, redoc_url=None, responses=DOCUMENTED)
    writers = Writers(scheduler.store)
    # What is asked for most comes first: routes are tried in their order.
    app.include_router(file_routes(files, writers), prefix="/files")
    app.include_router(tree_routes(files, writers, watchers), prefix="/fs")
    app.include_router(shell_routes(scheduler.evaluations, shells), prefix="/api")
    app.include_router(api_routes(scheduler, programs, images), prefix="/api")
    app.include_router(app_routes(applications), prefix="/api/apps")
    app.include_router(credential_routes(host), prefix="/api/nodes")
    app.include_router(api_update_routes(updates), prefix="/api/nodes")
    app.include_router(update_routes(updates.shelf), prefix="/updates")
    app.include_router(quota_routes(files), prefix="/api/quotas")
    app.include_router(program_routes(programs), prefix="/programs")
    add_refusals(app)
    app.add_middleware(Gate, credentials=credentials)
    return app
