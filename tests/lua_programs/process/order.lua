--! engines = ["lua54", "luajit", "python"]
-- What comes when: operands are read before a suspension that may change them, as in PUC Lua.
local t = {x = 1}
local function change() sleep(0.1) t.x = t.x + 10 return 1 end
print(t.x + change(), change() + t.x, t.x)
local function swap() sleep(0.1) t = {x = 1000} return 1 end
local keep = t print(t.x + swap(), keep.x, t.x)
local log = {}
local function L(s, v) log[#log + 1] = s sleep(0.1) return v end
local r = {[L("k1", "a")] = L("v1", 1), L("p1", 2), [L("k2", "b")] = L("v2", 3)} print(table.concat(log, " "), r.a, r.b, r[1]) log = {}
L("obj", r)[L("key", "z")] = L("val", 5) print(table.concat(log, " "), r.z) log = {}
print(L("f", math.max)(L("a", 1), L("b", 7)), table.concat(log, " ")) log = {}
local o = {m = function(self, a) return a end} print(L("o", o):m(L("arg", 3)), table.concat(log, " ")) log = {}
r[1], r[2], r[3] = L("1", "x"), L("2", "y"), L("3", "z") print(r[1], r[2], r[3], table.concat(log, " ")) log = {}
local i = 1 local arr = {"a", "b", "c"} i, arr[i] = L("i", i + 1), L("v", "A") print(i, arr[1], arr[2]) log = {}
local _ = L("1", 1) + L("2", 2) * L("3", 3) print(_, table.concat(log, " ")) log = {}
_ = L("a", "a") .. L("b", "b") .. L("c", "c") print(_, table.concat(log, " ")) log = {}
_ = L("l", 1) < L("r", 2) and L("and", nil) or L("or", "end") print(_, table.concat(log, " ")) log = {}
for k = L("from", 1), L("to", 2), L("step", 1) do L("body" .. k) end print(table.concat(log, " ")) log = {}
local function f(...) L("f") return ... end print(f(L("1", 1), L("2", 2)), table.concat(log, " "))
