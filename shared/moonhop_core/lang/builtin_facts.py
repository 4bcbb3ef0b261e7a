"""What is known of the results of builtins, by dotted name (first result only)."""

from moonhop_core.lang.facts import (
    ANY,
    BOOL,
    COUNT,
    EXACT,
    FLOAT,
    FOREIGN,
    FUNCTION,
    INT,
    LEAST,
    MOST,
    NIL,
    NUMBER,
    NUMERIC,
    REAL,
    STR,
    TABLE,
    TEXT,
    UNKNOWN,
    WHOLE,
    join,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact

RESULTS = {
    "tonumber": (NUMBER | NIL, LEAST, MOST),
    "tostring": TEXT,
    "type": TEXT,
    "ipairs": (FUNCTION | FOREIGN, 0, 0),
    "rawlen": COUNT,
    "rawequal": (BOOL, 0, 0),
    "now": (NUMBER, -EXACT, EXACT),
    "os.clock": REAL,
    "math.tointeger": (INT | NIL, LEAST, MOST),
    "math.type": (STR | NIL, 0, 0),
    "math.ult": (BOOL, 0, 0),
    "string.len": COUNT,
    "string.byte": (INT | NIL, 0, 255),
    "string.find": (INT | NIL, 0, EXACT),
    "table.concat": TEXT,
}
for name in ("sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "exp", "log"):
    RESULTS["math." + name] = REAL
for name in ("sub", "rep", "format", "upper", "lower", "reverse", "char", "gsub"):
    RESULTS["string." + name] = TEXT

# Builtins that give exactly one value.
SINGLE = ["now", "os.clock", "rawequal", "rawget", "rawlen", "setmetatable"] + [
    "tonumber",
    "tostring",
    "type",
    "math.max",
    "math.min",
    "math.abs",
    "math.floor",
    "math.ceil",
    "math.fmod",
    "math.random",
    "math.tointeger",
    "math.type",
    "math.ult",
    "string.len",
    "table.concat",
]
for name in ("sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "exp", "log"):
    SINGLE.append("math." + name)
for name in ("sub", "rep", "format", "upper", "lower", "reverse", "char"):
    SINGLE.append("string." + name)

FIELDS = {
    "math.pi": REAL,
    "math.huge": REAL,
    "math.maxinteger": WHOLE,
    "math.mininteger": WHOLE,
}

LIBRARIES = ("string", "math", "table", "utf8", "coroutine", "os")

# Programs that mention no other globals than these, and their own, have no tables but those that
# they make: what their fields may hold is then known. Nor can they come to rest and hop.
ALONE = ("_VERSION", "assert", "collectgarbage", "coroutine", "error", "ipairs", "math", "next") + (
    "os.clock",
    "pairs",
    "pcall",
    "print",
    "rawequal",
    "rawget",
    "rawlen",
    "select",
    "setmetatable",
    "string",
    "table",
    "tonumber",
    "tostring",
    "type",
    "utf8",
    "xpcall",
)
# They make no tables with fields of their own either, but with one of them a program may hop.
HARMLESS = ("after", "every", "log", "now", "sleep", "spawn")


def result(name: str, args: "list[Fact]") -> "Fact":
    """Return the fact of what a builtin gives for these arguments (UNKNOWN if the program may have
    another function of that name: see `ProgramFacts.builtin`)."""
    known = RESULTS.get(name)
    if known is not None:
        return known
    if name in ("math.max", "math.min", "math.abs", "math.floor", "math.ceil", "math.fmod"):
        return of_numbers(name, args)
    if name == "math.random":
        return random(args)
    if name == "setmetatable" and args:
        return (TABLE | args[0][0] & ~ANY, 0, 0) if args[0][0] else args[0]
    return UNKNOWN


def of_numbers(name: str, args: "list[Fact]") -> "Fact":
    """Return the fact of a function of numbers that gives integers for integers."""
    found: "Fact" = (0, 0, 0)
    for arg in args:
        found = join(found, arg)
    if not found[0] & ANY or found[0] & ANY & ~NUMBER:
        return NUMERIC if found[0] else found
    if name == "math.max" or name == "math.min":
        return found
    if name == "math.abs" and found[0] & INT and found[1] > LEAST:
        return (found[0], 0, max(-found[1], found[2]))
    if found[0] & FLOAT or name == "math.fmod":
        return (NUMBER, LEAST, MOST)
    return found


def random(args: "list[Fact]") -> "Fact":
    """Return the fact of `math.random(…)`."""
    if not args:
        return REAL
    for arg in args:
        if arg[0] & ANY != INT:
            return WHOLE if arg[0] else arg
    if len(args) == 1:
        return (INT, 1, args[0][2]) if args[0][1] > 0 else WHOLE
    return (INT, args[0][1], args[1][2])
