local name, path = ...
local n = 0
set_by_module = "counter"
local hidden = 1
local M = { name = name, path = path }
function M.add(by) n = n + (by or hidden) end
function M.get() return n end
function M.global() return set_by_module end
return M
