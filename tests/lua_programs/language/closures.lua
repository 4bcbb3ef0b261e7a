--! engines = ["lua54", "luajit", "python"]
-- Closures: captured loop variables, shared upvalues, counters, captured parameters.
local fs = {}
for i = 1, 5 do fs[i] = function() i = i + 10 return i end end
print(fs[1](), fs[1](), fs[2](), fs[5]())
fs = {}
for _, v in ipairs {"a", "b", "c"} do fs[#fs + 1] = function() return v end end
print(fs[1](), fs[2](), fs[3]())
fs = {}
local i = 1
while i <= 3 do local j = i fs[i] = function() j = j * 2 return j end i = i + 1 end
print(fs[1](), fs[1](), fs[2](), fs[3](), i)
fs = {}
repeat local k = #fs fs[#fs + 1] = function() return k end until k >= 2
print(fs[1](), fs[2](), fs[3]())
local function counter()
  local n = 0
  return function() n = n + 1 return n end, function() return n end, function(v) n = v end
end
local inc, get, set = counter()
local inc2 = counter()
inc() inc() inc2()
print(get(), inc2()); set(100); print(inc(), get())
local function adder(a) return function(b) return function(c) a = a + 1 return a + b + c end end end
local add1 = adder(1)
local f, g = add1(10), add1(20)
print(f(100), g(100), f(100))
local x = 1
local function outer()
  local function inner() x = x + 1 return x end
  return inner
end
print(outer()(), outer()(), x)
do
  local x = 50
  local function show() return x end
  x = 51
  print(show(), x)
end
print(x)
local shared = {}
do
  local value = 0
  shared.up = function() value = value + 1 end
  shared.down = function() value = value - 1 end
  shared.get = function() return value end
end
shared.up() shared.up() shared.up() shared.down()
print(shared.get())
local function memo(f)
  local cache, hits = {}, 0
  return function(n)
    if cache[n] then hits = hits + 1 return cache[n], hits end
    local v = f(n)
    cache[n] = v
    return v, hits
  end
end
local sq = memo(function(n) return n * n end)
print(sq(4)); print(sq(4)); print(sq(5)); print(sq(4))
local fib
fib = memo(function(n) if n < 2 then return n end return (fib(n - 1)) + (fib(n - 2)) end)
print((fib(50)))
local function compose(...)
  local list = {...}
  return function(v) for i = #list, 1, -1 do v = list[i](v) end return v end
end
print(compose(function(v) return v + 1 end, function(v) return v * 2 end)(5))
local params = (function(a, b) return function() a, b = b, a return a, b end end)(1, 2)
print(params()); print(params())
local function curry(f, n) n = n or 2 if n < 2 then return f end
  local function h(args, k) return function(v)
    local copy = {table.unpack(args)} copy[#copy + 1] = v
    if k == 1 then return f(table.unpack(copy)) end
    return h(copy, k - 1) end end
  return h({}, n)
end
local add3 = curry(function(a, b, c) return a + b + c end, 3)
print(add3(1)(2)(3), add3(10)(20)(30))
local log = {}
for a = 1, 2 do for b = 1, 2 do log[#log + 1] = function() a = a + b return a end end end
print(log[1](), log[1](), log[2](), log[3](), log[4](), log[4]())
local list = nil
for v = 1, 5 do local rest = list list = function() return v, rest end end
local node = list
while node do local v, r = node() print(v) node = r end
local function gen() local n = 0 return {next = function() n = n + 1 return n end, reset = function() n = 0 end} end
local ga, gb = gen(), gen()
ga.next() ga.next() gb.next() ga.reset()
print(ga.next(), gb.next())
local a1 = function() return 1 end
print(a1 == a1, a1 == function() return 1 end)
-- a block's variable is new each time round, also by goto
local made, count = {}, 0
::again::
do local fresh = count made[#made + 1] = function() fresh = fresh + 100 return fresh end end
count = count + 1
if count < 3 then goto again end
print(made[1](), made[2](), made[3](), made[1]())
