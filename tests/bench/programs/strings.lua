--! engines = ["lua54", "luajit", "python"]
-- String building: concatenation, format, pieces joined by table.concat.
local rounds = tonumber((...)) or 300

local function row(i)
  local parts = {}
  for k = 1, 10 do
    parts[#parts + 1] = string.format("%d:%s", k, ("x"):rep(k % 4))
  end
  return "[" .. i .. "] " .. table.concat(parts, ",")
end

local length, sum = 0, 0
for i = 1, rounds do
  local line = row(i):upper():gsub("X+", "y")
  length = length + #line
  sum = (sum * 31 + line:byte(i % #line + 1)) % 1000003
end
print(length, sum)
