"""The benchmark programs and how large to run them.

`small` is for tests. `python` lets bare lua54 take a few milliseconds, and MicroPython a tenth of a
second or more; `lua54` and `luajit` let the bare engine of that name take about a tenth of a
second.
"""

from dataclasses import dataclass
from pathlib import Path

from moonhop.bench.dhrystone import FILE as DHRYSTONE

FOLDER = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Sizes:
    small: int
    python: int
    lua54: int
    luajit: int


PROGRAMS = {
    "deltablue": Sizes(5, 200, 3000, 1500),
    "dhrystone": Sizes(3, 8000, 80000, 5000000),
    "fannkuch": Sizes(4, 8, 9, 10),
    "havlak": Sizes(1, 2, 130, 60),
    "json": Sizes(1, 50, 1100, 2000),
    "lzw": Sizes(20, 500, 14000, 50000),
    "mandelbrot": Sizes(6, 60, 340, 1200),
    "nbody": Sizes(5, 1500, 50000, 300000),
    "pipeline": Sizes(10, 20000, 550000, 6000000),
    "queens": Sizes(4, 9, 11, 12),
    "richards": Sizes(50, 3000, 40000, 200000),
    "sieve": Sizes(50, 20000, 1500000, 5000000),
    "spectral_norm": Sizes(4, 60, 300, 1600),
    "strings": Sizes(5, 500, 15000, 50000),
    "words": Sizes(2, 200, 8000, 20000),
}


def path_of(name: str) -> Path:
    """Return a program's file."""
    return DHRYSTONE if name == DHRYSTONE.stem else FOLDER / f"{name}.lua"
