"""What is known of a value before a program runs, and what operators make of it.

A fact is a tuple (types, low, high): the types that the value may have, as bits, and the range of
its integers (0, 0 if it is none). Above the types stand the objects, a bit for each place in the
program that makes tables or functions: which of these the value may be. FOREIGN says that it may be
any other as well. NOTHING says that no value was seen yet. Ranges may go beyond 64
bits where the result of an operator stands unwrapped; `wrapped` is what PUC Lua makes of it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    Fact = tuple[int, int, int]

NIL = 1
BOOL = 2
INT = 4
FLOAT = 8
STR = 16
TABLE = 32
FUNCTION = 64
OTHER = 128
ANY = 255
NUMBER = 12
LIKELY = 256  # not a type: somewhere on its way the value was a float
FOREIGN = 512  # tables and functions may be among the values that nobody keeps track of
SHIFT = 10  # from here on a bit for each table constructor and function that it may come from

LEAST = -0x8000000000000000
MOST = 0x7FFFFFFFFFFFFFFF
EXACT = 1 << 53  # integers up to here are the same as floats
SMALL = 0x3FFFFFFF

NOTHING = (0, 0, 0)
UNKNOWN = (ANY | FOREIGN, LEAST, MOST)
TRUTH = (BOOL, 0, 0)
REAL = (FLOAT | LIKELY, 0, 0)
TEXT = (STR, 0, 0)
WHOLE = (INT, LEAST, MOST)
NUMERIC = (NUMBER, LEAST, MOST)
COUNT = (INT, 0, EXACT)  # of what is in memory

# Kinds, the emitter's words for facts.
KINDS = {
    "": UNKNOWN,
    "nil": (NIL, 0, 0),
    "bool": TRUTH,
    "pybool": TRUTH,
    "int": WHOLE,
    "small": (INT, -SMALL, SMALL),
    "float": REAL,
    "num": NUMERIC,
    "str": TEXT,
    "table": (TABLE | FOREIGN, 0, 0),
    "function": (FUNCTION | FOREIGN, 0, 0),
}
NAMES = {
    NIL: "nil",
    BOOL: "bool",
    INT: "int",
    FLOAT: "float",
    NUMBER: "num",
    STR: "str",
    TABLE: "table",
    FUNCTION: "function",
}


def kind_name(fact: "Fact") -> str:
    """Return the kind of a value: one of KINDS, "" if there is no word for it."""
    types = fact[0] & ANY
    if types == INT and fact[1] > -SMALL and fact[2] < SMALL:
        return "small"
    return NAMES.get(types, "")


def constant(value: "bool | int | float | str | None") -> "Fact":
    """Return the fact of a constant."""
    if value is None:
        return (NIL, 0, 0)
    if value is True or value is False:
        return TRUTH
    if type(value) is str:
        return TEXT
    if type(value) is float:
        return REAL
    return (INT, value, value)  # type: ignore[return-value]


def join(a: "Fact", b: "Fact") -> "Fact":
    """Return what is known of a value that is one of two."""
    if a == b or not b[0]:
        return a
    if not a[0]:
        return b
    types = a[0] | b[0]
    if not b[0] & INT:
        return (types, a[1], a[2])
    if not a[0] & INT:
        return (types, b[1], b[2])
    return (types, min(a[1], b[1]), max(a[2], b[2]))


def without(a: "Fact", types: int) -> "Fact":
    """Return the fact of a value that has none of these types (integers aside)."""
    return (a[0] & ~types, a[1], a[2])


def wrapped(fact: "Fact") -> "Fact":
    """Return the fact of a number brought back into 64 bits."""
    if fact[1] < LEAST or fact[2] > MOST:
        return (fact[0], LEAST, MOST)
    return fact


def within(fact: "Fact", low: int, high: int) -> bool:
    """Are its integers, if it has any, in this range?"""
    return not fact[0] & INT or (low <= fact[1] and fact[2] <= high)


def size_of(fact: "Fact") -> int:
    """Return how far from 0 its integers may be."""
    return max(-fact[1], fact[2])


def as_integers(fact: "Fact") -> "Fact":
    """Return the fact of an operand that is made an integer first."""
    return fact if not fact[0] & (FLOAT | STR | TABLE | OTHER) else (fact[0], LEAST, MOST)


def binary(op: str, a: "Fact", b: "Fact", meta: bool) -> "Fact":
    """Return the fact of `a op b`, not wrapped; meta: metamethods may come in."""
    if op in ("==", "~=", "<", "<=", ">", ">="):
        return TRUTH
    if not a[0] or not b[0]:
        return NOTHING
    if op == "..":
        return UNKNOWN if meta and (a[0] | b[0]) & (TABLE | OTHER) else TEXT
    if meta and (a[0] | b[0]) & (TABLE | OTHER | STR):
        return (ANY | FOREIGN | ((a[0] | b[0]) & LIKELY), 2 * LEAST, 2 * MOST)
    if op == "/" or op == "^":
        return REAL
    if op in ("&", "|", "~", "<<", ">>"):
        return bits(op, as_integers(a), as_integers(b))
    types = (a[0] | b[0]) & (FLOAT | LIKELY)
    if (a[0] | b[0]) & STR:
        types |= FLOAT
    if not (a[0] & (INT | STR) and b[0] & (INT | STR)):
        return (types, 0, 0) if types & FLOAT else NOTHING  # an error, if no number
    types |= INT
    if (a[0] | b[0]) & STR:
        return (types, 2 * LEAST, 2 * MOST)
    return ranges(op, types, a, b)


def ranges(op: str, types: int, a: "Fact", b: "Fact") -> "Fact":
    """Return the fact of + - * // % of two integers."""
    if op == "+":
        return (types, a[1] + b[1], a[2] + b[2])
    if op == "-":
        return (types, a[1] - b[2], a[2] - b[1])
    if op == "*":
        products = (a[1] * b[1], a[1] * b[2], a[2] * b[1], a[2] * b[2])
        return (types, min(products), max(products))
    if op == "%":
        if a[1] >= 0 and b[1] > 0:
            return (types, 0, min(a[2], b[2] - 1))
        return (types, min(0, b[1] + 1), max(0, b[2] - 1))
    if b[1] > 0:
        return (types, min(a[1], 0), max(a[2], 0))
    return wrapped((types, -size_of(a), size_of(a)))


def bits(op: str, a: "Fact", b: "Fact") -> "Fact":
    """Return the fact of an operator on bits."""
    if op == "&":
        if a[1] >= 0 or b[1] >= 0:
            ends = [fact[2] for fact in (a, b) if fact[1] >= 0]
            return (INT, 0, min(ends))
        return WHOLE
    if op == "<<":
        if b[1] >= 0 and b[2] < 64:
            return (INT, min(a[1] << b[1], a[1] << b[2]), max(a[2] << b[1], a[2] << b[2]))
        return WHOLE
    if op == ">>":
        if b[1] >= 0 and a[1] >= 0:
            return (INT, 0, a[2])
        if b[1] >= 1:
            return (INT, 0, MOST)
        return WHOLE
    most = 1
    while most <= size_of(a) or most <= size_of(b):
        most *= 2
    return wrapped((INT, 0 if a[1] >= 0 and b[1] >= 0 else -most, most - 1))


def minus(a: "Fact", meta: bool) -> "Fact":
    """Return the fact of `-a`, not wrapped."""
    return binary("-", (INT, 0, 0), a, meta)


def length(a: "Fact", meta: bool) -> "Fact":
    """Return the fact of `#a`."""
    if not a[0]:
        return NOTHING
    return UNKNOWN if meta and a[0] & (TABLE | OTHER) else COUNT


def both(a: "Fact", b: "Fact") -> "Fact":
    """Return the fact of `a and b`."""
    if not a[0]:
        return NOTHING
    return join((a[0] & (NIL | BOOL), 0, 0), b) if a[0] & (NIL | BOOL) else b


def either(a: "Fact", b: "Fact") -> "Fact":
    """Return the fact of `a or b`."""
    if not a[0]:
        return NOTHING
    return join(without(a, NIL), b) if a[0] & (NIL | BOOL) else a
