"""Programs that want more memory than there is: name -> Lua source."""

# One call each that would make a string far too long, of `big`, which is not too long.
STRINGS = {
    "rep": "('x'):rep(1 << 30)",
    "rep of big": "big:rep(1000)",
    "rep with a separator": "('x'):rep(1000, big)",
    "format of %s": "('%s'):rep(200):format(table.unpack(copies))",
    "format of %s and %5.1f": "('%s'):rep(200, '%5.1f'):format(table.unpack(mixed))",
    "table.concat": "table.concat(copies)",
    "table.concat with a separator": "table.concat(numbers, big)",
    "table.concat of numbers and strings": "table.concat(mixed)",
    "gsub of plain text": "big:gsub('x', big)",
    "gsub of a pattern": "big:gsub('.', big)",
    "gsub with captures": "big:gsub('^.*$', ('%0'):rep(1000))",
    "gsub with a function": "big:gsub('.', function() return big end)",
    "string.pack": "string.pack(('s4'):rep(200), table.unpack(copies))",
    "string.pack of one": "string.pack('c2000000000', 'x')",
    "json.encode": "json.encode(table.move(copies, 1, 60, 1, {}))",
}
MAKE = """local big = ('x'):rep(BIG)
local copies, mixed, numbers = {}, {}, {}
for i = 1, 400 do copies[i] = big mixed[i] = i % 2 == 0 and i or big numbers[i] = i end
"""

# Whole programs, to be run with `--! memory = 24M`, and how their error begins (a pattern).
OVERFLOW = r"(greedy\.lua:\d+: )*(C )?stack overflow"
NO_MEMORY = r"(greedy\.lua:\d+: )?not enough memory"
PROGRAMS = {
    "recursion": ("local function f() return 1 + f() end f()", OVERFLOW),
    "recursion of a function that could wait": (
        "local function f(n) if n == 0 then sleep(1) end return 1 + f(n + 1) end f(1)",
        OVERFLOW,
    ),
    "recursion by metamethods": (
        "local m = {} function m.__index(t, k) return t[k] .. 'x' end return setmetatable(m, m).x",
        OVERFLOW,
    ),
    "recursion by pcall": (
        "local function f() local ok, why = pcall(f) error(why, 0) end f()",
        OVERFLOW,
    ),
    "recursion by gsub": (
        "local function f() return (('x'):gsub('x', f)) .. 'x' end f()",
        OVERFLOW,
    ),
    "recursion by sort": ("local function f() table.sort({2, 1}, f) return true end f()", OVERFLOW),
    "recursion by coroutines": (
        "local function f() return coroutine.wrap(f)() .. 'x' end f()",
        OVERFLOW,
    ),
    "rep": ("print(#('x'):rep(1 << 30))", NO_MEMORY),
    "doubling": ("local s = 'x' while true do s = s .. s end", NO_MEMORY),
    "a table": ("local t = {} for i = 1, 1e9 do t[i] = {} end", NO_MEMORY),
    "packed values": (
        "local t = {} for i = 1, 1e9 do t[i] = table.pack(table.unpack(t, 1, 5000)) end",
        NO_MEMORY,
    ),
    "too many values": (
        "print(table.unpack({}, 1, 100000000))",
        r"greedy\.lua:\d+: too many results to unpack",
    ),
}
