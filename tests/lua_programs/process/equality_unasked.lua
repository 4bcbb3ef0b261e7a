--! engines = ["lua54", "luajit", "python"]
-- Passing around values that have __eq asks it nothing: as first argument of functions that may
-- suspend, as error, as what is called in a tail call.
local asked = 0
local meta = { __eq = function() asked = asked + 1 return true end }
local function waits(self, n)
  if n == "wait" then sleep(0.1) end
  return "ran"
end
meta.__index = waits
meta.__call = waits
local a = setmetatable({}, meta)
local function tail(...) return a(...) end
local function tail_sleeping(...) sleep(0.1) return a(...) end
print(a.x, a[1], tail("wait"), (a("wait")), tail_sleeping("wait"), tail_sleeping())
print(pcall(a, "wait"))
print(pcall(tail, "wait"))
print(select("#", ("x"):gsub("x", function() return waits(a) end)))
table.sort({ a, a, a }, function(p) waits(p) return false end)
print(pcall(error, a) == false, rawequal(select(2, pcall(error, a)), a))
print(select("#", pcall(function() sleep(0.1) error(a) end)), coroutine.wrap(function(p) sleep(0.1) return p.x end)(a))
print((xpcall(function() sleep(0.1) error(a) end, function(e) return rawequal(e, a) end)))
print(select(2, coroutine.resume(coroutine.create(function() coroutine.yield(waits(a, "wait")) end))))
print(asked)
print(a == setmetatable({}, meta), asked)
