--! engines = ["lua54", "luajit", "python"]
-- All ways to place queens: recursion, arrays of booleans.
local n = tonumber((...)) or 7

local solutions = 0
local columns, rising, falling = {}, {}, {}

local function place(row)
  if row > n then
    solutions = solutions + 1
    return
  end
  for column = 1, n do
    local up, down = row + column, row - column + n
    if not columns[column] and not rising[up] and not falling[down] then
      columns[column], rising[up], falling[down] = true, true, true
      place(row + 1)
      columns[column], rising[up], falling[down] = false, false, false
    end
  end
end

place(1)
print(solutions)
