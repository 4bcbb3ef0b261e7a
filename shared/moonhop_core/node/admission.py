"""What a process must pass to be taken by a node: limits, engine, needs, its program."""

from moonhop_core.node.hosting import Hosted
from moonhop_core.node.messages import BUSY, EXISTS, NEEDS, RequestError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.messages import Request
    from moonhop_core.node.worker import Worker
    from moonhop_core.process.program import Program


class Admission:
    """Takes processes in for the verbs `run`, `restore` and `prepare`."""

    def __init__(self, worker: "Worker"):
        self.worker = worker

    async def admit(self, request: "Request") -> "tuple[Hosted, Program]":
        """Enter a process that is to come, and get its program (NMP-018, NMP-020)."""
        worker = self.worker
        about = worker.about
        pid = request.get("pid", str)
        hash = request.get("program", str)
        if about.safe:
            raise RequestError(NEEDS, "this node is in safe mode and runs nothing: " + about.safe)
        if pid in worker.processes:
            raise RequestError(EXISTS, "process %s is on this node already" % pid)
        if len(worker.processes) >= about.processes:
            raise RequestError(BUSY, "this node has %d processes already" % about.processes)
        hosted = Hosted(worker, pid, request.get("epoch", int))
        hosted.program = hash
        hosted.app = request.get("app", str, "")
        hosted.name = request.get("name", str, "")
        hosted.loading = True
        worker.processes[pid] = hosted
        try:
            manifest = request.args.get("manifest")
            if not isinstance(manifest, dict):
                manifest = await worker.bundles.manifest(hash)
            hosted.engine = self._engine(request.args.get("engine"), manifest)
            self._check(manifest)
            left = worker.bundles.native
            program = await worker.bundles.get(hash, hosted.engine, hosted.name, manifest)
            if about.native and worker.bundles.native in (left, -1) and "native" in manifest:
                from moonhop_core.node.machine_code import NO_ROOM

                hosted.output("warning", NO_ROOM)
        except BaseException as error:
            self.forget(hosted)
            raise error
        return hosted, program

    def _engine(self, wanted: "Any", manifest: "dict[str, Any]") -> str:
        """Return the engine asked for, or the first that the program allows and the node has."""
        here = self.worker.about.engines
        for engine in [wanted] if wanted else manifest.get("engines") or ["lua54", "python"]:
            if engine in here:
                return engine  # type: ignore[no-any-return]
        raise RequestError(NEEDS, "this node has no engine %s" % (wanted or "the program allows"))

    def _check(self, manifest: "dict[str, Any]") -> None:
        about = self.worker.about
        for need in manifest.get("needs") or []:
            if need == "float64":
                if about.float_bits < 64:
                    raise RequestError(NEEDS, "this node lacks 'float64'")
            elif need not in about.tags and need not in about.capabilities():
                raise RequestError(NEEDS, "this node lacks %r" % need)

    def make(self, hosted: Hosted, program: "Program", request: "Request") -> None:
        """Make the process, neither started nor restored."""
        about = self.worker.about
        hosted.process = self.worker.make_process(
            program,
            self.worker.make_engine(hosted.engine),
            hosted,
            hosted.pid,
            hosted.app,
            request.get("args", list, []),
            {
                "id": about.node,
                "kind": about.kind,
                "tags": about.tags,
                "float_bits": about.float_bits,
                "engine": hosted.engine,
            },
            hosted.epoch,
        )

    def forget(self, hosted: Hosted) -> None:
        """Undo `_admit`."""
        hosted.close()
        if hosted.transfer:
            hosted.transfer.close()
        if self.worker.processes.get(hosted.pid) is hosted:
            del self.worker.processes[hosted.pid]
