"""What verbs share that do one thing to one process."""

import argparse
from typing import Any
from urllib.parse import quote

from moonhop.cli import OK, context
from moonhop.cli.output import print_json


def process_path(pid: str) -> str:
    """Return a process's path in the API."""
    return f"/api/processes/{quote(pid, safe='')}"


def act(options: argparse.Namespace, verb: str) -> int:
    """Do it and say what the process is now."""
    process: dict[str, Any] = context.client(options).post(f"{process_path(options.pid)}/{verb}")
    print_json(process) if options.json else print(f"{process['pid']} {process['state']}")
    return OK
