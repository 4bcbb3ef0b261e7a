--! engines = ["lua54", "luajit", "python"]
-- Shared upvalues, globals, metatables, identity and self references across suspensions.
local shared = 0
local function up()
  shared = shared + 1
  sleep(0.1)
  return shared
end
local function down() shared = shared - 10 return shared end
print(up(), down(), up(), shared)
local a, b = spawn(function()
  for i = 1, 3 do shared = shared + 100 sleep(0.2) end
  return shared
end), spawn(function()
  for i = 1, 3 do sleep(0.15) shared = shared * 2 end
  return shared
end)
print(a:join(), b:join())
local t = {}
t.self = t
t.list = {t, {t}}
t[t] = "by identity"
sleep(0.1)
print(t.self == t, t.list[1] == t, t.list[2][1].self == t, t[t])
local f = function() return t end
local g = f
local reg = {[f] = "function key"}
sleep(0.1)
print(f == g, reg[g], f() == t, reg[f])
local Class = {}
Class.__index = Class
Class.__add = function(x, y) return setmetatable({v = x.v + y.v}, Class) end
Class.__tostring = function(x) return "<" .. x.v .. ">" end
Class.__len = function(x) return x.v end
Class.__eq = function(x, y) return x.v == y.v end
Class.__lt = function(x, y) return x.v < y.v end
Class.__call = function(self, d) sleep(0.1) return self.v + d end
local p, q = setmetatable({v = 1}, Class), setmetatable({v = 2}, Class)
sleep(0.1)
print(tostring(p + q), #q, p == setmetatable({v = 1}, Class), p < q, getmetatable(p) == Class)
global1 = "g"
sleep(0.1)
print(global1)
function globalf(x) sleep(0.1) return x .. global1 end
print(globalf("x"))
global1 = nil
sleep(0.1)
print(global1, _G.global1, _G.globalf == globalf)
string.extra = function(s) return s .. "?" end
sleep(0.1)
print(("x"):extra())
string.extra = nil
local i, s, fl, n, tr, fa = 42, "text\0\255\n\"q\"", 1 / 3, nil, true, false
sleep(0.1)
print(i, #s, s:byte(-1), string.format("%.17g", fl), n, tr, fa, s == "text\0\255\n\"q\"")
local inf, ninf, nan, small = math.huge, -math.huge, 0 / 0, 5e-324
sleep(0.1)
print(inf == math.huge, ninf == -math.huge, nan ~= nan, small > 0, small / 2 == 0)
local m = math
local mx, sf = math.max, string.format
sleep(0.1)
print(m.floor(2.5), mx(1, 7), sf("%03d", 7), m == math, mx == math.max, type == _G.type)
local mt = {__index = function(_, k) return k .. "?" end}
local pr = setmetatable({}, mt)
sleep(0.1)
print(pr.abc, rawget(pr, "abc"))
local function counter()
  local c = 0
  return {inc = function()
    c = c + 1
    return c
  end, slow = function()
    local old = c
    sleep(0.1)
    c = old + 1
    return c
  end, get = function() return c end}
end
local c1, c2 = counter(), counter()
c1.inc()
c1.slow()
c2.slow()
sleep(0.1)
c1.inc()
print(c1.get(), c2.get())
local x = {n = 0}
local s1 = spawn(function()
  local v = x.n
  sleep(0.2)
  x.n = v + 1
end)
local s2 = spawn(function()
  local v = x.n
  sleep(0.1)
  x.n = v + 1
end)
s1:join()
s2:join()
print(x.n)
local queue = {first = 1, last = 0}
local function push(v) queue.last = queue.last + 1 queue[queue.last] = v end
local function pop()
  while queue.first > queue.last do sleep(0.05) end
  local v = queue[queue.first]
  queue[queue.first] = nil
  queue.first = queue.first + 1
  return v
end
spawn(function()
  for k = 1, 5 do push(k * k) sleep(0.1) end
  push("end")
end)
local r = {}
while true do
  local v = pop()
  if v == "end" then break end
  r[#r + 1] = v
end
print(table.concat(r, " "))
local env = {print = print, sleep = sleep}
local chunk = load("local n = ... sleep(0.1) x = n * 2 print('in env', x) return function() x = x + 1 sleep(0.1) return x end", "=env", "t", env)
local ef = chunk(21)
sleep(0.1)
print(ef(), ef(), env.x, rawget(_G, "x"))
local lf = load("local a = ... return function(b) a = a + b return a end")
local l1, l2 = lf(1), lf(100)
l1(5)
sleep(0.1)
print(l1(1), l2(1))
math.randomseed(11)
local r1 = {}
for k = 1, 3 do r1[k] = math.random(1000) end
math.randomseed(11)
local same = true
for k = 1, 3 do sleep(0.1) same = same and r1[k] == math.random(1000) end
print(same)
local weird = {[1] = "a", [2] = "b", [4] = "d", x = {y = {z = {}}}, [true] = 1, [false] = 2, [0.5] = 3, [-1] = 4}
weird.x.y.z.back = weird
sleep(0.1)
print(weird[1], weird[2], weird[4], weird[true], weird[false], weird[0.5], weird[-1], weird.x.y.z.back == weird, next({}) == nil)
local big = {}
for k = 1, 500 do big[k] = {k, tostring(k)} end
sleep(0.1)
local bs = 0
for k, v in ipairs(big) do bs = bs + v[1] + #v[2] end
print(bs, #big)
local chain
for k = 1, 300 do chain = {next = chain, v = k} end
sleep(0.1)
local cl = 0
while chain do cl = cl + chain.v chain = chain.next end
print(cl)
