"""``moonhop nodes``: list nodes."""

import argparse
from typing import Any

from moonhop.cli import OK, context
from moonhop.cli.output import ago, print_json, print_table

EXAMPLE = "moonhop nodes --json"


def configure(_: argparse.ArgumentParser) -> None:
    """Add nothing."""


def run(options: argparse.Namespace) -> int:
    """Print the nodes."""
    found = context.client(options).get("/api/nodes")
    if options.json:
        print_json(found)
        return OK
    print_nodes(found)
    return OK


def print_nodes(found: list[dict[str, Any]]) -> None:
    """Print nodes as a table."""
    titles = ("NODE", "STATE", "SINCE", "PLATFORM", "ENGINES", "PROCESSES", "MEMORY", "CPU")
    print_table(titles, [_row(node) for node in found])


def _row(node: dict[str, Any]) -> tuple[Any, ...]:
    load = node["load"]
    memory = load.get("memory") or {}
    used = f"{memory['used'] / 1024:.0f} kB" if "used" in memory else "-"
    cpu = f"{load['cpu']:.0%}" if load.get("cpu") is not None else "-"
    return (
        node["id"],
        node["state"],
        ago(node["changed"]) if node["changed"] else "-",
        node["platform"] or "-",
        " ".join(node["engines"]) or "-",
        node["processes"],
        used,
        cpu,
    )
