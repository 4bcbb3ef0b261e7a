--! engines = ["lua54", "luajit", "python"]
-- The largest eigenvalue of an infinite matrix: calls of a small function in nested loops.
local n = tonumber((...)) or 50

local function element(i, j)
  local ij = i + j - 1
  return 1.0 / (ij * (ij - 1) * 0.5 + i)
end

local function multiply(x, y, transposed)
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do
      if transposed then
        sum = sum + x[j] * element(j, i)
      else
        sum = sum + x[j] * element(i, j)
      end
    end
    y[i] = sum
  end
end

local u, v, t = {}, {}, {}
for i = 1, n do u[i] = 1.0 end
for _ = 1, 5 do
  multiply(u, t, false)
  multiply(t, v, true)
  multiply(v, t, false)
  multiply(t, u, true)
end
local vbv, vv = 0.0, 0.0
for i = 1, n do
  local ui, vi = u[i], v[i]
  vbv = vbv + ui * vi
  vv = vv + vi * vi
end
print(string.format("%.9f", (vbv / vv) ^ 0.5))
