--! name = "smooth"
--! modules = ["filters.kalman", "filters.median"]

-- Smooths recorded sea temperatures with a filter that is chosen by name. The filters and the
-- reader of rows are modules: they are linked when the program is submitted and hop with it.
--
--     moonhop exec examples/smooth.lua median 500
--     moonhop run examples/smooth.lua -- kalman 500 0.05
--
-- Arguments: which filter, how many rows, seconds from one row to the next.

local rows = require "filters.rows"

local name = ... or "kalman"
local last_row = tonumber((select(2, ...))) or 500
local pace = tonumber((select(3, ...))) or 0

-- A name that is made while the program runs: the manifest tells which modules it may be.
local found, filter = pcall(require, "filters." .. name)
if not found then
  print(filter)
  exit(1)
end

local smooth = filter.new()
local strongest, when = 0, ""
for row, time, celsius in rows.read("data/buoy-b01-sea-temperature.csv", last_row, pace) do
  local off = math.abs(celsius - smooth(celsius))
  if off > strongest then
    strongest, when = off, time
  end
end
print(string.format("%s: %d rows, at most %.3f C off, %s", name, rows.count(), strongest, when))
