--! name = "thermostat"
--! needs = ["temperature", "heater"]
-- Switches a heater on when it gets colder than a limit, off when it gets warmer than another one.
-- Recorded data and a heater that only remembers:
--
--     moonhop exec --things examples/thermostat.toml examples/thermostat.lua 4.5 4.8 4
--     moonhop up --things examples/thermostat.toml
--     moonhop run examples/thermostat.lua --follow -- 4.5 4.8 4
--
-- On a board whose file names a sensor `temperature` and an actuator `heater` it is the same program
-- (docs/things.md). Arguments: the limits in degrees, and after how many switchings it ends.

local low = tonumber((...)) or 4.5
local high = tonumber((select(2, ...))) or 4.8
local last = tonumber((select(3, ...))) or math.huge
local heater = actuator("heater")
local heating, switched = false, 0

heater:set(heating)
sensor("temperature"):on(function(warmth)
  if heating and warmth > high or not heating and warmth < low then
    heating = not heating
    heater:set(heating)
    switched = switched + 1
    print(string.format("%.2f degrees: heater %s", warmth, heating and "on" or "off"))
    if switched == last then exit(0) end
  end
end)
