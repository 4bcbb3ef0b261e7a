--! engines = ["lua54", "luajit", "python"]
-- Multiple assignment: values first, then stores; swaps; too many, too few.
local a, b, c = 1, 2
print(a, b, c)
a, b = b, a
print(a, b)
a, b, c = 10
print(a, b, c)
local function f() return 1, 2, 3 end
local x, y, z, w = f()
print(x, y, z, w)
x, y, z, w = 0, f()
print(x, y, z, w)
x, y, z, w = f(), 10
print(x, y, z, w)
x, y, z = (f())
print(x, y, z)
local t = {1, 2, 3}
local i = 1
i, t[i] = i + 1, 20
print(i, t[1], t[2])
t[1], t[2], t[3] = t[3], t[1], t[2]
print(t[1], t[2], t[3])
local log = {}
local function L(name, v) log[#log + 1] = name return v end
local u = {}
L("t", u)[L("k", 1)], L("t2", u)[L("k2", 2)] = L("v", "a"), L("v2", "b")
print(table.concat(log, " "), u[1], u[2])
log = {}
local r = {L("a", 1), L("b", 2), k = L("c", 3), [L("d", 4)] = L("e", 5), L("f", 6)}
print(table.concat(log, " "), r[1], r[2], r.k, r[4], r[3])
log = {}
local _ = L("p", 1) + L("q", 2) * L("r", 3) .. L("s", "")
print(table.concat(log, " "), _)
log = {}
print(L("f", math.max)(L("x", 1), L("y", 2)), table.concat(log, " "))
log = {}
local q = L("1", false) and L("2", true) or L("3", "or")
print(q, table.concat(log, " "))
local p = {n = 0}
function p:inc() self.n = self.n + 1 return self end
print(p:inc():inc():inc().n)
do
  local a <const> = 5
  local b = a
  b = b + a
  print(a, b)
end
local o = {a = {b = {}}}
o.a.b.c, o.a = "set", "replaced"
print(o.a)
a, a, a = 1, 2, 3
print(type(a))
local first, second = (function(...) return ... end)("only")
print(first, second)
local n1, n2 = nil
print(n1, n2)
local big = {f(), f(), f()}
print(#big, select("#", f(), f()))
