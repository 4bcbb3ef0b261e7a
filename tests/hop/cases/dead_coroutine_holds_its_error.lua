--! engines = ["lua54", "luajit", "python"]
-- hop lua54,luajit 1
local failing = coroutine.create(function()
  local held <close> = setmetatable({}, { __close = function(_, e) print("held", e) end })
  error("failed", 0)
end)
print(coroutine.resume(failing))
sleep(0)
print(coroutine.close(failing))
