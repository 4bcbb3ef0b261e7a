"""Lua patterns in compiled form: the text of a pattern becomes a list of items.

An item is a tuple (what, argument, least). A pattern is a plain sequence: its captures never
repeat, so numbers and order of captures are known here, and faults in a pattern become FAULT
items, which raise when matching reaches them and not before, as in PUC Lua.
"""

from builtins import any, bytearray, bytes, int, len, ord, range, type

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

DONE = 0
LITERAL = 1  # argument: bytes
CLASS = 2  # argument: 256 bytes, 1 for each byte that belongs to the class
GREEDY = 3  # as many of the class as possible, then fewer, down to `least`
ALL = 4  # as many of the class as possible: fewer could not lead to a match
LAZY = 5  # as few of the class as possible
OPTIONAL = 6
OPEN = 7  # argument of OPEN, CLOSE, POSITION, BACK: index of the capture's start in the list
CLOSE = 8
POSITION = 9
BACK = 10
BALANCE = 11  # argument: the two bytes
FRONTIER = 12
END = 13
FAULT = 14  # argument: the message

MAX_CAPTURES = 32
SPECIALS = "^$*+?.([%-"

ANY = b"\x01" * 256
known_classes: "dict[int, bytes]" = {}


def members(letter: int) -> "str | None":
    """Return the bytes of the class with that (small) letter, as ranges; None: no such class."""
    return {
        97: "AZaz",  # a
        99: "\0\x1f\x7f\x7f",  # c
        100: "09",  # d
        103: "!~",  # g
        108: "az",  # l
        112: "!/:@[`{~",  # p
        115: "\t\r  ",  # s
        117: "AZ",  # u
        119: "09AZaz",  # w
        120: "09AFaf",  # x
        122: "\0\0",  # z
    }.get(letter)


def class_of(letter: int) -> bytes:
    """Return the table of `%letter`: a class, its complement, or the character itself."""
    table = known_classes.get(letter)
    if table is not None:
        return table
    flags = bytearray(256)
    ranges = members(letter | 32) if 65 <= letter <= 122 else None
    if ranges is None:
        flags[letter] = 1
        return bytes(flags)
    for at in range(0, len(ranges), 2):
        for code in range(ord(ranges[at]), ord(ranges[at + 1]) + 1):
            flags[code] = 1
    if letter < 97:
        for code in range(256):
            flags[code] ^= 1
    table = known_classes[letter] = bytes(flags)
    return table


def set_of(p: bytes, at: int, end: int) -> bytes:
    """Return the table of the set p[at:end], whose `[` is at `at` and whose `]` is at `end`."""
    flags = bytearray(256)
    negative = p[at + 1] == 94
    if negative:
        at += 1
    at += 1
    while at < end:
        if p[at] == 37:
            at += 1
            table = class_of(p[at])
            for code in range(256):
                if table[code]:
                    flags[code] = 1
        elif p[at + 1] == 45 and at + 2 < end:
            for code in range(p[at], p[at + 2] + 1):
                flags[code] = 1
            at += 2
        else:
            flags[p[at]] = 1
        at += 1
    if negative:
        for code in range(256):
            flags[code] ^= 1
    return bytes(flags)


def set_end(p: bytes, at: int) -> int:
    """Return the index of the `]` of the set that starts at `at`; ValueError: there is none."""
    size = len(p)
    at += 1
    if at < size and p[at] == 94:
        at += 1
    while True:
        if at >= size:
            raise ValueError("malformed pattern (missing ']')")
        at += 2 if p[at] == 37 and at + 1 < size else 1
        if at < size and p[at] == 93:
            return at


def single(p: bytes, at: int) -> "tuple[Any, int]":
    """Read the class at `at`; return it (a byte, or a table) and where it ends.

    Raises ValueError with the message for a malformed one.
    """
    code = p[at]
    if code == 37:
        if at + 1 == len(p):
            raise ValueError("malformed pattern (ends with '%')")
        code = p[at + 1]
        if 97 <= code | 32 <= 122 and members(code | 32) is not None:
            return class_of(code), at + 2
        return code, at + 2
    if code == 91:
        end = set_end(p, at)
        return set_of(p, at, end), end + 1
    if code == 46:
        return ANY, at + 1
    return code, at + 1


def table_for(what: "Any") -> bytes:
    """Return the table of a class that `single` read."""
    if type(what) is int:
        flags = bytearray(256)
        flags[what] = 1
        return bytes(flags)
    table: bytes = what
    return table


def compile_items(p: bytes) -> "tuple[list[tuple[Any, ...]], int]":
    """Compile a pattern without its leading `^`; return the items and the number of captures."""
    items: "list[tuple[Any, ...]]" = []
    opened: "list[int]" = []  # captures that are still open
    closed: "list[int]" = []
    captures = 0
    at = 0
    size = len(p)
    try:
        while at < size:
            code = p[at]
            after = p[at + 1] if at + 1 < size else 0
            if code == 40:
                if captures == MAX_CAPTURES:
                    raise ValueError("too many captures")
                captures += 1
                if after == 41:
                    items.append((POSITION, 2 * captures, 0))
                    closed.append(captures)
                    at += 1
                else:
                    items.append((OPEN, 2 * captures, 0))
                    opened.append(captures)
                at += 1
            elif code == 41:
                if not opened:
                    raise ValueError("invalid pattern capture")
                closed.append(opened[-1])
                items.append((CLOSE, 2 * opened.pop(), 0))
                at += 1
            elif code == 36 and at + 1 == size:
                items.append((END, None, 0))
                at += 1
            elif code == 37 and after == 98:
                if at + 3 >= size:
                    raise ValueError("malformed pattern (missing arguments to '%b')")
                items.append((BALANCE, (p[at + 2], p[at + 3]), 0))
                at += 4
            elif code == 37 and after == 102:
                at += 2
                if at >= size or p[at] != 91:
                    raise ValueError("missing '[' after '%f' in pattern")
                end = set_end(p, at)
                items.append((FRONTIER, set_of(p, at, end), 0))
                at = end + 1
            elif code == 37 and 48 <= after <= 57:
                number = after - 48
                if number not in closed:
                    raise ValueError("invalid capture index %%%d" % number)
                items.append((BACK, 2 * number, 0))
                at += 2
            else:
                what, at = single(p, at)
                times = p[at] if at < size else 0
                if times == 42 or times == 43:
                    items.append((GREEDY, table_for(what), times - 42))
                elif times == 45:
                    items.append((LAZY, table_for(what), 0))
                elif times == 63:
                    items.append((OPTIONAL, table_for(what), 0))
                elif type(what) is int:
                    if items and items[-1][0] == LITERAL:
                        what = items.pop()[1] + bytes([what])
                    else:
                        what = bytes([what])
                    items.append((LITERAL, what, 0))
                    continue
                else:
                    items.append((CLASS, what, 0))
                    continue
                at += 1
    except ValueError as error:
        items.append((FAULT, error.args[0], 0))
    items.append((DONE, None, 0))
    return tighten(items), captures


def tighten(items: "list[tuple[Any, ...]]") -> "list[tuple[Any, ...]]":
    """Turn GREEDY into ALL where what follows cannot begin with a byte of the class."""
    for at in range(len(items)):
        what, table, least = items[at]
        if what != GREEDY:
            continue
        after = at + 1
        while OPEN <= items[after][0] <= POSITION:
            after += 1
        follows, argument, minimum = items[after]
        if (
            follows in (DONE, END)
            or (follows == LITERAL and not table[argument[0]])
            or (
                (follows == CLASS or (GREEDY <= follows <= ALL and minimum == 1))
                and disjoint(table, argument)
            )
        ):
            items[at] = (ALL, table, least)
    return items


def disjoint(a: bytes, b: bytes) -> bool:
    """Tell whether two classes have no byte in common."""
    return not any(a[code] and b[code] for code in range(256))
