"""Where the builtins are: their modules are loaded, and they are made, when a program names them.

A board has no room for functions that its program never mentions. What a unit mentions is found by
the compiler (`lang/uses.py`); an image mentions builtins by name as well.
"""

import math
from builtins import any, max

from moonhop_core.lua.inventory import install, library, set_constant

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Any

    from moonhop_core.lua.machine import Machine

BASE = "base"
# Library -> the modules that it is in.
LIBRARIES = {
    "coroutine": ("coroutines",),
    "string": ("string_library", "string_matching", "format", "packing"),
    "table": ("table_library",),
    "math": ("math_library", "random_library"),
    "utf8": ("utf8_library",),
    "json": ("json_library",),
    "os": ("os_library",),
    "debug": ("debug_library",),
    "package": ("modules",),
}
# What is not in the first module of its library, or not in that of the base library.
ELSEWHERE = {
    "string.find": "string_matching",
    "string.gmatch": "string_matching",
    "string.gmatch.next": "string_matching",
    "string.gsub": "string_matching",
    "string.match": "string_matching",
    "string.format": "format",
    "string.pack": "packing",
    "string.packsize": "packing",
    "string.unpack": "packing",
    "math.random": "random_library",
    "math.randomseed": "random_library",
    "load": "chunks",
    "collectgarbage": "collector",
    "rawget": "raw_access",
    "rawset": "raw_access",
    "rawequal": "raw_access",
    "rawlen": "raw_access",
    "require": "modules",
    "require.preloaded": "modules",
    "require.linked": "modules",
    "require.loading": "modules",
}
CONSTANTS = {
    "math.huge": math.inf,
    "math.maxinteger": 0x7FFFFFFFFFFFFFFF,
    "math.mininteger": -0x8000000000000000,
    "math.pi": math.pi,
    "utf8.charpattern": "[\0-\x7f\xc2-\xfd][\x80-\xbf]*",
}


def use(machine: "Machine", names: "Sequence[str] | None") -> None:
    """Make the builtins that a unit names, the host's operations among them; None: all."""
    operations = machine.operations()
    for name in operations:
        if name not in machine.builtins and (
            names is None or name in names or name[: max(name.find("."), 0)] in names
        ):
            install(machine, name, (machine.make_operation(name), -1))
            if machine.suspends(name):
                machine.suspending.add(name)
    for name in names or ():
        at = name.find(".") + 1
        if at and any(known.startswith(name[:at]) for known in operations):
            library(machine, name[: at - 1])  # it is there even if it has no such field
    if names is None:
        use_libraries(machine, functions_of(BASE, machine))
        use_libraries(machine, LIBRARIES)
        use_libraries(machine, ELSEWHERE)
    else:
        use_libraries(machine, names)
    machine.provide(names)


def find(machine: "Machine", name: str) -> "Any":
    """Return the builtin of this name, made if it is not there yet; None if there is none."""
    found = machine.builtins.get(name)
    if found is None:
        use(machine, (name,))
        found = machine.builtins.get(name)
    return found


def use_libraries(machine: "Machine", names: "Collection[str]") -> None:
    """Make the builtins of these dotted names; a library's name stands for all that is in it.
    Names of other things, and of what is there already, do no harm."""
    wanted: "dict[str, list[str] | None]" = {}  # module -> which of its functions, None: all
    for name in names:
        if name in LIBRARIES:
            for module in LIBRARIES[name]:
                wanted[module] = None
        elif name not in machine.builtins:
            at = name.find(".")
            modules = LIBRARIES.get(name[:at]) if at >= 0 else None
            if modules:
                library(machine, name[:at])  # it is there even if it has no such field
            module = ELSEWHERE.get(name) or (modules[0] if modules else BASE)
            if wanted.setdefault(module, []) is not None and name not in CONSTANTS:
                wanted[module].append(name)  # type: ignore[union-attr]
    for name, value in CONSTANTS.items():
        if (name in names or name[: name.find(".")] in names) and name not in machine.constants:
            set_constant(machine, name, value)
    for module, some in wanted.items():
        if some is None or some:
            functions = functions_of(module, machine)
            for name in functions if some is None else some:
                if name in functions and name not in machine.builtins:
                    install(machine, name, functions[name])


def functions_of(module: str, machine: "Any") -> "dict[str, tuple[Any, ...]]":
    """Return a module's functions: dotted name -> Python function, number of parameters, -1
    any, perhaps quicker ones (`functions.builtin`)."""
    found: "Any"
    if module == BASE:
        from moonhop_core.lua import base as found
    elif module == "raw_access":
        from moonhop_core.lua import raw_access as found
    elif module == "collector":
        from moonhop_core.lua import collector as found
    elif module == "chunks":
        from moonhop_core.lua import chunks as found
    elif module == "coroutines":
        from moonhop_core.lua import coroutines as found
    elif module == "string_library":
        from moonhop_core.lua import string_library as found
    elif module == "string_matching":
        from moonhop_core.lua import string_matching as found
    elif module == "format":
        from moonhop_core.lua import format as found
    elif module == "packing":
        from moonhop_core.lua import packing as found
    elif module == "table_library":
        from moonhop_core.lua import table_library as found
    elif module == "math_library":
        from moonhop_core.lua import math_library as found
    elif module == "random_library":
        from moonhop_core.lua import random_library as found
    elif module == "utf8_library":
        from moonhop_core.lua import utf8_library as found
    elif module == "modules":
        from moonhop_core.lua import modules as found
    elif module == "json_library":
        from moonhop_core.lua import json_library as found
    elif module == "debug_library":
        from moonhop_core.lua import debug_library as found
    else:
        from moonhop_core.lua import os_library as found
    listed: "dict[str, tuple[Any, ...]] | None" = getattr(found, "FUNCTIONS", None)
    return found.functions(machine) if listed is None else listed
