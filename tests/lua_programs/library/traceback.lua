--! engines = ["lua54", "luajit", "python"]
-- A message handler gets a traceback that begins where the error was raised.
local function deeper() error("broken") end
local function deep() deeper() return 1 end
local function first(text) return (text:gsub("\n\t.*", "")) end
local function lines(text)
  local found = ""
  for line in text:gmatch("\n\t([%w_.]+:%d+)") do found = found .. " " .. line end
  return found:sub(1, 32) -- what lies below the handler, MicroPython does not tell
end
local ok, text = xpcall(deep, debug.traceback)
print(ok, first(text), lines(text))
ok, text = xpcall(deep, function(m) return debug.traceback("H:" .. m, 1) end)
print(ok, first(text), #lines(text) > 0)
print(first(debug.traceback("plain")), debug.traceback(true), debug.traceback(nil) ~= nil)
