"""math.random and math.randomseed (manual 6.7) over a machine's own generator."""

from builtins import len

from moonhop_core.lua.arguments import integer_argument
from moonhop_core.lua.errors import LuaError, argument_error
from moonhop_core.lua.xoshiro import Xoshiro, signed

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FRACTION = 0.5**53


def functions(machine: "Any") -> "dict[str, tuple[Callable[..., Any], int]]":
    """Return them for a machine."""
    return random_functions(machine.generator())


def random_functions(generator: Xoshiro) -> "dict[str, tuple[Callable[..., Any], int]]":
    """Return math.random and math.randomseed over a machine's own generator."""

    def random(*args: "Any") -> "Any":
        count = len(args)
        if count == 0:
            return (generator.next() >> 11) * FRACTION
        if count > 2:
            raise LuaError("wrong number of arguments", 1)
        low = 1
        high = integer_argument(args[0], 1, "random")
        if count == 2:
            low = high
            high = integer_argument(args[1], 2, "random")
        elif high == 0:
            return signed(generator.next())
        if low > high:
            raise argument_error(1, "random", "interval is empty")
        return low + generator.below(high - low)

    def randomseed(*args: "Any") -> "Any":
        if args:
            first = args[0]
            n1 = integer_argument(first, 1, "randomseed")
            n2 = 0
            if len(args) > 1 and args[1] is not None:
                n2 = integer_argument(args[1], 2, "randomseed")
        else:
            n1 = signed(generator.next())
            n2 = signed(generator.next())
        generator.seed(n1, n2)
        return n1, n2

    return {"math.random": (random, -1), "math.randomseed": (randomseed, -1)}
