"""What the compiler knows of the builtins, by dotted name: which ones suspend, and what they do
with functions handed to them. Names absent here are taken to pass functions on to anybody.

Two kinds of suspension are told apart. A **wait** gives the task back to the process (`sleep`); a
**yield** gives control to whoever resumed the coroutine. A `coroutine.resume` absorbs yields and
lets waits through, so a program that uses coroutines as generators only stays fast.
"""

WAIT = 1
YIELD = 2

# Builtins that suspend when called.
SUSPENDING = {
    "sleep": WAIT,
    "recv": WAIT,
    "call": WAIT,
    "hop.to": WAIT,
    "hop.away": WAIT,
    "fs.read": WAIT,
    "fs.write": WAIT,
    "fs.append": WAIT,
    "fs.list": WAIT,
    "fs.stat": WAIT,
    "fs.exists": WAIT,
    "fs.remove": WAIT,
    "fs.rename": WAIT,
    "fs.mkdir": WAIT,
    "fs.copy": WAIT,
    "fs.open": WAIT,
    "alt": WAIT,
    "par": WAIT,
    "seq": WAIT,
    "coroutine.yield": YIELD,
}

# Methods of the API's objects that suspend, and the globals a program must name to get such an
# object: `read` is an ordinary name in a program that never says `fs`.
SUSPENDING_METHODS = {
    "join": ("spawn",),
    "read": ("fs", "port", "sensor", "onewire"),
    "write": ("fs", "port"),
    "seek": ("fs",),
    "close": ("fs",),
    "send": ("chan",),
    "recv": ("chan",),
    "ask": ("group",),
    "elect": ("group",),
    "members": ("group",),
    "clock": ("group",),
}

# Builtins whose result, when called, suspends, and methods with the same kind of result.
GIVES_SUSPENDING = {"fs.lines": WAIT}
METHODS_GIVE = {"lines": "fs.lines"}

# They call their first argument at once, in a way that can suspend.
CALLS_FIRST = {"pcall", "xpcall"}

# They make a coroutine of their first argument; wrap's result runs it.
COROUTINE_MAKERS = {"coroutine.create", "coroutine.wrap"}
COROUTINE_RUNNERS = {"coroutine.resume", "coroutine.close"}

# They put their arguments into a table.
STORES = {"table.insert", "rawset", "table.pack", "table.move"}

# Functions handed to these are run as tasks of their own, or called directly (where suspending is
# an error when it happens): they go nowhere else.
KEEPS_TO_ITSELF = {
    "spawn",
    "after",
    "every",
    "subscribe",
    "serve",
    "on_signal",
    "hop.on_arrive",
    "fs.watch",
    "print",
    "log",
    "type",
    "tostring",
    "table.sort",
    "string.gsub",
    "ipairs",
    "pairs",
}

# Calling these never gives a function that the program wrote.
GIVES_NO_FUNCTION = {
    "type",
    "tostring",
    "tonumber",
    "print",
    "log",
    "error",
    "rawequal",
    "rawlen",
    "spawn",
    "after",
    "every",
    "subscribe",
    "fs.watch",
    "sensor",
    "actuator",
    "pin",
    "adc",
    "pwm",
    "i2c",
    "onewire",
    "neopixel",
    "now",
    "ipairs",
    "pairs",
    "collectgarbage",
    "table.concat",
    "table.insert",
    "table.sort",
    "coroutine.create",
    "coroutine.status",
    "coroutine.running",
    "coroutine.isyieldable",
}

# They bring in text that is not known yet and shares the globals. (`require` finds modules that
# were compiled with the program; only in a text that `load` compiled they are not known.)
LOADERS = {"load"}

# The names that a fresh program's global table holds.
GLOBALS = {
    "_G", "_VERSION", "actuator", "adc", "after", "alt", "assert", "broadcast", "call", "cast",
    "chan", "collectgarbage", "coroutine", "debug", "error", "every", "exit", "fs", "getmetatable",
    "group", "hop", "i2c", "ipairs", "json", "load", "log", "math", "neopixel", "next", "node",
    "now", "on_signal", "onewire", "os", "package", "pairs", "par", "pcall", "pin", "port", "print",
    "process", "publish", "pwm", "rawequal", "rawget", "rawlen", "rawset", "recv", "require",
    "select", "sensor", "seq", "serve", "setmetatable", "signal", "sleep", "space", "spawn",
    "stream", "string", "subscribe", "table", "tonumber", "tostring", "type", "utf8", "where",
    "xpcall",
}  # fmt: skip

# As the values of a generic `for`, calls of these bring no fourth one, to be closed after it.
NOTHING_TO_CLOSE = {
    "pairs",
    "ipairs",
    "next",
    "string.gmatch",
    "utf8.codes",
    "coroutine.wrap",
    "fs.lines",
}

# Every function in these libraries gives no function either, gmatch's iterator aside, which does
# not suspend.
PURE_LIBRARIES = {"string", "math", "utf8", "os", "json"}
