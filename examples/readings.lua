--! name = "readings"

-- Reads recorded sea temperatures row by row and keeps a running mean, a variance and a Kalman
-- estimate. It can hop at any moment: what it has read, its closures, its timer, its waiting task
-- and its subscription go with it, and each estimate is the one it would have been.
--
--     moonhop exec examples/readings.lua 500 0
--     moonhop run examples/readings.lua -- 500
--
-- Arguments: how many rows (all of them if none is given), seconds from one row to the next.

local last_row = tonumber((...)) or math.huge
local pace = tonumber((select(2, ...))) or 0.05

-- Welford's running mean and variance.
local function statistics()
  local n, mean, squares = 0, 0.0, 0.0
  return function(x)
    n = n + 1
    local off = x - mean
    mean = mean + off / n
    squares = squares + off * (x - mean)
    return mean, n > 1 and squares / (n - 1) or 0.0
  end
end

-- A Kalman filter for one value that drifts slowly: `drift` and `noise` are variances.
local function kalman(drift, noise)
  local estimate, doubt
  return function(x)
    if not estimate then
      estimate, doubt = x, noise
    else
      doubt = doubt + drift
      local gain = doubt / (doubt + noise)
      estimate = estimate + gain * (x - estimate)
      doubt = (1 - gain) * doubt
    end
    return estimate
  end
end

local add, filter = statistics(), kalman(0.0004, 0.01)
local row, time, estimate, mean, variance = 0, "", 0.0, 0.0, 0.0
local naps = 0

local function report(what)
  print(string.format("%s row %d, %s: %.3f C, mean %.3f, variance %.3f, %d naps",
    what, row, time, estimate, mean, variance, naps))
end

every(1, function() report("tick") end)

spawn(function()
  while true do
    sleep(0.3)
    naps = naps + 1
  end
end)

subscribe("readings/ask", function(topic, payload) report("asked by " .. payload .. ":") end)

for line in fs.lines("data/buoy-b01-sea-temperature.csv") do
  local at, celsius = string.match(line, "^(%d[^,]*),(.+)$")  -- the title line has no digit there
  if at then
    local x = tonumber(celsius)
    row, time, estimate = row + 1, at, filter(x)
    mean, variance = add(x)
    publish("readings/estimate", string.format("%d %.14g", row, estimate), {qos = 1})
    if row >= last_row then break end
    if pace > 0 then sleep(pace) end
  end
end

report("done")
exit(0)
