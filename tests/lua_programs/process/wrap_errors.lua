--! engines = ["lua54", "luajit", "python"]
-- An error in a coroutine that wrap made has the position of who called it before its message.
local f = coroutine.wrap(function() error("x") end)
print(pcall(f))
local g = coroutine.wrap(function() error("x") end)
print(pcall(function() g() end))
local k = coroutine.wrap(function() sleep(0.001) error("late") end)
print(pcall(function() local r = k() return r end))
