"""``moonhop check``: tell in words which functions of a program suspend and what it needs."""

import argparse
from pathlib import Path
from typing import Any

from moonhop.cli import OK
from moonhop.cli.output import print_json
from moonhop.cli.programs import finder, read_program

EXAMPLE = "moonhop check examples/readings.lua"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("file", metavar="FILE", help="the Lua program")


def run(options: argparse.Namespace) -> int:
    """Check it; what is wrong is raised."""
    from moonhop.engines.deep import run_deep
    from moonhop.programs.linking import link
    from moonhop_core.lang.manifest import DEFAULT_ENGINES
    from moonhop_core.process.program import Program

    source = read_program(options.file).decode("latin-1")
    name = Path(options.file).name

    def compiled() -> Any:
        program = Program.from_source(link(source, name, finder(options.file, options)), name)
        return program, program.lowered

    program, lowered = run_deep(compiled)  # long expressions are deep trees
    manifest = program.manifest
    functions = [_function(proto, lowered) for proto in lowered.protos]
    about = {
        "file": options.file,
        "modules": [{"name": module.name, "file": module.path} for module in program.modules],
        "functions": functions,
        "engines": manifest.get("engines") or list(DEFAULT_ENGINES),
        "needs": manifest.get("needs") or [],
        "memory": manifest.get("memory"),
        "manifest": manifest,
    }
    if options.json:
        print_json(about)
    else:
        print("\n".join(told(name, about)))
    return OK


def told(name: str, about: dict[str, Any]) -> list[str]:
    """Return what check has to say, line by line."""
    functions = about["functions"]
    suspending = [function for function in functions if function["suspends"]]
    count = f"{len(functions)} function{'s' * (len(functions) != 1)}"
    lines = [f"{name} is fine: {count}, of which {len(suspending) or 'none'} can suspend."]
    for module in about["modules"]:
        lines.append(f"  Module {module['name']} comes from {module['file']}.")
    for function in suspending:
        why = function["why"]
        reason = f" because it calls {why['calls']} in line {why['line']}" if why else ""
        line = [f"line {function['line']}"] if function["line"] else []
        file = [function["file"]] if function["file"] != name else []
        place = f" ({', '.join(file + line)})" if file or line else ""
        lines.append(f"  {function['name']}{place} can suspend{reason}.")
    if suspending and len(suspending) < len(functions):
        lines.append("  All others run straight through, at the engine's full speed.")
    lines.append(f"It runs on the engines {', '.join(about['engines'])}.")
    needs = list(about["needs"])
    if about["memory"]:
        needs.append(f"{about['memory']} bytes of memory at most")
    lines.append(
        f"It needs {', '.join(needs)}." if needs else "It needs nothing special of a node."
    )
    return lines


def _function(proto: Any, lowered: Any) -> dict[str, Any]:
    function = proto.function
    why = proto.why
    main = function.name == "main chunk"
    return {
        "name": "the main chunk" if main else function.name or "a nameless function",
        "file": lowered.file_of(proto),
        "line": function.line,
        "suspends": proto.suspends,
        "why": {"line": why[0], "calls": why[1]} if why else None,
    }
