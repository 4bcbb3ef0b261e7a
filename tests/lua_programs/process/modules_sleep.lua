--! engines = ["lua54", "luajit", "python"]
--! modules = ["parts.meter"]
-- Modules that hold state, suspend while they load and in their functions, and hop in between.
local queue, where = require "parts.queue"
print(where, queue.size())
local worker = require "parts.worker"
sleep(0.1)
print(worker.run(3))
print(queue.size(), queue.pop(), queue.pop(), queue.size())

-- state is shared after a hop: same module, same upvalues
local again = require "parts.queue"
sleep(0.1)
again.push("x")
print(again == queue, queue.size(), require("parts.queue").pop())
print(package.loaded["parts.queue"] == queue, package.loaded["parts.worker"] == worker)

-- a module that is loaded in a task, by a name made at run time, in pcall and in a coroutine
local name = "parts." .. "meter"
local task = spawn(function()
  local meter = require(name)
  for i = 1, 3 do
    meter.tick(i)
    sleep(0.2)
  end
  return meter.total()
end)
print(task:join())
package.loaded["parts.meter"] = nil
local co = coroutine.wrap(function()
  local ok, meter = pcall(require, "parts.meter")
  coroutine.yield(ok, meter.total())
  meter.tick(10)
  coroutine.yield(meter.total())
  return select(2, pcall(meter.broken))
end)
print(co())
sleep(0.1)
print(co())
sleep(0.1)
print(co())

-- loaders that suspend
package.preload.slow = function(name, data)
  print("slow", name, data)
  sleep(0.3)
  return setmetatable({}, { __call = function(_, x) return x * 2 end })
end
print(require("slow")(21), (require "slow") == package.loaded.slow)
local t = setmetatable({}, { __index = function(_, key) return "no " .. key end })
package.loaded.made = t
sleep(0.1)
print(require("made").thing)
local ok, message = pcall(require, "parts.fails")
print(ok, message)
sleep(0.1)
print(package.loaded["parts.fails"], pcall(require, "parts.fails"))
print((select(2, pcall(require, "parts.none")):gsub("\n.*", "")))
for shape, corners in require("parts.shapes")() do
  sleep(0.1)
  print(shape, corners)
end
