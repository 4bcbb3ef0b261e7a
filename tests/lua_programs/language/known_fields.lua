--! engines = ["lua54", "luajit", "python"]
-- Fields whose tables the compiler can tell: what happens where they are not what they seem.

local function say(f, ...)
  print(pcall(f, ...))
end

local function area(box) return box.w * box.h end
local function describe(box)
  local text = box.w .. "x" .. box.h
  if box.name then text = text .. " " .. box.name end
  return text
end
print(area({w = 2, h = 3}), describe({w = 1, h = 2}), describe({w = 1, h = 2, name = "b"}))
say(function() return area(nil) end)
say(function() return describe(nil) end)

local Node = {}
Node.__index = Node
local function node(value, rest) return setmetatable({value = value, rest = rest}, Node) end
function Node:second() return self.rest.value end
function Node:third() return self.rest.rest.value end
function Node:sum()
  local total = 0
  local at = self
  while at do
    total = total + at.value
    at = at.rest
  end
  return total
end
function Node:rename(value) self.rest.value = value end
function Node:cut() self.rest.rest = nil end
local list = node(1, node(2, node(3)))
print(list:second(), list:third(), list:sum())
list:rename(20)
print(list:second(), list:sum())
list:cut()
say(function() return list:third() end)
say(function() return list.rest:second() end)
say(function() return list.rest:rename(1) end)
say(function() return list.rest:cut() end)

-- fields that come and go
local function touch(thing)
  local seen = {thing.a, thing.b == nil, thing.c and "c" or "no c"}
  thing.a = thing.b
  thing.b = nil
  return seen[1], seen[2], seen[3]
end
local thing = {a = 1, b = 2, c = false}
print(touch(thing))
print(touch(thing))
print(touch(thing))
local count = 0
for _ in pairs(thing) do count = count + 1 end
print(count, thing.a, thing.b, thing.c)

-- a default of the class, and what hides it
local Counter = {step = 1}
Counter.__index = Counter
local function counter() return setmetatable({n = 0}, Counter) end
function Counter:tick() self.n = self.n + self.step; return self.n end
local c = counter()
print(c:tick(), c:tick())
c.step = 10
print(c:tick())
c.step = nil
print(c:tick())
Counter.step = nil
say(function() return c:tick() end)
Counter.step = 2
print(c:tick())

-- keys that are found out while it runs
local record = {x = 1, y = 2}
local function total() return record.x + record.y end
print(total())
for _, name in ipairs({"x", "y"}) do record[name] = record[name] .. "0" end
print(total())
for _, name in ipairs({"x"}) do record[name] = nil end
say(total)

-- a table that went through something that tells nothing of it
local point = {x = 1}
local function right() point.x = point.x + 1; return point.x end
print(right(), right())
local _, same = pcall(function() return point end)
same.x = "7"
print(right())
same.x = {}
say(right)
local held = {point}
local first = table.unpack(held)
first.x = nil
say(right)

-- what follows a constructor at once, or does not
local function make(kind)
  local it = {}
  it.kind = kind
  it.size = 1
  if kind == "late" then return it end
  it.extra = it.size + 1
  return it
end
local function extra(it) return it.size + it.extra end
print(extra(make("early")))
say(function() return extra(make("late")) end)

-- tests that prove less than it seems
local function last(at)
  repeat
    if at.stop then break end
  until at.after.stop
  return at.after.stop
end
print(last({stop = false, after = {stop = 1}}))
say(function() return last({stop = true}) end)
local function either(a, b)
  if not a and not b then return "none" end
  return a and a.v or b.v
end
print(either(), either({v = 1}), either(nil, {v = 2}))
say(function() return either({v = false}, nil) end)
local function maybe(box)
  if box.w then return "w" end
  return "nothing"
end
print(maybe({w = 1}))
say(function() return maybe(nil) end)
local function chosen(flag, a, b) return flag and a or b end
print(chosen(true, false, 1), chosen(true, nil, 2), chosen(false, 3, 4), chosen(true, 5, 6))
local big = {n = 9007199254740991}
local function grow() big.n = big.n * 2 + 1; return big.n end
print(grow() == 18014398509481983)
