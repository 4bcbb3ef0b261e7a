local first, last, items = 1, 0, {}
local M = {}
function M.push(item)
  last = last + 1
  items[last] = item
end
function M.pop()
  local item = items[first]
  items[first] = nil
  first = first + 1
  return item
end
function M.size() return last - first + 1 end
sleep(0.05)
print("queue is there", ...)
return M
