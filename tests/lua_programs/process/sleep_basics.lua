--! engines = ["lua54", "luajit", "python"]
-- sleep: in the main chunk, functions, methods, closures, nested calls; virtual time.
local function t() return string.format("%g", now()) end
print(t()) sleep(1) print(t()) sleep(0.5) print(t()) sleep(0) print(t()) sleep(-1) print(t())
local function nap(s, ...) sleep(s) return s, ... end
print(nap(1, "a", nil, "b")) print((nap(1, 2))) print(select("#", nap(0.1)), t())
local obj = {n = 0}
function obj:step(k) sleep(0.25) self.n = self.n + k return self end
print(obj:step(1):step(2):step(3).n, t())
local function outer() local function inner() sleep(1) return "inner" end local r = inner() sleep(1) return r .. "+outer" end
print(outer(), t())
local count = 0
local inc = function() sleep(0.1) count = count + 1 return count end
print(inc() + inc() * inc(), count)
local ok, e = pcall(function() sleep(1) error("after sleep") end) print(ok, e)
local x = (function(a, ...) sleep(1) return a + select("#", ...) end)(10, 1, 2, 3) print(x)
do local a, b, c = nap(1, 2) print(a, b, c) end
local a, b = 1, 2 a, b = b, nap(0.5) print(a, b)
local deep = {a = {b = {f = function(v) sleep(1) return v * 2 end}}} print(deep.a.b.f(21))
sleep("0.5") print(t()) local s = sleep s(1) print(t())
local function many() return nap(1, 2, 3), nap(4, 5) end print(many())
print(t())
