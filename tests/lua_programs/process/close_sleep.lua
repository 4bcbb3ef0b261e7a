--! engines = ["lua54", "luajit", "python"]
-- <close> scopes in functions that sleep: every way out, errors, order.
local function closer(name)
  return setmetatable({name = name}, {__close = function(self, e)
    print("close " .. self.name, e)
  end})
end
do
  local a <close> = closer("a")
  sleep(0.1)
  local b <close> = closer("b")
  sleep(0.1)
  print("body")
end
for i = 1, 3 do
  local x <close> = closer("loop" .. i)
  sleep(0.1)
  if i == 2 then break end
end
local function ret()
  local x <close> = closer("ret")
  sleep(0.1)
  return "v", 2, nil
end
print(ret())
print(select("#", ret()))
print(pcall(function()
  local x <close> = closer("e1")
  local y <close> = closer("e2")
  sleep(0.1)
  error("boom", 0)
end))
do
  local i = 0
  ::top::
  do
    local x <close> = closer("g" .. i)
    sleep(0.1)
    i = i + 1
    if i < 3 then goto top end
  end
end
print(pcall(function()
  local a <close> = setmetatable({}, {__close = function(_, e) print("a sees", e) end})
  local b <close> = setmetatable({}, {__close = function(_, e)
    error("from b after " .. tostring(e), 0)
  end})
  sleep(0.1)
  error("first", 0)
end))
local function nested()
  local a <close> = closer("outer")
  local r = (function()
    local b <close> = closer("inner")
    sleep(0.1)
    return "r"
  end)()
  sleep(0.1)
  print("between")
  return r
end
print(nested())
local t1 = spawn(function()
  local x <close> = closer("task1")
  sleep(1)
  return "t1"
end)
local t2 = spawn(function()
  local x <close> = closer("task2")
  sleep(0.5)
  error("t2 fails", 0)
end)
print(pcall(t2.join, t2))
print(t1:join())
local co = coroutine.wrap(function()
  local x <close> = closer("co")
  sleep(0.1)
  coroutine.yield(1)
  sleep(0.1)
  return 2
end)
print(co())
print(co())
local t3 = spawn(function()
  local a <close> = closer("ca")
  local b <close> = closer("cb")
  sleep(100)
end)
sleep(0.1)
t3:cancel()
print("cancelled")
local function loop()
  for i = 1, 5 do
    local x <close> = closer("r" .. i)
    sleep(0.1)
    if i == 2 then return i * 10 end
  end
end
print(loop())
local nilled <close> = nil
local c <const> = (function() sleep(0.1) return 5 end)()
print(c + 1)
print(pcall(function() sleep(0.1) local bad <close> = 42 end))
for i = 1, 2 do
  for j = 1, 2 do
    local x <close> = closer(i .. j)
    if j == 1 then sleep(0.1) goto continue end
    print("no skip")
    ::continue::
  end
end
while true do
  local x <close> = closer("while")
  do
    local y <close> = closer("nested")
    sleep(0.1)
    break
  end
end
local n = 0
repeat
  local x <close> = closer("rep")
  sleep(0.1)
  n = n + 1
until n == 2
local function args(...)
  local x <close> = closer("args")
  sleep(0.1)
  return ...
end
print(args(1, nil, 3))
local lock = {held = false}
function lock:take(name)
  while self.held do sleep(0.05) end
  self.held = name
  return setmetatable({}, {__close = function() print(name, "releases") self.held = false end})
end
for _, name in ipairs {"p", "q", "r"} do
  spawn(function()
    local l <close> = lock:take(name)
    print(name, "has it")
    sleep(0.2)
  end)
end
sleep(2)
print(lock.held)
