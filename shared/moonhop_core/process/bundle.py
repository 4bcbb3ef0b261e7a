"""A program and its modules as one text: what is stored, sent and hashed.

A program without modules is its own source. Otherwise the text is a line of JSON, which no Lua
source starts with, and then all sources one after the other:

    {"moonhop-bundle": 1, "program": LENGTH, "modules": [[NAME, PATH, LENGTH], …]}
"""

import json

from moonhop_core.errors import MoonhopError
from moonhop_core.lang.modules import Module

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence

START = '{"moonhop-bundle": 1, '


def pack(source: str, modules: "Sequence[Module]") -> str:
    """Return the text for a program's source and its modules (code points 0..255)."""
    if not modules:
        return source
    listed = [[module.name, module.path, len(module.source)] for module in modules]
    head = START + '"program": %d, "modules": %s}\n' % (len(source), json.dumps(listed))
    return head + source + "".join([module.source for module in modules])


def unpack(text: str) -> "tuple[str, list[Module]]":
    """Return source and modules. Raises MoonhopError for a damaged text."""
    if not text.startswith(START):
        return text, []
    end = text.find("\n") + 1
    try:
        head = json.loads(text[:end])
        at = end + head["program"]
        source = text[end:at]
        modules = []
        for name, path, length in head["modules"]:
            modules.append(Module(name, path, text[at : at + length]))
            at += length
    except (ValueError, KeyError, TypeError):
        at = -1
    if at != len(text):
        raise MoonhopError("the program's bundle is damaged")
    return source, modules
