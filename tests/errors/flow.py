"""Errors as they travel: levels, handlers, metamethods, `<close>`, deep stacks, lines."""

# ruff: noqa: E501 a snippet stands in a line

SNIPPETS = r"""
error()
error(nil)
error("text")
error("text", 0)
error("text", 1)
error("text", 2)
error("text", 3)
error("text", 99)
error("text", -1)
error("text", "1")
error("text", "x")
error("text", 1.5)
error(12)
error(12, 2)
error(1.5)
error({})
error(NAMED)
error(BADTOSTRING)
local function f() error("text", 2) end f()
local function f() error("text", 2) end; local r = f()
local function f() error("text", 2) end; return f()
local function f() error("text", 3) end; local function g() f() end g()
local function f() error() end f()
local t = {}; function t.f() error("text", 2) end t.f()
local t = {}; function t:f() error("text", 1) end t:f()
local e = error; e("text")
local e = error; return e("text")
return error("text")
assert(false)
assert(nil)
assert(nil, "text")
assert(false, nil)
assert(false, {})
assert(false, 12)
assert(false, BADTOSTRING)
assert()
return assert(false)
assert(pcall(error))
assert(load("x ="))
local a = assert; a(false)
SHOW(xpcall(error, function(m) return "handled " .. tostring(m) end, "text"))
SHOW(xpcall(function() local x; x() end, function(m) return "handled " .. m end))
SHOW(xpcall(function() error({}) end, type))
SHOW(xpcall(function() error("text", 0) end, function(m) error("again", 0) end))
SHOW(xpcall(function() error("text") end, setmetatable({}, {__call = function(_, m) return "H" .. m end})))
SHOW(xpcall(function() error("text") end, {}))
SHOW(xpcall(function() error("text") end, nil))
SHOW(xpcall(function() error("text") end, "handler"))
SHOW(xpcall(function() error("text") end, string.rep))
SHOW(xpcall(function() error("text") end, math.floor))
SHOW(xpcall(function() error("text") end, function(m) local x; return x.y end))
SHOW(xpcall(nil, function(m) return "H" .. m end))
SHOW(xpcall({}, function(m) return "H" .. m end))
SHOW(xpcall(string.rep, function(m) return "H" .. m end))
SHOW(xpcall(string.rep, function(m) return "H" .. m end, {}))
SHOW(pcall(pcall, error, "text"))
SHOW(pcall(pcall, nil))
SHOW(pcall(error, "text", 1))
SHOW(pcall(xpcall, error, ID, "text"))
SHOW(select("#", pcall(error)))
SHOW(pcall(setmetatable({}, {__call = function(_, x) error("called " .. x) end}), "y"))
SHOW(pcall(setmetatable({}, {__call = string.rep})))
local t = setmetatable({}, {__call = 1}); t()
local t = setmetatable({}, {__call = {}}); t()
local t = setmetatable({}, {__call = setmetatable({}, {__call = function(a, b) return b.x.y end})}); t()
local t = setmetatable({}, {__call = setmetatable({}, {__call = 1})}); t()
local t = setmetatable({}, {__call = function(self) return self.x.y end}); t()
local t = setmetatable({}, {__call = math.floor}); t()
local t = setmetatable({}, {__index = function(t, k) error("no " .. k) end}); return t.x
local t = setmetatable({}, {__index = function(t, k) error("no " .. k, 2) end}); return t.x
local t = setmetatable({}, {__index = function(t, k) return k.x.y end}); return t.x
local t = setmetatable({}, {__index = 1}); return t.x
local t = setmetatable({}, {__index = "abc"}); return t.x.y
local t = setmetatable({}, {__index = true}); return t.x
local t = setmetatable({}, {__newindex = function(t, k) error("no " .. k, 2) end}); t.x = 1
local t = setmetatable({}, {__newindex = 1}); t.x = 1
local t = setmetatable({}, {__newindex = true}); t[1] = 1
local t = setmetatable({}, {__add = function(a, b) error("no add") end}); return t + 1
local t = setmetatable({}, {__add = function(a, b) error("no add", 2) end}); return t + 1
local t = setmetatable({}, {__add = function(a, b) return a.x.y end}); return t + 1
local t = setmetatable({}, {__add = 1}); return t + 1
local t = setmetatable({}, {__add = {}}); return 1 + t
local t = setmetatable({}, {__sub = "x"}); return t - 1
local t = setmetatable({}, {__mul = true}); return t * 1
local t = setmetatable({}, {__div = true}); return t / 1
local t = setmetatable({}, {__mod = true}); return t % 1
local t = setmetatable({}, {__pow = true}); return t ^ 1
local t = setmetatable({}, {__idiv = true}); return t // 1
local t = setmetatable({}, {__band = true}); return t & 1
local t = setmetatable({}, {__bor = true}); return t | 1
local t = setmetatable({}, {__bxor = true}); return t ~ 1
local t = setmetatable({}, {__shl = true}); return t << 1
local t = setmetatable({}, {__shr = true}); return t >> 1
local t = setmetatable({}, {__bnot = true}); return ~t
local t = setmetatable({}, {__unm = 1}); return -t
local t = setmetatable({}, {__len = 1}); return #t
local t = setmetatable({}, {__concat = 1}); return t .. "x"
local t = setmetatable({}, {__concat = {}}); return "x" .. t
local t = setmetatable({}, {__eq = 1}); return t == setmetatable({}, getmetatable(t))
local t = setmetatable({}, {__lt = 1}); return t < 1
local t = setmetatable({}, {__lt = true}); return 1 > t
local t = setmetatable({}, {__le = 1}); return t <= t
local t = setmetatable({}, {__le = function(a, b) error("no le", 2) end}); return t <= t
local t = setmetatable({}, {__lt = function(a, b) return a.x.y end}); return t < t
local t = setmetatable({}, {__unm = function(a) error("no unm", 2) end}); return -t
local t = setmetatable({}, {__len = function(a) error("no len", 2) end}); return #t
local t = setmetatable({}, {__concat = function(a) error("no concat", 2) end}); return t .. "x"
local t = setmetatable({}, {__eq = function(a) error("no eq", 2) end}); return t == setmetatable({}, getmetatable(t))
local t = setmetatable({}, {__add = string.rep}); return t + 1
local t = setmetatable({}, {__index = string.rep}); return t.x
local t = setmetatable({}, {__newindex = math.floor}); t.x = 1
local t = setmetatable({}, {__len = math.floor}); return #t
local t = setmetatable({}, {__len = function() return "x" end}); for i = 1, #t do end
local t = setmetatable({}, {}); getmetatable(t).__index = t; return t.x
return NAMED.x.y
return NAMED + 1
return NAMED .. "x"
return NAMED < NAMED
return NAMED < 1
return 1 < NAMED
return NAMED <= {}
return NAMED < setmetatable({}, {__name = "Other"})
return #NAMED < NAMED
return NAMED & 1
return -NAMED
NAMED()
NAMED:x()
for i = NAMED, 2 do end
for i = 1, NAMED do end
for i in NAMED do end
string.rep(NAMED)
math.floor(NAMED)
setmetatable(1, NAMED)
tostring(NAMED):x()
local x <close> = 1
local x <close> = {}
local x <close> = "x"
local x <close> = NAMED
local x <close> = setmetatable({}, {__close = 1})
local x <close> = setmetatable({}, {__close = function() error("closing") end})
local x <close> = setmetatable({}, {__close = function() error("closing") end}); error("body")
local x <close> = setmetatable({}, {__close = function(_, e) error("after " .. tostring(e), 0) end}); error("body")
local x <close> = setmetatable({}, {__close = function(_, e) return e.x.y end}); error({})
local x <close> = setmetatable({}, {__close = string.rep})
do local x <close> = setmetatable({}, {__close = function() local y; y() end}) end
for a in ID, nil, nil, 1 do end
for a in ID, nil, nil, {} do end
for a in ID, nil, nil, setmetatable({}, {__close = function() error("loop closing") end}) do end
local function f() return f() end; local function g() return 1 + g() end; g()
local t = setmetatable({}, {}); getmetatable(t).__index = function(t, k) return t[k] end; SHORT(pcall(ID2, t))
return 1 // 0
return 1 % 0
local a, b = 1, 0; return a // b
local a, b = 1, 0; return a % b
local a = 5; return a // 0
local a = 5; a = a % 0
return math.mininteger // 0
return 1 // 0.0
return 2^63 | 1
return 2^53 | 1
local x = 2^63; return x | 1
local x = 1e100; return 1 & x
local x = -1e100; return ~x
local x = "1e100"; return x | 1
local x = "abc"; return x | 1
local x = "1.5"; return x << 1
return "10" + 1
return "abc" + 1
return {} + "abc"
return "abc" + {}
return -"abc"
return 1 < "2"
return "a" < 1
return nil < nil
return true < false
return {} < {}
return print < print
return {} <= "x"
return nil > 1
local t = {}; t[nil] = 1
local t = {}; t[0/0] = 1
local t, k = {}; t[k] = 1
local t = {[nil] = 1}
local t, k = {}; t = {[k] = 1}
for i = 1, 10, 0 do end
for i = 1.5, 10, 0 do end
for i = 1, 10, 0.0 do end
for i = 1, 10, N - N do end
for i = "1", 2 do end
for i = 1, "2" do end
for i = 1, 2, "1" do end
for i = 1, nil do end
for i = {}, nil, nil do end
for k in nil do end
for k in 1 do end
for k in {} do end
for k, v in T.nothing do end
for k in pairs({}), 1 do error("in loop") end
for k in ID, 1 do return k.x.y end
goto done; do local x = nil + 1 end ::done:: error("after goto")
while true do local x; x = x.y.z end
repeat local x; local y = x.z until y
repeat local x until x.y
local x; while x.y do end
local x; if x.y then end
if T.nothing.x then end
local x = T.nothing and 1 or T.nothing.x
local a, b, c = 1, T.nothing.x, 3
local t = {1, 2, T.nothing.x}
local t = {x = T.nothing.x}
T.nothing.x, T.f = 1, 2
T.a, T.nothing.x = 1, 2
return (T.nothing.x)
return T.nothing.x, 1
return ID(T.nothing.x)
return ID(ID(nil).x)
return T:nothing()
return T.nothing:x()
return T.nothing.x:y()
return ID(nil):x()
return ("x"):y()
return (1):y()
return #T.nothing
return not T.nothing.x
return T.nothing.x == 1
return T.nothing < 1
return "a" .. T.nothing .. "b"
return "a" .. 1 .. {}
return "a" .. {} .. T.nothing
return 1 .. nil
return nil .. 1
local s = "a"; s = s .. T.nothing
local n = 0; n = n + T.nothing
local n = 0; n = n - T.nothing.x
local t = {n = 0}; t.n = t.n + T.nothing
local t = {}; t.n = t.n + 1
local t = {{}}; t[1].n = t[1].n * 2
local t = {}; t.a.b = 1
local t = {}; t.a.b.c = 1
local t = {}; t["a b"].c = 1
local t = {}; t[1][2] = 3
local t = {}; t[1].x = 3
local t = {}; t.x[1] = 3
local t = {}; t[T].x = 3
local t = {}; t[#t].x = 3
local t = {}; t[#t + 1].x = 3
local t = {}; t[1.5].x = 3
local t = {}; t[-1].x = 3
local t = {}; t[300].x = 3
local t = {}; t[K][K] = 3
local t = {}; return t.x.y
local t = {}; return t.x.y.z
local t = {}; return t[1][2]
local t = {}; return t[K].x
local t = {}; return t[K][K]
local t = {}; return t[1].x()
local t = {}; t.x()
local t = {}; t.x.y()
local t = {}; t.x.y.z()
local t = {}; t[1]()
local t = {}; t[K]()
local t = {}; t[K].x()
local t = {}; t[1]:x()
local t = {}; t:x().y()
local t = {}; t.x:y()
local t = {}; t.x{}
local t = {}; t.x""
local f; f{}
local f; f""
local f = 1; f(2)
local f = ID; f(1)(2)
local f = ID; f(nil).x = 1
GNIL()
GNIL.x()
GNIL:x()
GNIL.x.y = 1
GNIL[1] = 1
return GNIL.x
return GNIL[1]
return GNIL + 1
return -GNIL
return #GNIL
return GNIL .. ""
return GNIL < 1
return _ENV.GNIL.x
return _G.GNIL.x
return _G.GNIL()
return math.nothing.x
local _ENV = nil; return x
local _ENV = {}; return x.y
local _ENV = 1; x = 1
local function f(_ENV) return x.y end f({})
local function f(_ENV) return x end f(nil)
local function f(a, b) return a + b end f(1)
local function f(a, b) return a .. b end f("x")
local function f(a, ...) local b, c = ...; return b + c end f(1, 2)
local function f(...) return (...) + 1 end f()
local function f(...) return select(2, ...).x end f(1)
local function f(x) return x.y end; local r = f(nil)
local function f(x) return x.y end; return f(nil)
local function f(x) return f2(x) end; return f(nil)
local a <const> = nil; return a.b
local a <const> = nil; a()
local a <const> = nil; return a + 1
local a <const> = 5; return a.b.c
local a <const> = 5; a()
local a <const> = "text"; return a.b.c
local a <const> = "text"; a()
local a <const> = "text"; return a + 1
local a <const> = "text"; return a.x()
local a <const> = true; return a.b
local a <const> = {}; return a.b.c
local a <const> = {}; a()
local a <const>, b <const> = 1, nil; return b.c
local a <const> = nil; return (function() return a.b end)()
local a <const> = nil; return (function() a() end)()
local a <const> = {}; return (function() a() end)()
local a <const> = {}; return (function() return a + 1 end)()
return ("abc").x.y
return ("abc")()
return (5)()
return (nil)()
return (nil).x
return ({})()
return (function() end)().x
return (function() end)()()
return (...)()
return (...).x
return ... + 1
""".strip().split("\n")

# The line that a message names.
LINES = [
    "local x\n\n  = nil\nreturn x\n.y",
    "local x = T\n.nothing\n.x",
    "return 1\n+\nnil",
    "return nil\n+\n1",
    "return {}\n..\n'x'\n..\n{}",
    "return 1\n<\n{}",
    "T\n.nothing\n(\n1\n)",
    "GNIL(\n1,\n2\n)",
    "T:nothing(\n1,\n2)",
    "T\n:\nnothing(\n)",
    "ID(1,\n2,\nGNIL())",
    "ID(\nGNIL.x,\n2)",
    "ID(1,\n2 + nil,\n3)",
    "local t = {\n1,\nGNIL.x,\n3\n}",
    "local t = {\nx = 1,\ny = GNIL.x,\n}",
    "local t = {\n1 + nil\n}",
    "if\nGNIL.x\nthen\nend",
    "while\nGNIL.x\ndo\nend",
    "repeat\nuntil\nGNIL.x",
    "for i =\n1,\nnil\ndo\nend",
    "for i in\nnil\ndo\nend",
    "for i in\nID\n, nil, nil, 1\ndo\nend",
    "for i in\npairs(nil)\ndo\nend",
    "for i in\nerror\ndo\nend",
    "local function f()\n\nerror('x', 2)\nend\n\nf()\n",
    "local function f()\n\nerror('x', 2)\nend\n\nreturn\nf()\n",
    "error(\n'x'\n)",
    "error\n(\n'x'\n)",
    "assert(\nfalse\n,\n'x')",
    "local x\n<close>\n=\n1",
    "string.rep(\n)",
    "string\n.rep(\n'x',\n{})",
    "local s = 'x'\ns\n:rep(\n{}\n)",
    "return (\nGNIL\n)()",
    "return -\nGNIL",
    "return #\nGNIL",
    "return not\nGNIL.x",
    "T.a\n=\nnil\n+\n1",
    "T.nothing\n.x\n=\n1",
    "T.a, T.b =\n1,\nGNIL\n.x",
    "goto a\n::b::\nerror('b')\n::a::\ngoto b",
    "return function()\nend\n+ 1",
    "return ID(function()\nend,\nGNIL.x)",
    "local x = ID\n{\n}\n.y\n.z",
    "local x = ID(ID(ID(\nnil)))\n.x",
    "return 1 and\nGNIL.x",
    "return nil or\nGNIL\n.x",
    "return 'a' ..\n'b' ..\nGNIL ..\n'c'",
    "return 1 +\n2 *\nGNIL -\n3",
    "local a <close> = setmetatable({}, {\n__close = function()\nerror('c')\nend})\nlocal b = 1\nerror('d')",
]
