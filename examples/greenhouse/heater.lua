--! name = "heater"
--! checkpoint = 5
-- Keeps all greenhouses between two degrees; what it has switched on hops along with it.
local low, high = tonumber((...)) or 16, tonumber((select(2, ...))) or 18
local on = {}

subscribe("greenhouse/+/warmth", function(topic, payload)
  local house = topic:match("^greenhouse/([^/]+)/")
  local warmth = tonumber(payload)
  if not on[house] and warmth < low or on[house] and warmth > high then
    on[house] = not on[house]
    publish("greenhouse/" .. house .. "/heat", on[house] and "on" or "off")
    print(house, payload, on[house] and "on" or "off")
  end
end)
