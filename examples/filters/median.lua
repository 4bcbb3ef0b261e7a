-- The median of the last values: single wrong ones do not show.

local M = {}

-- `size` is how many values it looks at.
function M.new(size)
  size = size or 5
  local last = {}
  return function(x)
    table.insert(last, x)
    if #last > size then table.remove(last, 1) end
    local sorted = table.move(last, 1, #last, 1, {})
    table.sort(sorted)
    return sorted[(#sorted + 1) // 2]
  end
end

return M
