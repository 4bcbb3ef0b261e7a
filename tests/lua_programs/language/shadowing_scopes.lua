--! engines = ["lua54", "luajit", "python"]
-- Scopes and shadowing, long strings, numerals, method definitions on nested tables.
local x = 1
do local x = x + 1 do local x = x + 1 print(x) end print(x) end print(x)
local x = x * 10 print(x)
local function x() return "function" end print(x())
local y = 5 local y = y + (function() local y = 100 return y end)() print(y)
if true then local z = 1 elseif z then print("no") else local z = 2 end print(z)
for i = 1, 2 do local i = i .. "!" print(i) end
local function f(a, a2) local a = a or "default" return a, a2 end print(f(nil, 2))
local function g(n) local n = n - 1 if n > 0 then return g(n) end return "g" .. n end print(g(3))
local r = function() return r end print(r())
local function rec() return rec end print(rec() == rec)
while true do local w = 1 local w = w + 1 print(w) break end
repeat local done = true print("once") until done
local i = 0 repeat local j = i i = i + 1 until j == 3 print(i)
print(0xff, 0XA, 1e2 == 100, .5, 3. == 3, 0x.8 == 0.5, 1E-2, 0x10p1 == 32, 3e+1 == 30, 0.1e1 == 1)
print(#[[
x]], [==[a]]b]==], [[a
b]])
print(#"\z
       abc", "a\
b")
local t = {a = {b = {}}}
function t.a.b.f() return "abf" end function t.a.b:m(v) self.v = v return self end function t.g(...) return select("#", ...) end
print(t.a.b.f(), t.a.b:m(5).v, t.a.b.v, t.g(1, nil))
local s = "x" local len = #s print(len, s:rep(2):upper(), ("lit"):upper(), #s:rep(5), -#s, ("%d"):rep(2):format(1, 2))
print((function(...) return select("#", ...) end)(nil, nil), (function() end)() == nil, ((1)))
local a <const> = {1, 2} a[1] = 10 print(a[1]);
(function() print("iife") end)();
print(type(print) == "function" and "yes" or "no");;;
local tbl = {[1] = "a", [2] = "b", "c"} print(tbl[1], tbl[2], #tbl)
local nested = {f = function(self) return self end, {1, {2}}, [3 + 4] = "seven", ["k k"] = {x = 1}} print(nested:f() == nested, nested[1][2][1], nested[7], nested["k k"].x)
local function opt(o) return (o or {}).x or "none" end print(opt(), opt {x = 5}, opt {})
goto skip
print("never")
::skip:: print("skipped")
local long = {} for k = 1, 60 do long[k] = k end print(#long, long[51], select("#", table.unpack(long)))
return "ignored", 1
