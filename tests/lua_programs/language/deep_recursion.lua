--! engines = ["lua54", "luajit", "python"]
-- Recursion of many kinds, deeper than C's stack of a board: the output is PUC Lua's.
local N = 2000

local function sum(n) if n == 0 then return 0 end return n + sum(n - 1) end
print("itself", sum(N), sum(5 * N))

local odd
local function even(n) if n == 0 then return true end return not odd(n - 1) end
function odd(n) if n == 0 then return false end return not even(n - 1) end
print("each other", even(N), odd(N))

local function protected(n)
  if n == 0 then error("at the end", 0) end
  local ok, why = pcall(protected, n - 1)
  error(why, 0)
end
print("by pcall", pcall(protected, N // 40))
local function handled(n)
  if n == 0 then return 0 end
  local _, v = xpcall(handled, function(why) return why end, n - 1)
  return v + 1
end
print("by xpcall", handled(N // 40))

local List = {}
List.__index = List
function List.new(n) return setmetatable({ n = n }, List) end
function List:length(...)
  if self.n == 0 then return select("#", ...), ... end
  local a, b, c = List.new(self.n - 1):length(...)
  return a + 1, c, b
end
print("by methods", List.new(N):length("x", "y"))

local function nest(n) return n == 0 and {} or { nest(n - 1), n } end
local function depth(t) local n = 0 while t[1] do t = t[1] n = n + 1 end return n end
print("in constructors", depth(nest(N)))

local function closures(n)
  local seen = n
  local function own() seen = seen + 1 return seen end
  if n == 0 then return own end
  local below = closures(n - 1)
  own()
  return function() return below() + own() end
end
local top = closures(N // 8)
print("with closures", top(), top())

local function loops(n)
  local total = 0
  for i = 1, 3 do
    if i == 2 and n > 0 then total = total + loops(n - 1) else total = total + i end
  end
  for _, v in ipairs({ 1, 2 }) do total = total + v end
  while total % 7 ~= 0 do
    total = total + 1
    if total > 1e9 then goto out end
  end
  ::out::
  return total
end
print("in loops", loops(N))

local function tail(n, acc) if n == 0 then return acc end return tail(n - 1, acc + 1) end
local function mixed(n) if n == 0 then return 0 end return 1 + tail(3, mixed(n - 1)) end
print("with tail calls", mixed(N), tail(100000, 0))

local function binary(n) if n == 0 then return 1 end return binary(n - 1) + binary(n - 1) end
local function beyond(n) if n == 0 then return binary(10) end return 0 + beyond(n - 1) end
print("as a tree, deep down", beyond(N))

local function wrong(n) if n == 0 then local t = nil return t.x end return 1 + wrong(n - 1) end
print("an error", pcall(wrong, N))

local function walk(n)
  if n > 0 then coroutine.yield(n) walk(n - 1) end
end
local count = 0
for _ in coroutine.wrap(function() walk(N) end) do count = count + 1 end
print("in a coroutine", count)
local function inside(n)
  if n == 0 then return 0 end
  return 1 + inside(n - 1)
end
print("of a coroutine's", coroutine.wrap(function() return inside(N) end)())

local fields = setmetatable({}, { __index = function(_, n) return sum(n) end })
print("in a metamethod", fields[N])
print("in gsub", (("x"):gsub("x", function() return tostring(sum(N)) end)))
local sorted = { 3, 1, 2 }
table.sort(sorted, function(a, b) return sum(a * 500) < sum(b * 500) end)
print("in sort", table.concat(sorted, " "))

local Node = {}
Node.__add = function(a, b)
  if a.n == 0 then return b end
  return setmetatable({ n = a.n - 1 }, Node) + b
end
local function under(n)
  if n == 0 then return (setmetatable({ n = 2 }, Node) + 42) end
  return under(n - 1) + 0
end
print("a metamethod deep down", under(N))
