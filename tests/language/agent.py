"""Runs programs with `exec_program` in a subprocess: a hang or crash of an engine ends that alone.

As a script it is the subprocess: a line of JSON in for each run, a line of JSON out.
"""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.language.programs import Run
from tests.micropython import ROOT

CRASHED = -1  # the status of a run that raised what it should not


class Agent:
    """One subprocess, started when first needed and again after it was killed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(
        self,
        path: Path,
        engines: Sequence[str],
        hop_every: int | None = None,
        compile_there: bool = False,
        timeout: float = 30,
        things: dict[str, Any] | None = None,
    ) -> Run:
        """Run a program in virtual time, on each of the engines in turn if it hops."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        order = {
            "path": str(path),
            "engines": list(engines),
            "hop_every": hop_every,
            "compile_there": compile_there,
            "things": things,
        }
        timer = threading.Timer(timeout, self._kill)
        timer.start()
        try:
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            timer.cancel()
        if not answer:
            status = process.wait()
            self.close()
            return Run(status, "", f"the engine ended or hung (status {status}, {timeout} s)")
        return Run(*json.loads(answer))

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.language.agent"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                start_new_session=True,  # its MicroPython is killed with it
            )
        return self._process

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the subprocess."""
        if self._process is not None:
            process = self._process
            self._process = None
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            process.wait()


class Bytes:
    """A stream that keeps what is written, as bytes."""

    def __init__(self) -> None:
        self.buffer = io.BytesIO()

    def write(self, text: str) -> int:
        """Take text."""
        return self.buffer.write(text.encode())

    def flush(self) -> None:
        """Do nothing."""

    def text(self) -> str:
        """Return all bytes as code points 0..255."""
        return self.buffer.getvalue().decode("latin-1")


def serve() -> None:
    """Run what standard input asks for until it ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what an engine prints by itself must not look like an answer
    for line in sys.stdin:
        answers.write(json.dumps(execute(json.loads(line))) + "\n")
        answers.flush()


def execute(order: dict[str, Any]) -> Run:
    """Run a program as the order says."""
    out, err = Bytes(), Bytes()
    try:
        from moonhop.execute import exec_program

        status = exec_program(
            Path(order["path"]),
            engines=order["engines"],
            hop_every=order["hop_every"],
            virtual_time=True,
            out=out,
            err=err,
            compile_there=order["compile_there"],
            things=order["things"],
        )
    except BaseException:
        return Run(CRASHED, out.text(), err.text() + traceback.format_exc())
    return Run(status, out.text(), err.text())


if __name__ == "__main__":
    serve()
