--! name = "climate"
-- A greenhouse: warms up while the heater is on, cools down while it is off, and tells how warm it is.
local house = ... or "1"
local warmth, heating = 15.0, false
local topic = "greenhouse/" .. house

subscribe(topic .. "/heat", function(_, payload) heating = payload == "on" end)
every(0.5, function()
  warmth = warmth + (heating and 0.6 or -0.4)
  publish(topic .. "/warmth", string.format("%.1f", warmth))
end)
