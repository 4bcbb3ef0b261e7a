local queue = require "parts.queue"
local runs = 0
local function work(n)
  runs = runs + 1
  sleep(0.1 * n)
  queue.push(n * n)
end
local M = {}
function M.run(times)
  for i = 1, times do work(i) end
  return runs, queue.size()
end
return M
