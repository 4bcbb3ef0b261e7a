--! engines = ["lua54", "luajit", "python"]
-- Functions and methods whose callers the compiler can tell, and those it cannot.

local function say(f, ...)
  print(pcall(f, ...))
end

-- methods that are not there, or not yet, or not any more
local Bird = {}
Bird.__index = Bird
local function bird(name) return setmetatable({name = name}, Bird) end
function Bird:call() return self.name .. " calls" end
local b = bird("wren")
print(b:call())
say(function() return b:fly() end)
function Bird:fly() return self.name .. " flies" end
print(b:fly())
Bird.fly = nil
say(function() return b:fly() end)
say(function() return b:fly(print("arguments come first")) end)
say(function() return b.sing(print("arguments come first")) end)
say(function() return Bird.sing("a") end)
say(function() return nowhere(print("arguments come first")) end)
say(function() return nowhere("a") end)
local none
say(function() return none:call() end)
say(function() return b.name.first:call() end)
say(function() return b.nest:call() end)

-- a metatable that comes late
local Late = {}
Late.__index = Late
function Late:hello() return "hello " .. self.who end
local late = {who = "late"}
say(function() return late:hello() end)
setmetatable(late, Late)
print(late:hello())

-- classes over classes
local Animal = {}
Animal.__index = Animal
function Animal:legs() return 4 end
function Animal:text() return self.name .. " " .. self:legs() end
local Spider = setmetatable({}, {__index = Animal})
Spider.__index = Spider
local function animal(class, name) return setmetatable({name = name}, class) end
local cat, spider = animal(Animal, "cat"), animal(Spider, "spider")
print(cat:text(), spider:text())
function Spider:legs() return 8 end
print(cat:text(), spider:text())
Spider.legs = nil
print(spider:text())
function spider:legs() return 7 end
print(spider:text(), cat:text())

local function class(parent)
  local made = setmetatable({}, parent)
  made.__index = made
  return made
end
local A = class()
function A:who() return "A" end
function A:greet() return "I am " .. self:who() end
local B = class(A)
local C = class(B)
function C:who() return "C" end
local function new(kind, ...) return setmetatable({}, kind):init(...) end
function A:init(...) self.args = select("#", ...); self.first = ...; return self end
print(new(A, 1):greet(), new(B, 1, 2):greet(), new(C, 1, 2, 3):greet())
print(new(B, nil, 1).args, new(B, nil, 1).first, new(C, "x").first)
local Other = class()
Other.__index = A
print(setmetatable({}, Other):greet())

-- functions that go out of sight are called with anything
local function add(a, b) return a + b end
print(add(1, 2))
print(select(2, pcall(add, "10", 1)), select(2, pcall(add, 1.5, 2)))
say(add, {}, 1)
local double = {f = function(x) return x * 2 end}
print(double.f(2))
for _, f in pairs(double) do print(f("4")) end
local list = {3, 1, 2}
local function before(x, y) return x < y end
print(before(1, 2))
table.sort(list, before)
local words = {"b", "a"}
table.sort(words, before)
print(list[1], list[3], words[1])
print((("abc"):gsub("%w", function(ch) return ch:upper() end)))
local function twice(x) return x .. x end
print(twice(1), (("xy"):gsub(".", twice)))
local resume = coroutine.wrap(function(x)
  while true do x = coroutine.yield(x.v + 1) end
end)
print(resume({v = 1}), resume({v = 2.5}))
local function count(n) if n == 0 then return 0 end return count(n - 1) + 1 end
print(count(10))

-- results: one, none, several
local function one(x) return x end
local function rest(...) return select(2, ...) end
local function through(...) return rest(...) end
print((one(1)), (rest(1)), (through(1, 2, 3)))
local packed = {one(1), rest(1, 2, 3)}
print(#packed, packed[1], packed[3])
local function maybe(x) if x then return x end end
print(select("#", maybe(1)), select("#", maybe()), type((maybe())))
local Box = {}
Box.__index = Box
function Box:get() return self.v end
function Box:both() return self.v, self.v end
function Box:tail() return self:both() end
local box = setmetatable({v = 1}, Box)
print(#{box:get()}, #{box:both()}, #{box:tail()})
print(one(box:tail()), one(box:get()))

-- metamethods get what they are given
local Vec = {}
Vec.__index = Vec
local function vec(x) return setmetatable({x = x}, Vec) end
function Vec.__add(a, b)
  if type(a) == "number" then return vec(a + b.x) end
  if type(b) == "function" then return vec(b(a.x)) end
  return vec(a.x + (type(b) == "number" and b or b.x))
end
Vec.__call = function(self, x) return self.x + x end
Vec.__lt = function(a, b) return a.x < b.x end
print((vec(1) + vec(2)).x, (1 + vec(2)).x, (vec(3) + 4).x, (vec(1) + function(x) return x .. "!" end).x)
print(vec(1)(2), vec(1) < vec(2), vec(2) < vec(1))
