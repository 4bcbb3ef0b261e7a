"""Calls of library functions with wrong and missing arguments, and errors that go through them."""

from collections.abc import Iterator

# A call that does, argument by argument.
CALLS = {
    "assert": ["1", '"why"'],
    "collectgarbage": ['"count"'],
    "error": ['"why"', "1"],
    "getmetatable": ["{}"],
    "ipairs": ["{}"],
    "load": ['"return 1"', '"=name"', '"t"', "{}"],
    "next": ["{}", "nil"],
    "pairs": ["{}"],
    "pcall": ["print"],
    "rawequal": ["1", "2"],
    "rawget": ["{}", "1"],
    "rawlen": ["{}"],
    "rawset": ["{}", "1", "2"],
    "select": ["1", "2"],
    "setmetatable": ["{}", "{}"],
    "tonumber": ['"10"', "10"],
    "tostring": ["1"],
    "type": ["1"],
    "xpcall": ["ID", "ID", "1"],
    "coroutine.close": ["coroutine.create(ID)"],
    "coroutine.create": ["ID"],
    "coroutine.isyieldable": [],
    "coroutine.resume": ["coroutine.create(ID)", "1"],
    "coroutine.running": [],
    "coroutine.status": ["CO"],
    "coroutine.wrap": ["ID"],
    "math.abs": ["1"],
    "math.acos": ["1"],
    "math.asin": ["1"],
    "math.atan": ["1", "2"],
    "math.ceil": ["1.5"],
    "math.cos": ["1"],
    "math.deg": ["1"],
    "math.exp": ["1"],
    "math.floor": ["1.5"],
    "math.fmod": ["7", "2"],
    "math.log": ["2", "10"],
    "math.max": ["1", "2", "3"],
    "math.min": ["1", "2", "3"],
    "math.modf": ["1.5"],
    "math.rad": ["1"],
    "math.random": ["1", "2"],
    "math.randomseed": ["1", "2"],
    "math.sin": ["1"],
    "math.sqrt": ["1"],
    "math.tan": ["1"],
    "math.tointeger": ["1.0"],
    "math.type": ["1"],
    "math.ult": ["1", "2"],
    "os.date": ['"%Y"', "0"],
    "os.difftime": ["2", "1"],
    "os.time": ["{year = 2020, month = 1, day = 1}"],
    "string.byte": ['"abc"', "1", "2"],
    "string.char": ["65", "66"],
    "string.find": ['"abc"', '"b"', "1", "true"],
    "string.format": ['"%d"', "1"],
    "string.gmatch": ['"abc"', '"b"', "1"],
    "string.gsub": ['"abc"', '"b"', '"c"', "1"],
    "string.len": ['"abc"'],
    "string.lower": ['"abc"'],
    "string.match": ['"abc"', '"b"', "1"],
    "string.pack": ['"i4"', "1"],
    "string.packsize": ['"i4"'],
    "string.rep": ['"x"', "3", '","'],
    "string.reverse": ['"abc"'],
    "string.sub": ['"abc"', "1", "2"],
    "string.unpack": ['"i1"', '"abc"', "1"],
    "string.upper": ['"abc"'],
    "table.concat": ["{1, 2}", '","', "1", "2"],
    "table.insert": ["{1, 2}", "1", "3"],
    "table.move": ["{1, 2}", "1", "2", "3", "{}"],
    "table.pack": ["1"],
    "table.remove": ["{1, 2}", "1"],
    "table.sort": ["{2, 1}", "LESS"],
    "table.unpack": ["{1, 2}", "1", "2"],
    "utf8.char": ["65", "66"],
    "utf8.codepoint": ['"abc"', "1", "2", "true"],
    "utf8.codes": ['"abc"', "true"],
    "utf8.len": ['"abc"', "1", "2", "true"],
    "utf8.offset": ['"abc"', "1", "1"],
}
WRONG = ["nil", '"zz"', "1.5", "{}"]
WRONG_FIRST = ["true", "NAMED", "-100"]  # these for the first argument only

# What goes wrong in other ways.
SPECIAL = r"""
local rep = string.rep; rep()
local s = "x"; s.rep(s, {})
local s = "x"; s:rep({})
local s = "x"; s:rep()
local f = math.floor; return f({})
local f = math.floor; local r = f({})
local m = {f = math.floor}; m.f("x")
local m = {f = math.floor}; m:f("x")
local m = {string.rep}; m[1]()
return pcall(string.rep)
RETHROW(pcall(string.rep))
RETHROW(pcall(math.floor, {}))
RETHROW(pcall(table.concat, {{}}))
RETHROW(pcall(setmetatable, 1))
RETHROW(pcall(pcall))
RETHROW(pcall(xpcall))
RETHROW(pcall(xpcall, print))
RETHROW(pcall(error))
RETHROW(pcall(error, "text"))
RETHROW(pcall(error, "text", 0))
RETHROW(pcall(error, nil))
RETHROW(pcall(error, {}))
RETHROW(pcall(nil))
RETHROW(pcall({}))
RETHROW(pcall("text"))
RETHROW(pcall(coroutine.wrap(function() error("in") end)))
RETHROW(pcall(coroutine.wrap(function() local x; x() end)))
RETHROW(coroutine.resume(coroutine.create(function() local x; x() end)))
RETHROW(coroutine.resume(coroutine.create(math.floor), {}))
RETHROW(coroutine.close(coroutine.create(print)))
RETHROW(coroutine.resume(coroutine.running()))
local co = coroutine.wrap(ID); co(); co()
local co = coroutine.create(ID); coroutine.resume(co); RETHROW(coroutine.resume(co))
coroutine.close(coroutine.running())
coroutine.yield(1)
string.gsub("abc", "b", string.rep)
string.gsub("abc", "b", function(x) local y = x.z.w end)
string.gsub("abc", "b", function() return {} end)
string.gsub("abc", "b", {b = true})
string.gsub("abc", "b", {b = print})
string.gsub("abc", "b", "%2")
string.gsub("abc", "b", "%")
string.gsub("abc", "b", "%x")
string.gsub("abc", "(", "x")
string.gsub("abc", ")", "x")
string.gsub("abc", "[b", "x")
string.gsub("abc", "%", "x")
string.gsub("abc", "%b", "x")
string.gsub("abc", "%f", "x")
string.gsub("abc", "%1", "x")
string.gsub("abc", "(b%1)", "x")
string.gsub("abc", "b", error)
string.gsub("abc", "b", setmetatable({}, {__index = error}))
string.gsub("abc", "b", math.floor)
("abc"):gsub("b", math.floor)
("abc"):gsub("b", rawset)
("abc"):gsub("b")
("abc"):gsub()
for a in ("abc"):gmatch("(") do end
for a in string.gmatch("abc", "[") do end
string.find("abc", ("("):rep(33))
string.format("%d", 1.5)
string.format("%d", "1.5")
string.format("%d", "x")
string.format("%x", 2^64)
string.format("%c", "x")
string.format("%s")
string.format("%q", {})
string.format("%q", print)
string.format("%10q", "x")
string.format("%y", 1)
string.format("%", 1)
string.format("%123d", 1)
string.format("%.123d", 1)
string.format("%0123d", 1)
string.format("%-+ #0d", 1)
string.format("%#d", 1)
string.format("%+s", 1)
string.format("%020s", "x")
string.format("%20p", {}, nil)
string.format("%.5p", {})
string.format("%i %i", 1)
string.format("%a", "x")
string.format("%s", BADTOSTRING)
string.format("%.3s", "a\0b")
string.format("%10s", "a\0b")
("xx"):rep(1 << 62)
string.rep("x", 1 << 62, "and")
string.char(256)
string.char(-1)
string.char(65, 256)
string.byte(("x"):rep(10), 1, 1e10)
string.pack("i17", 1)
string.pack("i1", 200)
string.pack("I1", -1)
string.pack("z", "a\0b")
string.pack("s1", ("x"):rep(300))
string.pack("Xz")
string.pack("X")
string.pack("!3 i4", 1)
string.pack("y", 1)
string.pack("c", "x")
string.pack("c1", "xx")
string.unpack("i4", "abc")
string.unpack("z", "abc")
string.unpack("s1", "\5abc")
string.unpack("i16", ("\255"):rep(8) .. ("\1"):rep(8))
string.unpack("i4", "abcd", 10)
string.unpack("c2000000000", "x")
string.packsize("s")
string.packsize("z")
string.packsize("c2147483647c2147483647")
table.concat({1, {}, 3})
table.concat({1, nil, 3}, ",", 1, 3)
table.concat({print})
table.concat({1, 2}, {}, 1, 2)
table.concat({}, ",", 1, 1)
table.concat(setmetatable({}, {__len = function() return "x" end}))
table.concat(setmetatable({}, {__len = function() return 1.5 end}))
table.insert({1, 2}, 5, 1)
table.insert({1, 2}, 0, 1)
table.insert({1, 2}, 1.5, 1)
table.insert({1, 2}, "x", 1)
table.insert({}, 1, 2, 3)
table.insert({})
table.insert(nil, 1)
table.insert(NAMED, 1, 2, 3)
table.remove({1, 2}, 5)
table.remove({1, 2}, -1)
table.unpack({}, 1, 1e7)
table.unpack({}, math.mininteger, math.maxinteger)
table.sort({3, 2, "x"})
table.sort({3, {}, 1})
table.sort({{}, {}})
table.sort({3, 2, 1}, function(a, b) return a.x end)
table.sort({3, 2, 1}, math.floor)
table.sort({"a", "b"}, string.rep)
table.sort({"a", "b"}, math.floor)
table.sort({3, 2, 1}, error)
table.sort({NAMED, NAMED})
math.random(0, -1)
math.random(1, 2, 3)
math.random(-5)
math.fmod(1, 0)
math.tointeger("x")
math.tointeger("8")
math.floor("x")
math.floor("8.5x")
math.abs()
math.max()
math.min()
math.max(1, nil)
math.max(nil)
math.max(1, 2, {})
math.min("x")
math.ult(1.5, 2)
select(0)
select(-5, 1)
select("x")
select()
setmetatable({}, 1)
setmetatable({})
setmetatable(setmetatable({}, {__metatable = 1}), {})
getmetatable()
rawset({}, nil, 1)
rawset({}, 0/0, 1)
rawlen(5)
rawget(1, 2)
rawequal(1)
next({}, 1)
next({}, {})
next({}, nil, 1)
tonumber("10", 99)
tonumber(10, 10)
tonumber()
tonumber({}, 10)
tonumber("1", 1.5)
tostring()
tostring(BADTOSTRING)
tostring(setmetatable({}, {__tostring = 1}))
tostring(setmetatable({}, {__tostring = function() error("deep") end}))
tostring(setmetatable({}, {__tostring = function(x) return x.y.z end}))
print(BADTOSTRING)
print(setmetatable({}, {__tostring = function() return 1 end}))
type()
ipairs()
pairs()
pairs(nil)
pairs(1)
ipairs(nil)
for k in pairs(nil) do end
for k in pairs() do end
for k, v in ipairs(nil) do end
for k, v in ipairs() do end
for k, v in next, nil do end
for k, v in next, {}, 1 do end
for k, v in string.rep do end
for k, v in math.floor, {} do end
for k, v in pairs(setmetatable({}, {__pairs = 1})) do end
for k, v in pairs(setmetatable({}, {__pairs = function() return 1 end})) do end
for k, v in pairs(setmetatable({}, {__pairs = error})) do end
collectgarbage("nothing")
collectgarbage({})
os.time({})
os.time({year = 2020, month = "x", day = 1})
os.time({year = 2020, month = 1.5, day = 1})
os.time({year = 1e100, month = 1, day = 1})
os.date("%E")
os.date("%Ez")
os.date("*t", 1e100)
os.date("%y", "x")
utf8.char(-1)
utf8.char("x")
utf8.char(1 << 40)
utf8.codepoint("abc", 10)
utf8.codepoint("abc", 1, 10)
utf8.codepoint("\xff")
utf8.len("abc", 10)
utf8.len("abc", 1, 10)
utf8.len({})
utf8.offset("abc", 1, 10)
utf8.offset("\x80", 1)
for p, c in utf8.codes("a\xffb") do end
for p, c in utf8.codes({}) do end
for p, c in utf8.codes() do end
load(5)
load()
load({})
load(function() return {} end)
load(function() error("reading") end)
load("x", {})
load("x = 1", "=name", {})
load("return x", "name", "t", 1)()
load("return x.y", "name", "t", nil)()
load("x = 1", "name", "t", "env")()
load("return x.y.z", "=name")()
load("return x.y.z", "@file.lua")()
load("return x.y.z")()
load("\n\nreturn x.y.z", "=name")()
load("local a\nlocal b = a.c", "some text\nwith lines")()
load("local a = 1; return a()", "@" .. ("x"):rep(80))()
load("local a = 1; return a()", ("x"):rep(80))()
RETHROW(load("x ="))
RETHROW(load("x = = 1", "=name"))
RETHROW(load("\n\nx = 'abc", "@file.lua"))
RETHROW(load("goto nowhere"))
RETHROW(load("break"))
RETHROW(load("::a:: ::a::"))
RETHROW(load("goto f; local x; ::f:: print(x)"))
RETHROW(load("local x <const> = 1; x = 2"))
RETHROW(load("local x <foo> = 1"))
RETHROW(load("for i = 1 do end"))
RETHROW(load("return ..."))
RETHROW(load("function f() return ... end"))
RETHROW(load("if x then\n\n\n"))
RETHROW(load("f(\n\n"))
RETHROW(load("x = }"))
RETHROW(load("x = 'a\\q'"))
RETHROW(load("x = 3x"))
RETHROW(load("x = [[abc"))
RETHROW(load("x = \"a\nb\""))
RETHROW(load("a.b:c = 1"))
RETHROW(load("f() = 1"))
RETHROW(load("local function end"))
RETHROW(load("\27Lua"))
RETHROW(load("x = 1", "n", "b"))
string.nothing()
string.nothing.deeper()
math.nothing(1)
("x"):nothing()
("x").y.z = 1
local s = "x"; s.y = 1
string.rep = nil + 1
""".strip().split("\n")


def arguments() -> Iterator[str]:
    """Each function without its last arguments, and with each argument wrong in several ways."""
    for name, given in CALLS.items():
        for count in range(len(given)):
            if count or name not in UNSTEADY:
                yield f"return {name}({', '.join(given[:count])})"
        for at in range(len(given)):
            for wrong in WRONG + ([] if at else WRONG_FIRST):
                replaced = [*given[:at], wrong, *given[at + 1 :]]
                yield f"local r = {name}({', '.join(replaced)})"


# LuaJIT sometimes refuses a call without arguments of these and sometimes does not.
UNSTEADY = ("math.floor", "math.ceil")

# Where PUC Lua also has math.atan2 it says either name; so does lua54, whose runtime has `unpack`.
TWO_NAMES = ("math.atan", "table.unpack")


def by_other_names() -> Iterator[str]:
    """Calls without arguments by a local, a field, `pcall`, a tail call, a metamethod."""
    for name in CALLS:
        short = name.rpartition(".")[2]
        if name not in UNSTEADY:
            yield f"local {short} = {name}; local r = {short}()"
        yield f"local f = {name}; return f({{}}, {{}})"
        yield f"local t = {{f = {name}}}; t.f(true)"
        yield f"local t = {{f = {name}}}; t:f(true)"
        if name not in TWO_NAMES:
            yield f"RETHROW(pcall({name}, NAMED, NAMED))"
        if name.startswith("string."):
            yield f'local s = "x"; s:{short}(NAMED, NAMED)'
            yield f'return ("x"):{short}(true)'
        yield f"return setmetatable({{}}, {{__index = {name}}}).x"
        yield f"return setmetatable({{}}, {{__add = {name}}}) + 1"
