"""``python -m tests.soak --messages N``: one soak, and what it found."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.soak.flatness import growth, is_flat
from tests.soak.soaking import Plan, soak


def main() -> int:
    """Carry a soak out and print what it found; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=int, default=200, help="looks at the heap")
    parser.add_argument("--breaks", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end after them")
    options = parser.parse_args()
    plan = Plan(
        options.messages,
        options.seed,
        options.points,
        options.breaks,
        most=60 * options.minutes,
    )
    with tempfile.TemporaryDirectory(prefix="moonhop-soak-") as folder:
        report = soak(Path(folder, "home"), plan, say)
    first, last = report.samples[0], report.samples[-1]
    print(f"messages    {report.messages} in {report.seconds:.0f} s, {report.rate:.0f} a second")
    print(f"breaks      {dict(report.breaks)}")
    print(f"hops        {report.hops}")
    print(f"repeated    {report.repeated} by the broker")
    print(f"heap used   {first.used} bytes at first, {last.used} at last")
    print(f"free        {last.free} bytes, {last.largest} in one piece")
    print(f"in pieces   {first.fragmentation:.0%} at first, {last.fragmentation:.0%} at last")
    for line in report.trouble:
        print(f"trouble     {line}")
    if report.trouble:
        return 1
    print(f"growth      {growth(report.samples)} bytes after the warm-up")
    return 0 if is_flat(report.samples) else 1


def say(line: str) -> None:
    """Tell how far it is."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
