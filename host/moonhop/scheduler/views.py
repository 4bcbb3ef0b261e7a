"""Processes as policies and nodes see them, by what a program's manifest says."""

from typing import Any

from moonhop.scheduler.fleet import NodeState
from moonhop.scheduler.policies import Process, unmet_need
from moonhop.scheduler.rows import ProcessRow, Terms
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.manifest import DEFAULT_ENGINES
from moonhop_core.process.program import Program


def engines_of(manifest: dict[str, Any]) -> list[str]:
    """Return the engines a program allows, the preferred first."""
    return list(manifest.get("engines") or DEFAULT_ENGINES)


def process_view(row: ProcessRow, manifest: dict[str, Any]) -> Process:
    """Return a process as policies see it, by its terms and its program's manifest."""
    return Process(
        row.pid,
        tuple(engines_of(manifest)),
        _needs(row.terms, manifest),
        int(row.terms.memory or manifest.get("memory") or 0),
        row.wanted,
        row.app,
        row.terms.place,
    )


def check_fits(node: NodeState, manifest: dict[str, Any], terms: Terms) -> None:
    """Raise MoonhopError if a node lacks what a program needs."""
    wants = Process("", tuple(engines_of(manifest)), _needs(terms, manifest))
    if need := unmet_need(node.view, wants):
        tail = "" if node.drained else ", which the program needs"
        raise MoonhopError(f"node {node.id} {need}{tail}; choose another node")


def _needs(terms: Terms, manifest: dict[str, Any]) -> tuple[str, ...]:
    return (*(manifest.get("needs") or ()), *terms.needs)


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
