local M = {}
local up
function M.raise()
  error("raised")
end
function M.index() local t
  return t.field
end
function M.call() return (M.missing()) end
function M.arithmetic(x)
  local y = x + 1
  return y
end
function M.compare() return 1 < "x" end
function M.level() error("level 2", 2) end
function M.argument() return (string.rep()) end
function M.inner()
  return function()
    return (up.x)
  end
end
function M.tail() return M.raise() end
function M.callback(f) f() end
function M.concat()
  return "a" .. up
end
return M
