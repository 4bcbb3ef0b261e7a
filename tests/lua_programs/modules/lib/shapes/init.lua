print("shapes", ...)
local counter = require "lib.counter"
local M = { counter = counter, circle = require "lib.shapes.circle" }
function M.square(a) counter.add() return a * a end
return M
