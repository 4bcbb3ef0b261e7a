"""What is known to differ: `known.txt`, sections of snippets by engine and reason.

`[ENGINE]` begins what is still to be repaired, `[ENGINE differs_NAME]` what a row of
docs/differences.md explains; `direct` or `suspends` behind it say that it is so in functions of
that form only. A snippet stands in a line, its line breaks written as `\\n`.
MicroPython runs the same code as CPython, so what differs is the same.
"""

from pathlib import Path

FILE = Path(__file__).parent / "known.txt"


def known(engine: str, form: str) -> set[str]:
    """Return the snippets of which an engine is known to say something else than PUC Lua, in
    functions of a form ("direct" or "suspends")."""
    engine = "python" if engine == "micropython" else engine
    found: set[str] = set()
    counts = False
    for line in FILE.read_text().split("\n"):
        if line.startswith("[") and line.endswith("]"):
            name, *words = line[1:-1].split(" ")
            forms = [word for word in words if word in ("direct", "suspends")]
            counts = name == engine and (not forms or form in forms)
        elif line and counts:
            found.add(line.replace("\\n", "\n"))
    return found
