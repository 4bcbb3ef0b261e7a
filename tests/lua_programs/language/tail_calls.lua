--! engines = ["lua54", "luajit", "python"]
-- Tail calls take no stack, in whichever way the circle goes round.
local N = 20000
-- a function's call of itself
local function loop(n) if n == 0 then return "done" end return loop(n - 1) end
print(loop(100000))
local function sum(n, acc) if n > 0 then return sum(n - 1, acc + n) end return acc end
print(sum(N, 0))
local function swap(n, a, b) if n == 0 then return a, b end return swap(n - 1, b, a) end
print(swap(N + 1, "a", "b"))
local function fewer(n, a, b, c) if n == 0 then return a, b, c end return fewer(n - 1, n) end
print(fewer(N, 1, 2, 3))
local function more(n) if n == 0 then return end return more(n - 1, print("extra", n), n) end
print(more(2))
local function two(n) return n - 1, n end
local function several(n, m, o) if n == 0 then return m, o end return several(two(n)) end
print(several(N, 0, 0))
local function one(n) if n == 0 then return "one" end return one(two(n)) end
print(one(N))
local function many(a, b, c, d, e, f)
  if a == 0 then return b, c, d, e, f end
  return many(a - 1, c, d, e, f, b)
end
print(many(N + 1, 1, 2, 3, 4, 5))
local function rest(n, ...)
  if n == 0 then return select("#", ...), ... end
  return rest(n - 1, ...)
end
print(rest(N, nil, 2, nil))
local function nothing() if sum(0, 1) == 1 then N = N - 1 end if N == 19000 then return N end
  return nothing() end
print(nothing())
N = 20000
local function inside(n)
  while true do
    n = n - 1
    if n <= 0 then return "from a loop" end
    if n % 2 == 0 then return inside(n) end
  end
end
print(inside(N))
local function counted(n) for i = 1, 3 do if i == 2 then return n == 0 and i or counted(n - 1) end end end
print(counted(50))
local function counting(n)
  for i = 1, 3 do if i == 2 then if n == 0 then return i end return counting(n - 1) end end
end
print(counting(N))
local function jumps(n)
  if n == 0 then goto done end
  do return jumps(n - 1) end
  ::done::
  return "jumped"
end
print(jumps(N))
-- closures share nothing with the next round
local kept = {}
local function closing(n, x)
  local y = n * 2
  kept[#kept + 1] = function() x = x + 1 y = y + 1 return n, x, y end
  if n == 1 then return #kept end
  return closing(n - 1, x * 10)
end
print(closing(4, 1))
for i = 1, 4 do print(kept[i]()) print(kept[i]()) end
local function late(n) local x if n % 2 == 0 then x = n end if n == 0 then return x end
  if x then kept[1] = function() return x end end
  return late(n - 1) end
print(late(7), kept[1]())
local function nested(n)
  local function inner(m) if m == 0 then return n end return inner(m - 1) end
  if n == 0 then return inner(5) end
  if inner(n) ~= n then return "wrong" end
  return nested(n - 1)
end
print(nested(100))
local function ack(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ack(m - 1, 1) end
  return ack(m - 1, ack(m, n - 1))
end
print(ack(2, 6))
-- two, by locals, globals and fields
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print(even(100000), odd(N))
function ping(n, ...) if n == 0 then return "ping", ... end return pong(n - 1, ...) end
function pong(n, ...) if n == 0 then return "pong", ... end return ping(n - 1, ...) end
print(ping(N + 1, 1, nil))
local fields = {}
fields.a = function(n) if n == 0 then return "a" end return fields.b(n - 1) end
function fields.b(n) if n == 0 then return "b" end return fields.a(n - 1) end
print(fields.a(N), fields.b(N))
-- methods
local Node = {}
Node.__index = Node
function Node:count(n) if n == 0 then return self.name end return self:count(n - 1) end
function Node:last() if self.after then return self.after:last() end return self.name end
function Node:walk(n, f) if n == 0 then return f(self) end return self.after:walk(n - 1, f) end
local first = setmetatable({name = "first"}, Node)
local node = first
for i = 1, 3000 do
  local following = setmetatable({name = "node " .. i}, Node)
  node.after = following
  node = following
end
print(first:count(N), first:last())
node.after = first
print(first:walk(N, function(found) return found:count(10) end))
local Child = setmetatable({}, {__index = Node})
Child.__index = Child
function Child:count(n) return Node.count(self, n) end
print(setmetatable({name = "child"}, Child):count(N))
-- state machines: by name, by number, by what a state gives
local states = {
  red = function(run, n) return run(run, "green", n - 1) end,
  green = function(run, n) return run(run, "yellow", n - 1) end,
  yellow = function(run, n) return run(run, "red", n - 1) end,
}
local function run(self, name, n) if n <= 0 then return name end return states[name](self, n) end
print(run(run, "red", N))
local order = {}
for i = 1, 7 do order[i] = function(n) if n == 0 then return i end return order[i % 7 + 1](n - 1) end end
print(order[1](N))
local function chosen(name) return states[name] end
local function go(n, name) if n == 0 then return name end local state = chosen(name)
  return state(function(_, following, m) return go(m, following) end, n) end
print(go(N, "red"))
local machine = {at = nil}
local kinds = {}
kinds.one = function(self, n) if n == 0 then return "at one" end self.at = kinds["two"] return self.at(self, n - 1) end
kinds.two = function(self, n) if n == 0 then return "at two" end self.at = kinds["one"] return self:at(n - 1) end
print(kinds.one(machine, N + 1))
local Runner, steps = {}, {}
Runner.__index = Runner
function Runner:run(step, n) if n == 0 then return self.name end return step(self, n) end
function steps.a(self, n) return self:run(steps["b"], n - 1) end
function steps.b(self, n) local name = "a" return self:run(steps[name], n - 1) end
print(setmetatable({name = "runner"}, Runner):run(steps.a, N))
-- continuations
local function count(n, k) if n == 0 then return k(0) end
  return count(n - 1, function(v) return k(v + 1) end) end
print(count(20000, function(v) return v end))
-- tables that can be called
local called = setmetatable({}, {})
getmetatable(called).__call = function(self, n) if n == 0 then return "called" end return self(n - 1) end
print(called(N))
-- with other things on the way
local function each(n) for _, v in ipairs {n} do if v == 0 then return "each" end return each(v - 1) end end
print(each(50))
local function protected(n) if n == 0 then error("at the end", 0) end
  if n % 1000 == 0 then pcall(loop, n) end return protected(n - 1) end
print(pcall(protected, N))
print(coroutine.wrap(function(n) return even(n) end)(N))
local function sorted(n) if n == 0 then return "sorted" end
  local t = {3, 1, 2}
  table.sort(t, function(a, b) return sum(a, 0) < sum(b, 0) end)
  return sorted(n - t[1]) end
print(sorted(1000))
-- results, however many, come through
local function values(n, ...) if n == 0 then return ... end
  if n % 2 == 0 then return values(n - 1, ...) end
  return even(0) and values(n - 1, ...) end
print((values(11, 1, 2, 3)))
print(values(2, 1, 2, 3), values(2))
print(({values(4, nil, nil)})[1], #{values(6, 1, 2, 3)}, (values(2)))
-- errors
local function bad(n) if n == 0 then return missing(n) end return bad(n - 1) end
print(pcall(bad, 3))
local badodd
local function badeven(n) if n == 0 then return n.x.y end return badodd(n - 1) end
function badodd(n) if n == 0 then return nowhere.to.go(n) end
  return badeven(n - 1) end
print(pcall(badeven, 4))
print(pcall(badeven, 5))
local function to(f, n) if n == 0 then return f(n) end return to(f, n - 1) end
print(pcall(to, 5, 3))
print(pcall(to, math.floor, 3))
print(pcall(to, to, 3))
print(pcall(to, {}, 3))
