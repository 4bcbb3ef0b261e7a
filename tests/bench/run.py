"""The language programs of the benchmark: `python -m tests.bench.run`, in a checkout.

Prints a table and writes bench.json. `moonhop bench` runs this too, beside its own measurements.
"""

import argparse
import json
import sys
from pathlib import Path

from moonhop.bench.figures import Figure, print_figures
from tests.bench import boards, images, language
from tests.bench.programs import PROGRAMS

REPEATS, QUICK = 5, 1
PARTS = ("language", "images", "micropython")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write; return the exit code."""
    engines = [contest.name for contest in language.CONTESTS]
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("--engine", action="append", choices=engines, help="only this one")
    parser.add_argument("--program", action="append", choices=sorted(PROGRAMS), help="only this")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--quick", action="store_true", help="small sizes, hardly any repeats")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), metavar="FILE")
    parser.add_argument("--no-table", action="store_true", help="write the file only")
    options = parser.parse_args(arguments)
    figures = measure(
        options.engine or engines,
        options.program or sorted(PROGRAMS),
        options.part or PARTS,
        QUICK if options.quick else options.repeats,
        options.quick,
    )
    content = json.dumps([figure.as_dict() for figure in figures], indent=1)
    options.out.write_text(content + "\n", encoding="utf-8")
    if not options.no_table:
        print_figures(figures)
    return 0


def measure(
    engines: list[str], programs: list[str], parts: tuple[str, ...], repeats: int, small: bool
) -> list[Figure]:
    """Return the figures of these parts."""
    figures = []
    if "language" in parts:
        contests = [contest for contest in language.CONTESTS if contest.name in engines]
        figures += language.measure(contests, programs, repeats, say, small)
    if "images" in parts:
        for engine in ("lua54", "luajit", "python", "micropython"):
            if engine in engines:
                figures += images.measure(engine, 2 if small else 20, say)
    if "micropython" in parts and "micropython" in engines:
        figures += boards.measure(programs, say)
    return figures


def say(line: str) -> None:
    """Tell how far it is."""
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
