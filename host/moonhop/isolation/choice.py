"""Which processes get an OS process of their own."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import ROOT
from moonhop_core.process.process import Process
from moonhop_core.process.program import Program

if TYPE_CHECKING:
    from moonhop.isolation.nursery import Nursery

OWN, NONE = "own", "none"
DEFAULT = {"luajit": OWN}  # its compiled traces see no hook, so nothing else stops them


def isolation(manifest: dict[str, Any], engine: str) -> str:
    """Return "own" or "none": what the manifest says, or what the engine needs.

    Raises MoonhopError if the program asks for what this system cannot give.
    """
    from moonhop.isolation.nursery import Nursery

    wanted = manifest.get("isolation")
    if Nursery.possible():
        return wanted or DEFAULT.get(engine, NONE)
    if wanted == OWN:
        raise MoonhopError("isolation needs fork, which this system has not")
    return NONE


def process_maker(
    nursery: "Nursery",
    call_soon: Callable[..., Any] | None = None,
    make_process: Callable[..., Any] = Process,
) -> Callable[..., Any]:
    """Return what a worker makes processes with: it takes what Process takes. `call_soon` calls a
    function on the worker's thread, `make_process` makes those in the worker itself."""

    def make(program: Program, make_engine: Any, host: Any, pid: str, app: str, *more: Any) -> Any:
        args, node, epoch = more
        if isolation(program.manifest, node["engine"]) == NONE:
            return make_process(program, make_engine, host, pid, app, args, node, epoch)
        from moonhop.isolation.proxy import IsolatedProcess

        return IsolatedProcess(
            program,
            host,
            pid,
            app,
            args,
            node,
            epoch,
            engine=node["engine"],
            nursery=nursery,
            call_soon=call_soon,
            closed=ROOT,
        )

    return make


def leg_process_maker(nursery: "Nursery", engine: str) -> Callable[..., Any]:
    """Return what makes the isolated processes of `moonhop exec` on one engine: one turn at a time,
    for their rests are counted."""
    from moonhop.isolation.proxy import IsolatedProcess

    def make(program: Program, _: Any, host: Any, **more: Any) -> Any:
        return IsolatedProcess(program, host, engine=engine, nursery=nursery, turns=0, **more)

    return make
