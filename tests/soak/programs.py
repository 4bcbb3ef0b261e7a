"""What runs on the board during a soak."""

# Hears numbers, which must come once and in order, and sends each back.
ECHO = b"""
local at = 0
subscribe("soak/in", function(topic, payload)
  local n = tonumber(payload:match("^%d+"))
  if n <= at then return end  -- a broker may repeat what it got again
  if n ~= at + 1 then print("wrong: " .. n .. " in place of " .. at + 1) end
  at = n
  publish("soak/out", payload, {qos = 1})
end)
print("ready")
sleep(1e9)
"""
# The same, and keeps something of each: a place in a table, which is 16 bytes at least.
LEAK = ECHO.replace(b"at = n\n", b"at = n\n  kept[#kept + 1] = true\n").replace(
    b"local at = 0\n", b"local at = 0\nkept = {}\n"
)
# Uses of a node what else it has: timers, tasks, mailboxes, files, sensors, subscriptions that come
# and go.
BUSY = b"""
local ticks, readings, rounds = 0, 0, 0
local function check(what, found, wanted)
  if found ~= wanted then
    print("wrong: " .. what .. " " .. tostring(found) .. " in place of " .. tostring(wanted))
  end
end
every(0.05, function()
  ticks = ticks + 1
  local late = after(60, function() print("wrong: a cancelled timer") end)
  late:cancel()
end)
sensor("warmth"):on(function(value) readings = readings + 1 check("reading", value, 20.5) end)
spawn(function()
  while true do
    local name = "soak/own/" .. rounds % 7
    local heard = 0
    local sub = subscribe(name, function() heard = heard + 1 end)
    publish(name, rounds, {qos = 1})
    publish("soak/post", rounds, {qos = 1})
    local topic, payload = recv("soak/post", 5)
    sub:cancel()
    local task = spawn(function(a, b) sleep(0.01) return a + b end, rounds, 1)
    rounds = rounds + 1
    sleep(0.1)
  end
end)
spawn(function()
  local n = 0
  while true do
    n = n + 1
    fs.write("soak/state", tostring(n))
    check("file", fs.read("soak/state"), tostring(n))
    local file = fs.open("soak/lines", "w")
    for i = 1, 5 do file:write(n + i, "\\n") end
    file:close()
    local sum = 0
    for line in fs.lines("soak/lines") do sum = sum + tonumber(line) end
    check("sum", sum, 5 * n + 15)
    check("warmth", sensor("warmth"):read(), 20.5)
    sleep(0.2)
  end
end)
print("ready")
sleep(1e9)
"""
# Hears the same numbers while it hops to the board and away again.
TRAVELLER = b"""
local at, beats, names = 0, 0, {}
every(0.05, function()
  beats = beats + 1
  names[beats % 16 + 1] = {beat = beats, where = node.id}
end)
subscribe("soak/in", function(topic, payload)
  local n = tonumber(payload:match("^%d+"))
  if n <= at then return end
  if n ~= at + 1 then print("wrong: " .. n .. " in place of " .. at + 1) end
  at = n
end)
print("ready")
sleep(1e9)
"""
