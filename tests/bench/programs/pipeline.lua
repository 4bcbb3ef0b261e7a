--! engines = ["lua54", "luajit", "python"]
-- A sensor pipeline: filters as closures over their state, a window, an alarm.
local samples = tonumber((...)) or 3000

local function noise(seed)
  return function()
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647 - 0.5
  end
end

local function kalman(q, r)
  local x, p
  return function(z)
    if not x then
      x, p = z, 1
      return x
    end
    p = p + q
    local k = p / (p + r)
    x = x + k * (z - x)
    p = (1 - k) * p
    return x
  end
end

local function moving_average(size)
  local ring, at, sum = {}, 0, 0
  return function(value)
    at = at % size + 1
    sum = sum + value - (ring[at] or 0)
    ring[at] = value
    return sum / #ring
  end
end

local random, estimate, mean = noise(42), kalman(0.001, 0.1), moving_average(16)
local alarms, last, total = 0, nil, 0
for i = 1, samples do
  local raw = 20 + 5 * ((i % 200) / 200) + random()
  local value = mean(estimate(raw))
  if last and value > 23 and last <= 23 then alarms = alarms + 1 end
  last = value
  total = total + value
end
print(alarms, string.format("%.6f %.6f", last, total / samples))
