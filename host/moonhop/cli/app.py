"""``moonhop app``: have the fleet be as an application's file says."""

import argparse
from pathlib import Path
from typing import Any
from urllib.parse import quote

from moonhop.cli import FAILED, OK, context
from moonhop.cli.output import print_json, print_table
from moonhop.cli.programs import send_program
from moonhop.cli.running import common

EXAMPLE = "moonhop app apply examples/greenhouse.toml --plan"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    apply = acts.add_parser("apply", help="start, stop and change what differs from the file")
    apply.add_argument("--plan", action="store_true", help="only say what would be done")
    status = acts.add_parser("status", help="say how the application is")
    stop = acts.add_parser("stop", help="stop all its processes and forget it")
    for act in (apply, status, stop):
        act.add_argument("file", metavar="FILE", help="the application's TOML file")
        common(act, below=True)


def run(options: argparse.Namespace) -> int:
    """Apply, show or stop."""
    from moonhop.scheduler.apps import read_app

    file = Path(options.file)
    app = read_app(file)
    client = context.client(options)
    path = f"/api/apps/{quote(app.name, safe='')}"
    if options.act == "stop":
        with client.open("DELETE", path) as response:
            response.read()
        print_json({"app": app.name}) if options.json else print(f"{app.name} is stopped")
        return OK
    if options.act == "status":
        return _show(client.get(path), options.json)
    wanted = app.as_dict()
    for part in wanted["parts"]:
        added = send_program(str(file.parent / part["file"]), options)
        part["program"] = added["hash"]
    changes = client.put_json(f"{path}?plan={str(options.plan).lower()}", wanted)
    if options.json:
        print_json(changes)
        return OK
    for change in changes:
        pid = f" ({change['pid']})" if change["pid"] else ""
        place = f"{change['program']} {change['replica']}"
        waits = f"; fits nowhere now: {change['waits']}" if change["waits"] else ""
        print(f"{change['change']:<8} {place}{pid}: {change['reason']}{waits}")
    done = "would be done" if options.plan else "done"
    count = f"{len(changes)} change{'s' if len(changes) > 1 else ''} {done}"
    print(f"{app.name}: {count if changes else 'as it should be'}")
    return OK


def _show(status: dict[str, Any], as_json: bool) -> int:
    """Print how an application is; fails if not all that is wanted runs."""
    programs = status["programs"]
    if as_json:
        print_json(status)
    else:
        rows = [
            (p["program"], f"{q['replica']}", q["pid"], q["state"], q["node"] or "-", q["reason"])
            for p in programs
            for q in p["processes"]
        ]
        print_table(("PROGRAM", "NO", "PID", "STATE", "NODE", "WHY"), rows)
        for p in programs:
            print(f"{p['program']}: {p['running']} of {p['wanted']} run")
    done = all(p["running"] + p["states"].get("ended", 0) >= p["wanted"] for p in programs)
    return OK if done else FAILED
