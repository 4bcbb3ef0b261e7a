--! engines = ["lua54", "luajit", "python"]
-- <const> and <close>: order, and every way out of a block.
local function closer(name, quiet)
  return setmetatable({name = name}, {__close = function(self, e)
    print("close " .. self.name, e)
  end})
end
do
  local a <close> = closer("a")
  local b <close> = closer("b")
  local c <const> = 5
  print("body", c)
end
for i = 1, 3 do
  local x <close> = closer("loop" .. i)
  if i == 2 then break end
  print("in", i)
end
local function ret() local x <close> = closer("ret") return "value", 2 end
print(ret())
print(pcall(function()
  local x <close> = closer("err")
  local y <close> = closer("err2")
  error("boom", 0)
end))
do
  local i = 0
  ::top::
  do
    local x <close> = closer("goto" .. i)
    i = i + 1
    if i < 3 then goto top end
  end
end
while true do
  local x <close> = closer("while")
  do local y <close> = closer("nested") break end
end
local n = 0
repeat local x <close> = closer("repeat") n = n + 1 until n >= 2
local nilled <close> = nil
local falsed <close> = false
print(pcall(function() local x <close> = {} end))
print(pcall(function() local x <close> = 42 end))
print(pcall(function()
  local x <close> = setmetatable({}, {__close = function() error("close error", 0) end})
  return 1
end))
print(pcall(function()
  local x <close> = setmetatable({}, {__close = function(_, e)
    error("second after " .. tostring(e), 0)
  end})
  error("first", 0)
end))
print(pcall(function()
  local a <close> = setmetatable({}, {__close = function(_, e) print("a sees", e) end})
  local b <close> = setmetatable({}, {__close = function(_, e)
    print("b sees", e)
    error("from b", 0)
  end})
  local c <close> = setmetatable({}, {__close = function(_, e) print("c sees", e) end})
end))
local function nested()
  local a <close> = closer("outer")
  local r = (function() local b <close> = closer("inner") return "r" end)()
  print("between")
  return r
end
print(nested())
do
  local x <close> = closer("shadow1")
  local x <close> = closer("shadow2")
  print(x.name)
end
local function args(...) local x <close> = closer("args") return ... end
print(args(1, nil, 3))
print(select("#", args()))
local function loop()
  for i = 1, 5 do
    local x <close> = closer("r" .. i)
    if i == 2 then return i * 10 end
  end
end
print(loop())
local K <const>, L <const> = 10, "text"
print(K + 1, L .. "!")
local up = (function()
  local c <const> = 7
  return function() return c end
end)()
print(up())
do
  local x <close> = closer("fn")
  local f = function() return x.name end
  print(f())
end
local co = coroutine.wrap(function()
  local x <close> = closer("co")
  coroutine.yield(1)
  coroutine.yield(2)
  return 3
end)
print(co())
print(co())
print(co())
print(pcall(function()
  for i = 1, 3 do
    local x <close> = closer("e" .. i)
    if i == 2 then error("at " .. i, 0) end
  end
end))
local function multi()
  do local a <close> = closer("m1") end
  local b <close> = closer("m2")
  do local c <close> = closer("m3") return "out" end
end
print(multi())
for i = 1, 2 do
  for j = 1, 2 do
    local x <close> = closer(i .. "," .. j)
    if j == 1 then goto continue end
    print("not skipped", i, j)
    ::continue::
  end
end
local log = {}
do
  local t <close> = setmetatable({}, {__close = function(self) log[#log + 1] = self.v end})
  t.v = 1
  t.v = 2
end
print(log[1])
local tail = function() local x <close> = closer("tail") return ret() end
print(tail())
print(load("local x <const> = 1; x = 2", "=c"))
print(load("local a <close>, b <close> = 1, 2", "=c"))
