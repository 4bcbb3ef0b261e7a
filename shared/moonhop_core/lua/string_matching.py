"""string.find, match, gmatch and gsub (manual 6.4)."""

from builtins import float, int, isinstance, len, max, min, str, tuple, type

from moonhop_core.lua.alarm import RANG, over
from moonhop_core.lua.arguments import optional_integer, text_argument
from moonhop_core.lua.errors import LuaError, type_error
from moonhop_core.lua.functions import Bound, Function
from moonhop_core.lua.indexing import index
from moonhop_core.lua.latin1 import cut, to_bytes
from moonhop_core.lua.patterns import (
    capture,
    captures,
    compile_for_gmatch,
    compile_pattern,
    compiled,
    compiled_for_gmatch,
    search,
)
from moonhop_core.lua.spans import extent, reach
from moonhop_core.lua.text import bounded_join, check_length
from moonhop_core.lua.values import FALSE, Table, as_tuple, basic_text, first, type_name

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Replace = Callable[[bytes, list[int]], Any]


def start_of(s: str, init: "Any", n: int, function: str) -> int:
    """Return where a search starts, counted from 0: `init` is argument n, counted from 1."""
    place = optional_integer(init, n, function, 1)
    if place > 0:
        return place - 1
    return max(len(s) + place, 0) if place else 0


def find(s: "Any", pattern: "Any", init: "Any" = None, plain: "Any" = None) -> "Any":
    """string.find(s, pattern [, init [, plain]])"""
    if type(s) is not str:
        s = text_argument(s, 1, "find")
    if type(pattern) is not str:
        pattern = text_argument(pattern, 2, "find")
    if init is None:
        start = 0
    elif type(init) is int and init > 0:
        start = init - 1
    else:
        start = start_of(s, init, 3, "find")
    if plain is None or plain is FALSE:
        try:
            program = compiled[pattern]
        except KeyError:
            program = compile_pattern(pattern)
        if program is not None and not program.plain:
            b = to_bytes(s)
            if start > len(b):
                return None
            match = search(program, b, start)
            if match is None:
                return None
            if len(match) == 2:
                return match[0] + 1, match[1]
            return (match[0] + 1, match[1]) + as_tuple(captures(s, b, match))
    if start and start > len(s):
        return None
    at = s.find(pattern, start)
    if at < 0:
        return None
    return at + 1, at + len(pattern)


def match(s: "Any", pattern: "Any", init: "Any" = None) -> "Any":
    """string.match(s, pattern [, init])"""
    if type(s) is not str:
        s = text_argument(s, 1, "match")
    if type(pattern) is not str:
        pattern = text_argument(pattern, 2, "match")
    if init is None:
        start = 0
    elif type(init) is int and init > 0:
        start = init - 1
    else:
        start = start_of(s, init, 3, "match")
    try:
        program = compiled[pattern]
    except KeyError:
        program = compile_pattern(pattern)
    if program is None:
        if start and start > len(s):
            return None
        return pattern if s.find(pattern, start) >= 0 else None
    b = to_bytes(s)
    if start > len(b):
        return None
    if program.shape == 2 and not program.least:
        return extent(b, start, len(b), program.table) + 1
    found = search(program, b, start)
    return None if found is None else captures(s, b, found)


def gmatch(s: "Any", pattern: "Any", init: "Any" = None) -> Bound:
    """string.gmatch(s, pattern [, init]); the iterator's state is a table, so it can hop."""
    s = text_argument(s, 1, "gmatch")
    pattern = text_argument(pattern, 2, "gmatch")
    start = min(start_of(s, init, 3, "gmatch"), len(s) + 1)
    # text, pattern, where to go on, end of the last match (an empty one there does not count)
    state = Table({1: s, 2: pattern, 3: start, 4: -1})
    made = Bound("string.gmatch.next", state, gmatch_next)
    made.each = gmatch_pairs
    return made


def gmatch_pairs(state: Table) -> "Iterator[Any]":
    """Give what a loop over gmatch's iterator gets. The iterator may be called inside of it, too,
    so the state is kept in its table."""
    h = state.h
    s = h[1]
    try:
        program = compiled_for_gmatch[h[2]]
    except KeyError:
        program = compile_for_gmatch(h[2])
    first = program.first
    while not program.run or first is None:
        found = gmatch_next(state)
        if type(found) is not tuple:
            yield found, None
        elif found:
            yield found[:2]
        else:
            return
    b = to_bytes(s)
    n = len(b)
    while True:
        start = reach(b, h[3], n, first)
        if start >= n:
            h[3] = n + 1
            return
        h[3] = h[4] = end = extent(b, start, n, first)
        yield cut(s, b, start, end), None


def gmatch_next(state: Table, *_: "Any") -> "Any":
    """Return the captures of gmatch's next match, or nothing."""
    h = state.h
    s = h[1]
    pattern = h[2]
    try:
        program = compiled_for_gmatch[pattern]
    except KeyError:
        program = compile_for_gmatch(pattern)
    b = to_bytes(s)
    start = h[3]
    if start > len(b):
        return ()
    found = search(program, b, start)
    if found is not None and found[1] == h[4]:
        found = search(program, b, start + 1)
    if found is None:
        h[3] = len(b) + 1
        return ()
    h[3] = h[4] = found[1]
    return captures(s, b, found)


def gsub(s: "Any", pattern: "Any", repl: "Any" = None, max_n: "Any" = None) -> "Any":
    """string.gsub(s, pattern, repl [, n])"""
    if type(s) is not str:
        s = text_argument(s, 1, "gsub")
    if type(pattern) is not str:
        pattern = text_argument(pattern, 2, "gsub")
    if type(repl) is int or type(repl) is float:
        repl = basic_text(repl)
    if type(repl) is not str and type(repl) is not Table and not isinstance(repl, Function):
        raise type_error(3, "gsub", "string/function/table", repl)
    limit = -1 if max_n is None else max(optional_integer(max_n, 4, "gsub", 0), 0)
    try:
        program = compiled[pattern]
    except KeyError:
        program = compile_pattern(pattern)
    if program is None:
        if pattern and type(repl) is str and limit < 0 and "%" not in repl:
            count = s.count(pattern)
            check_length(len(s) + count * len(repl))
            return (s.replace(pattern, repl) if count else s), count
        program = compile_for_gmatch(pattern)  # no special characters: it means the same there
    replace = replacer(s, repl)
    b = to_bytes(s)
    out = []
    count = 0
    copied = start = 0
    last = -1
    size = len(b)
    while count != limit and start <= size:
        if RANG:
            over()
        found = search(program, b, start)
        if found is None:
            break
        if found[1] == last:
            start += 1
            last = -1
            continue
        count += 1
        at = found[0]
        new = replace(b, found)
        start = last = found[1]
        if new is not None:
            if at > copied:
                out.append(cut(s, b, copied, at))
            out.append(new)
            copied = start
        if program.anchored:
            break
    if not copied and not out:
        return s, count
    out.append(cut(s, b, copied, size))
    return bounded_join(out), count


def replacer(s: str, repl: "Any") -> "Replace":
    """Return a function that gives the replacement of a match, or None to keep the text."""
    if type(repl) is str:
        if "%" not in repl:
            return lambda b, match: repl
        return template(s, repl)

    def replace(b: bytes, match: "list[int]") -> "str | None":
        if type(repl) is Table:
            value = index(repl, capture(s, b, match, 1))
        else:
            given = captures(s, b, match)
            value = first(repl.cn(given) if type(given) is tuple else repl.c1(given))
        if type(value) is str:
            text: str = value
            return text
        if value is None or value is FALSE:
            return None
        if type(value) is int or type(value) is float:
            return basic_text(value)
        raise LuaError("invalid replacement value (a %s)" % type_name(value), 1)

    return replace


def template(s: str, repl: str) -> "Replace":
    """Return the function for a replacement text with `%0`, `%1` …, `%%`."""
    parts: "list[str | int | None]" = []
    pieces = repl.split("%")
    parts.append(pieces[0])
    at = 1
    while at < len(pieces):
        text = pieces[at]
        if text == "":
            if at + 1 == len(pieces):
                parts.append(None)  # a fault
            else:
                parts.append("%" + pieces[at + 1])
                at += 1
        elif "0" <= text[0] <= "9":
            parts.append(int(text[0]))
            parts.append(text[1:])
        else:
            parts.append(None)
        at += 1

    def replace(b: bytes, match: "list[int]") -> str:
        out = []
        for part in parts:
            if type(part) is str:
                out.append(part)
            elif part is None:
                raise LuaError("invalid use of '%' in replacement string", 1)
            else:
                number: "Any" = part
                value = capture(s, b, match, number)
                out.append(value if type(value) is str else str(value))
        return bounded_join(out)

    return replace


# Registered name -> callable, number of parameters (-1: any number).
FUNCTIONS: "dict[str, tuple[Callable[..., Any], int]]" = {
    "string.find": (find, 4),
    "string.gmatch": (gmatch, 3),
    "string.gmatch.next": (gmatch_next, -1),
    "string.gsub": (gsub, 4),
    "string.match": (match, 3),
}
