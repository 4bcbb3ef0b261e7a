"""What a worker does with processes: one method a verb of the node management protocol."""

from moonhop_core.errors import MoonhopError
from moonhop_core.node.admission import Admission
from moonhop_core.node.bundles import MPY
from moonhop_core.node.hosting import PREPARED, RELEASED, RESTORED, Hosted
from moonhop_core.node.messages import (
    BAD_REQUEST,
    BUSY,
    FAILED,
    IMAGE,
    STALE,
    UNKNOWN_PROCESS,
    UNKNOWN_VERB,
    WRONG_STATE,
    RequestError,
)
from moonhop_core.node.pieces import largest_piece

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.messages import Request
    from moonhop_core.node.worker import Worker

VERBS = ("run", "stop", "kill", "pause", "resume", "snapshot", "restore", "prepare", "release") + (
    "start",
    "drop",
    "abandon",
    "list",
    "stat",
)
STOP = 10  # seconds to come to rest


class Verbs:
    """Carries out requests. Every method raises RequestError; then nothing has changed."""

    def __init__(self, worker: "Worker"):
        self.worker = worker
        self._door = Admission(worker)

    async def do(self, request: "Request") -> "Any":
        """Carry out a request and return its result."""
        if request.verb in self.worker.special:
            return await self.worker.special[request.verb](request)
        if request.verb in ("eval", "interrupt", "names"):
            from moonhop_core.node import shell

            return await shell.do(self, request)
        if request.verb not in VERBS:
            raise RequestError(UNKNOWN_VERB, "there is no verb %r" % request.verb)
        return await getattr(self, "do_" + request.verb)(request)

    # -- life --------------------------------------------------------------------------------------

    async def do_run(self, request: "Request") -> "dict[str, Any]":
        """Start a new process."""
        hosted, program = await self._door.admit(request)
        try:
            self._door.make(hosted, program, request)
            assert hosted.process
            await self.worker.away(hosted.process.start)
        except MoonhopError as error:
            self._door.forget(hosted)
            raise RequestError(FAILED, str(error))
        except BaseException as error:
            self._door.forget(hosted)
            raise error
        return self._go(hosted)

    async def do_stop(self, request: "Request") -> "dict[str, Any]":
        """End a process at rest."""
        hosted = self.hosted_of(request)
        await hosted.hold(STOP)
        assert hosted.process
        await self.worker.away(hosted.process.stop)
        reason = request.get("reason", str, "asked to stop")
        self.worker.let_go(hosted, "stopped", {"reason": reason})
        return {"pid": hosted.pid}

    async def do_kill(self, request: "Request") -> "dict[str, Any]":
        """End a process at once; a turn that does not end is interrupted if its engine can be."""
        hosted = self.hosted_of(request)
        self._abort(hosted, "the process was killed")
        process = hosted.process
        self.worker.let_go(hosted, "killed", {"reason": "asked to kill"})
        if process:
            process.interrupt()
        return {"pid": hosted.pid}

    async def do_pause(self, request: "Request") -> "dict[str, Any]":
        """Let a process stand still."""
        hosted = self.hosted_of(request)
        self.must_be(hosted, ("running", "paused"))
        await hosted.hold(STOP)
        assert hosted.process
        hosted.process.pause()
        hosted.unhold()
        self.worker.enter(hosted, "paused")
        return {"pid": hosted.pid, "state": hosted.state}

    async def do_resume(self, request: "Request") -> "dict[str, Any]":
        """Let a process go on, after `pause` or after a `release` that led nowhere (NMP-045)."""
        hosted = self.hosted_of(request)
        if hosted.state == "paused":
            await hosted.hold(STOP)
            assert hosted.process
            hosted.process.resume()
            hosted.unhold()
            self.worker.enter(hosted, "running")
        elif hosted.state == RELEASED:
            return self._go(hosted)
        elif hosted.transfer and hosted.state == "running":
            self._abort(hosted, "the hop was called off")
        else:
            self.must_be(hosted, ("running",))
        return {"pid": hosted.pid, "state": hosted.state}

    async def do_snapshot(self, request: "Request") -> "dict[str, Any]":
        """Write a process's image to a file of the fleet; it goes on, or leaves with that."""
        from moonhop_core.node import checkpoint

        hosted = self.hosted_of(request)
        self.must_be(hosted, ("running", "paused"))
        path = request.get("path", str)
        if hosted.transfer:
            raise RequestError(BUSY, "process %s is about to hop" % hosted.pid)
        last = bool(request.args.get("last"))
        result: "dict[str, Any]" = await checkpoint.snapshot(self.worker, hosted, path, STOP, last)
        return result

    async def do_restore(self, request: "Request") -> "dict[str, Any]":
        """Start a process from an image in a file of the fleet."""
        from moonhop_core.node import checkpoint

        path = request.get("path", str)
        image = request.get("image", str, "")
        hosted, program = await self._door.admit(request)
        try:
            self._door.make(hosted, program, request)
            await checkpoint.restore(self.worker, hosted, path, image)
        except RequestError as error:
            self._door.forget(hosted)
            raise error
        except MoonhopError as error:
            self._door.forget(hosted)
            raise RequestError(IMAGE, str(error))
        except BaseException as error:
            self._door.forget(hosted)
            raise error
        return self._go(hosted)

    # -- hop ---------------------------------------------------------------------------------------

    async def do_prepare(self, request: "Request") -> "dict[str, Any]":
        """Get ready to take a process over."""
        from moonhop_core.node.hop_target import HopTarget

        transfer = _level(request.get("transfer", str))
        about = self.worker.about
        hosted, program = await self._door.admit(request)
        try:
            self._door.make(hosted, program, request)
            hosted.transfer = HopTarget(self.worker, hosted, transfer, about.chunk, about.window)
            await hosted.transfer.listen()
        except MoonhopError as error:
            self._door.forget(hosted)
            raise RequestError(FAILED, str(error))
        except BaseException as error:
            self._door.forget(hosted)
            raise error
        hosted.loading = False
        self.worker.enter(hosted, PREPARED, None, True)
        return {
            "pid": hosted.pid,
            "engine": hosted.engine,
            "chunk": about.chunk,
            "window": about.window,
        }

    async def do_release(self, request: "Request") -> "dict[str, Any]":
        """Bring a process to rest and send its image over; or it runs on."""
        from moonhop_core.node.hop import HopSource

        hosted = self.hosted_of(request)
        self.must_be(hosted, ("running", "paused"))
        transfer = _level(request.get("transfer", str))
        deadline = request.get("deadline", (int, float))
        while hosted.transfer:
            older = hosted.transfer
            if older.ack == self.worker.topics.hop(transfer, "ack"):
                raise RequestError(BUSY, "process %s is about to hop already" % hosted.pid)
            # It was asked for while this node could not hear, and was given up by the host.
            older.abort(FAILED, "the host leads another hop by now")
            await older.over.wait()
            self.must_be(hosted, ("running", "paused"))  # it may have come to its end after all
        source = hosted.transfer = HopSource(self.worker, hosted, transfer, deadline)
        try:
            result = await source.run()
        finally:
            hosted.transfer = None
            source.over.set()
        self.worker.enter(hosted, RELEASED, None, True)
        return result

    async def do_start(self, request: "Request") -> "dict[str, Any]":
        """Go on with a process that was taken over."""
        hosted = self.hosted_of(request, request.get("epoch", int))
        if hosted.state == RESTORED:
            return self._go(hosted, True)
        self.must_be(hosted, ("running", "paused"))  # it came twice (NMP-019)
        return {"pid": hosted.pid, "state": hosted.state}

    async def do_drop(self, request: "Request") -> "dict[str, Any]":
        """Let go of a process that another node has taken over."""
        pid = request.get("pid", str)
        if pid in self.worker.processes:
            hosted = self.hosted_of(request, request.get("epoch", int))
            self.must_be(hosted, (RELEASED,))
            self.worker.let_go(hosted, "dropped")
        return {"pid": pid}

    async def do_abandon(self, request: "Request") -> "dict[str, Any]":
        """Give up taking a process over."""
        pid = request.get("pid", str)
        if pid in self.worker.processes:
            hosted = self.hosted_of(request, request.get("epoch", int))
            self.must_be(hosted, (PREPARED, RESTORED))
            self.worker.let_go(hosted, "abandoned")
        return {"pid": pid}

    async def settle(self, hosted: Hosted, node: "str | None", epoch: int) -> None:
        """Act on what the host says of whose a process is (NMP-046, NMP-047)."""
        mine = node == self.worker.about.node and epoch == hosted.epoch
        if hosted.loading:
            return
        if mine:
            hosted.outgoing.vouch()
            if hosted.state in (RELEASED, RESTORED):
                self._go(hosted)
        elif hosted.state in (PREPARED, RESTORED):
            self.worker.let_go(hosted, "abandoned")
        elif node is None or epoch > hosted.epoch:
            self._abort(hosted, "another copy goes on")
            self.worker.let_go(hosted, "dropped" if hosted.state == RELEASED else "stale")

    # -- questions ---------------------------------------------------------------------------------

    async def do_list(self, request: "Request") -> "list[dict[str, Any]]":
        """List the processes."""
        return [
            {
                "pid": hosted.pid,
                "epoch": hosted.epoch,
                "state": hosted.state,
                "engine": hosted.engine,
                "program": hosted.program,
                "app": hosted.app,
                "name": hosted.name,
            }
            for hosted in self.worker.processes.values()
        ]

    async def do_stat(self, request: "Request") -> "dict[str, Any]":
        """Tell how the node is; a board also tells how its heap is cut up."""
        found = self.worker.load()
        if MPY:
            found["memory"]["largest"] = largest_piece(found["memory"]["free"])
        found["node"] = self.worker.about.node
        found["session"] = self.worker.session
        found["uptime"] = self.worker.uptime()
        return found

    # -- inside ------------------------------------------------------------------------------------

    def hosted_of(self, request: "Request", epoch: "int | None" = None) -> Hosted:
        """Return the process that a request names, of the epoch that it names (NMP-016)."""
        pid = request.get("pid", str)
        hosted = self.worker.processes.get(pid)
        if hosted is None:
            raise RequestError(UNKNOWN_PROCESS, "process %s is not on this node" % pid)
        wanted = request.args.get("epoch") if epoch is None else epoch
        if wanted is not None and wanted != hosted.epoch:
            raise RequestError(
                STALE,
                "process %s is here with epoch %d, not %s" % (pid, hosted.epoch, wanted),
            )
        if wanted is not None and request.verb in ("stop", "release", "start"):
            hosted.outgoing.vouch()  # the host knows this copy
        return hosted

    def must_be(self, hosted: Hosted, states: "tuple[str, ...]") -> None:
        """Raise RequestError if a process is in none of some states."""
        if hosted.state not in states or hosted.loading:
            raise RequestError(
                WRONG_STATE, "process %s is %s on this node" % (hosted.pid, hosted.state)
            )

    def _go(self, hosted: Hosted, soon: bool = False) -> "dict[str, Any]":
        if hosted.transfer:
            hosted.transfer.close()
            hosted.transfer = None
        hosted.loading = False
        hosted.go()
        self.worker.enter(hosted, hosted.state, None, soon)
        return {
            "pid": hosted.pid,
            "epoch": hosted.epoch,
            "engine": hosted.engine,
            "state": hosted.state,
        }

    def _abort(self, hosted: Hosted, text: str) -> None:
        if hosted.transfer:
            hosted.transfer.abort(FAILED, text)


def _level(transfer: str) -> str:
    """Return a transfer's name, if it can be one."""
    if not transfer or "/" in transfer or "+" in transfer or "#" in transfer:
        raise RequestError(BAD_REQUEST, "a transfer's name must be one level of a topic")
    return transfer
