--! engines = ["lua54", "luajit", "python"]
-- Tasks that require the same module while it loads: it runs once, all get the same.
local results = {}
local tasks = {}
for i = 1, 3 do
  tasks[i] = spawn(function()
    sleep(0.03 * i)
    local meter, path = require "parts.meter"
    meter.tick(i)
    results[#results + 1] = meter
  end)
end
for i = 1, 3 do tasks[i]:join() end
print(#results, results[1] == results[2], results[2] == results[3], results[1].total())

-- in coroutines of different tasks
package.loaded["parts.meter"] = nil
local function later(n)
  return coroutine.wrap(function()
    sleep(n)
    local meter = require "parts.meter"
    coroutine.yield(meter.total())
    return meter
  end)
end
local a = spawn(function() local co = later(0.01) print("a", co()) return co() end)
local b = spawn(function() local co = later(0.05) print("b", co()) return co() end)
print(a:join() == b:join())

-- the one that loads fails: the next one tries
local tries = 0
package.preload.fragile = function()
  tries = tries + 1
  local try = tries
  sleep(0.1)
  if try == 1 then error("first try") end
  return "try " .. try
end
local first = spawn(function() print("first", (pcall(require, "fragile"))) end)
local second = spawn(function()
  sleep(0.01)
  print("second", (require "fragile"))
end)
first:join()
second:join()

-- the one that loads is cancelled
package.loaded.fragile = nil
tries = 1
first = spawn(function() require "fragile" end)
second = spawn(function()
  sleep(0.01)
  print("second", (require "fragile"))
end)
sleep(0.05)
first:cancel()
second:join()
