--! engines = ["lua54", "luajit", "python"]
-- Escape times over a grid: float arithmetic on locals.
local size = tonumber((...)) or 60

local limit, inside, turns = 50, 0, 0
for row = 0, size - 1 do
  local ci = 2.0 * row / size - 1.0
  for column = 0, size - 1 do
    local cr = 2.0 * column / size - 1.5
    local zr, zi = 0.0, 0.0
    local left = limit
    while left > 0 do
      local r2, i2 = zr * zr, zi * zi
      if r2 + i2 > 4.0 then break end
      zi = 2.0 * zr * zi + ci
      zr = r2 - i2 + cr
      left = left - 1
    end
    if left == 0 then inside = inside + 1 end
    turns = turns + limit - left
  end
end
print(inside, turns)
