"""Processes as policies and nodes see them, by what a program's manifest says."""

from typing import Any

from moonhop.scheduler.fleet import NodeState, view
from moonhop.scheduler.policies import Process, unmet_need
from moonhop.scheduler.store import ProcessRow
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.manifest import DEFAULT_ENGINES
from moonhop_core.process.program import Program


def engines_of(manifest: dict[str, Any]) -> list[str]:
    """Return the engines a program allows, the preferred first."""
    return list(manifest.get("engines") or DEFAULT_ENGINES)


def process_view(pid: str, manifest: dict[str, Any], wanted: str | None) -> Process:
    """Return a process as policies see it."""
    return Process(
        pid,
        tuple(engines_of(manifest)),
        tuple(manifest.get("needs") or ()),
        int(manifest.get("memory") or 0),
        wanted,
    )


def check_fits(node: NodeState, manifest: dict[str, Any]) -> None:
    """Raise MoonhopError if a node lacks what a program needs."""
    if need := unmet_need(view(node), process_view("", manifest, None)):
        raise MoonhopError(f"node {node.id} {need}, which the program needs; choose another node")


def run_settings(process: ProcessRow, node: NodeState, program: Program) -> dict[str, Any]:
    """Return what a node must be told of a process in ``run`` and ``prepare``, besides its pid and
    epoch: the engine is the first one the program allows that the node has."""
    offered = node.birth.get("engines") or []
    fitting = [engine for engine in engines_of(program.manifest) if engine in offered]
    return {
        "program": process.program,
        "engine": fitting[0] if fitting else "",
        "args": process.args,
        "app": process.name,
        "name": program.name,  # of the source, as messages give it
        "manifest": program.manifest,
    }
