"""Matching of Lua patterns (manual 6.4.1) on bytes: no recursion, so no pattern is too deep.

A match is reported in a list: [start, end, start of capture 1, its end, …]; the end of a position
capture is IS_POSITION, of one that was never closed UNFINISHED.
"""

from builtins import any, len, range, tuple

from moonhop_core.lua.alarm import RANG, over
from moonhop_core.lua.errors import lua_error
from moonhop_core.lua.latin1 import cut, to_bytes
from moonhop_core.lua.pattern_items import (
    ALL,
    ANY,
    BACK,
    BALANCE,
    CLASS,
    CLOSE,
    DONE,
    END,
    FAULT,
    FRONTIER,
    GREEDY,
    LAZY,
    LITERAL,
    OPEN,
    OPTIONAL,
    POSITION,
    SPECIALS,
    compile_items,
)
from moonhop_core.lua.spans import extent, reach

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

UNFINISHED = -1
IS_POSITION = -2
MAX_CACHED = 64
MAX_REMEMBERED = 1000  # characters of a pattern that is remembered


class Pattern:
    """A compiled pattern.

    items     see pattern_items
    plain     it has no special characters; only a `)`, which `find` looks for and others refuse
    captures  how many captures it has
    anchored  it starts with `^`
    prefix    bytes that every match starts with, or None
    first     the class that every match's first byte belongs to, or None
    run       the whole pattern is a run of `first`, such as `%a+` or `(%a+)`
    shape     what the whole pattern captures if it is one run of a class: 0 nothing, 1 the run, 2
              the place behind it (`^%s*()`), 3 both; None: it is not
    table     that class
    least     the shortest run
    """

    def __init__(self, text: str, may_anchor: bool):
        self.plain = not has_specials(text)
        self.anchored = may_anchor and text.startswith("^")
        p = to_bytes(text)
        self.items, self.captures = compile_items(p[1:] if self.anchored else p)
        self.prefix: "bytes | None" = None
        self.first: "bytes | None" = None
        at = 0
        while OPEN <= self.items[at][0] <= POSITION:
            at += 1
        what, argument, least = self.items[at]
        if what == LITERAL:
            self.prefix = argument
        elif what == CLASS or (GREEDY <= what <= ALL and least):
            self.first = argument
        kinds = [item[0] for item in self.items]
        self.shape = SHAPES.index(kinds) if kinds in SHAPES and argument is not ANY else None
        self.table: "bytes" = argument if self.shape is not None else b""
        self.least: int = least
        self.run = self.shape in (0, 1) and not self.anchored and least == 1


SHAPES = [
    [ALL, DONE],
    [OPEN, ALL, CLOSE, DONE],
    [ALL, POSITION, DONE],
    [OPEN, ALL, CLOSE, POSITION, DONE],
]

# Pattern text -> Pattern, or None where the text is to be found as it stands.
compiled: "dict[str, Pattern | None]" = {}
# The same for gmatch, where `^` means itself.
compiled_for_gmatch: "dict[str, Pattern]" = {}


def has_specials(text: str) -> bool:
    """Tell whether a pattern has special characters, as `find` sees it."""
    return any(char in text for char in SPECIALS)


def compile_pattern(text: str) -> "Pattern | None":
    """Compile a pattern, or return None if it has no special characters; both are remembered."""
    if len(compiled) >= MAX_CACHED:
        compiled.clear()
    found = Pattern(text, True) if ")" in text or has_specials(text) else None
    if len(text) <= MAX_REMEMBERED:
        compiled[text] = found
    return found


def compile_for_gmatch(text: str) -> Pattern:
    """Compile a pattern for gmatch, and remember it."""
    if len(compiled_for_gmatch) >= MAX_CACHED:
        compiled_for_gmatch.clear()
    found = Pattern(text, False)
    if len(text) <= MAX_REMEMBERED:
        compiled_for_gmatch[text] = found
    return found


def search(pattern: Pattern, b: bytes, start: int) -> "list[int] | None":
    """Find the first match at or after `start`."""
    n = len(b)
    if pattern.shape is not None:
        return search_run(pattern, b, start)
    first = pattern.first
    items = pattern.items
    match = [UNFINISHED] * (2 * pattern.captures + 2)
    if pattern.anchored:
        end = run(items, b, n, start, match)
        if end < 0:
            return None
        match[0] = start
        match[1] = end
        return match
    prefix = pattern.prefix
    while start <= n:
        if RANG:
            over()
        if prefix is not None:
            start = b.find(prefix, start)
            if start < 0:
                return None
        elif first is not None:
            start = reach(b, start, n, first)
            if start >= n:
                return None
        end = run(items, b, n, start, match)
        if end >= 0:
            match[0] = start
            match[1] = end
            return match
        start += 1
    return None


def search_run(pattern: Pattern, b: bytes, start: int) -> "list[int] | None":
    """The same for a pattern that is one run."""
    n = len(b)
    if pattern.least and not pattern.anchored:
        start = reach(b, start, n, pattern.table)
    if start > n:
        return None
    end = extent(b, start, n, pattern.table)
    if end - start < pattern.least:
        return None
    shape = pattern.shape
    if shape == 0:
        return [start, end]
    if shape == 1:
        return [start, end, start, end]
    if shape == 2:
        return [start, end, end, IS_POSITION]
    return [start, end, start, end, end, IS_POSITION]


def run(items: "list[tuple[Any, ...]]", b: bytes, n: int, i: int, match: "list[int]") -> int:
    """Match at i; return where the match ends, or -1. Captures go into `match`.

    What could also have been taken is kept on `choices`: (item, shortest end or -1 for lazy, end,
    class).
    """
    choices: "list[tuple[int, int, int, Any]] | None" = None
    p = 0
    while True:
        what, x, least = items[p]
        p += 1
        if GREEDY <= what <= ALL:
            start = i
            if x is ANY:
                i = n
            else:
                i = extent(b, i, n, x)
            least += start
            if i >= least:
                if what == GREEDY and i > least:
                    if choices is None:
                        choices = []
                    choices.append((p, least, i, None))
                continue
        elif what == DONE:
            return i
        elif what == CLASS:
            if i < n and x[b[i]]:
                i += 1
                continue
        elif what == LITERAL:
            if b.startswith(x, i):
                i += len(x)
                continue
        elif what == OPEN:
            match[x] = i
            continue
        elif what == CLOSE:
            match[x + 1] = i
            continue
        elif what == OPTIONAL:
            if i < n and x[b[i]]:
                if choices is None:
                    choices = []
                choices.append((p, i, i + 1, None))
                i += 1
            continue
        elif what == LAZY:
            if i < n:
                if choices is None:
                    choices = []
                choices.append((p, -1, i, x))
            continue
        elif what == END:
            if i == n:
                continue
        elif what == POSITION:
            match[x] = i
            match[x + 1] = IS_POSITION
            continue
        elif what == FRONTIER:
            if not x[b[i - 1] if i else 0] and x[b[i] if i < n else 0]:
                continue
        elif what == BALANCE:
            i = balanced(b, n, i, x[0], x[1])
            if i >= 0:
                continue
        elif what == BACK:
            if match[x + 1] >= 0:
                seen = b[match[x] : match[x + 1]]
                if b.startswith(seen, i):
                    i += len(seen)
                    continue
        elif what == FAULT:
            raise lua_error(x)
        # No match this way: take the last choice differently.
        if RANG:
            over()
        while choices:
            p, least, i, x = choices.pop()
            if least >= 0:
                i -= 1
                if i > least:
                    choices.append((p, least, i, None))
                break
            if x[b[i]]:
                i += 1
                if i < n:
                    choices.append((p, -1, i, x))
                break
        else:
            return -1


def balanced(b: bytes, n: int, i: int, opening: int, closing: int) -> int:
    """Return where the balanced text that starts at i ends, or -1."""
    if i >= n or b[i] != opening:
        return -1
    depth = 1
    i += 1
    while i < n:
        code = b[i]
        i += 1
        if code == closing:
            depth -= 1
            if depth == 0:
                return i
        elif code == opening:
            depth += 1
    return -1


def capture(text: str, b: bytes, match: "list[int]", number: int) -> "Any":
    """Return a capture's value, 0 meaning the whole match."""
    at = 2 * number
    if at >= len(match):
        if number != 1:
            raise lua_error("invalid capture index %%%d" % number)
        at = 0
    end = match[at + 1]
    if end >= 0:
        return cut(text, b, match[at], end)
    if end == IS_POSITION:
        return match[at] + 1
    raise lua_error("unfinished capture")


def captures(text: str, b: bytes, match: "list[int]") -> "Any":
    """Return all captures, or the whole match if there are none, as a function's results."""
    size = len(match)
    if size == 2:
        return cut(text, b, match[0], match[1])
    if size == 4:
        return capture(text, b, match, 1)
    return tuple([capture(text, b, match, number) for number in range(1, size // 2)])
