"""`collectgarbage` (manual 6.1)."""

import gc
from builtins import len

from moonhop_core.lua.arguments import (
    text_argument,
)
from moonhop_core.lua.errors import argument_error
from moonhop_core.lua.values import (
    TRUE,
)

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


def collectgarbage(option: "Any" = None, *_: "Any") -> "Any":
    """collectgarbage([option]): what makes sense on Python."""
    option = "collect" if option is None else text_argument(option, 1, "collectgarbage")
    if option == "collect":
        gc.collect()
        return 0
    if option == "count":
        try:
            return gc.mem_alloc() / 1024  # type: ignore[attr-defined]
        except AttributeError:
            return len(gc.get_objects()) / 16.0
    if option in ("stop", "restart", "setpause", "setstepmul"):
        return 0
    if option in ("step", "isrunning"):
        return TRUE
    if option in ("incremental", "generational"):
        return "incremental"
    raise argument_error(1, "collectgarbage", "invalid option '%s'" % option)


FUNCTIONS = {"collectgarbage": (collectgarbage, -1)}
