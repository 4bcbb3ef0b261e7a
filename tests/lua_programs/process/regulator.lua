--! engines = ["lua54", "luajit", "python"]
-- Three sensors share one table; several timers; two heaters with hysteresis.
local room = {temperature = 180, humidity = 400, light = 50, heaters = {false, false}}
local readings, seed = {}, 42
local function noise(n) seed = (seed * 1103 + 12345) % 65536 return seed % n end
local function sensor(name, drift, spread)
  local taken = 0
  return function()
    taken = taken + 1
    room[name] = room[name] + drift(room) + noise(spread) - spread // 2
    readings[#readings + 1] = name:sub(1, 1) .. room[name]
    return room[name], taken
  end
end
local temperature = sensor("temperature", function(r)
  return (r.heaters[1] and 4 or -2) + (r.heaters[2] and 3 or -1)
end, 3)
local humidity = sensor("humidity", function(r) return r.heaters[1] and -3 or 2 end, 5)
local light = sensor("light", function() return 1 end, 7)
local function heater(i, on, off)
  local switched = 0
  return function(t)
    local before = room.heaters[i]
    if t < on then room.heaters[i] = true elseif t > off then room.heaters[i] = false end
    if room.heaters[i] ~= before then
      switched = switched + 1
      print(string.format("%6.2f heater %d %s (%d times)", now(), i, room.heaters[i] and "on" or "off", switched))
    end
  end
end
local h1, h2 = heater(1, 175, 190), heater(2, 165, 180)
local t1 = every(0.5, function()
  local t = temperature()
  h1(t)
  h2(t)
end)
local t2 = every(0.7, function()
  local h, n = humidity()
  if n % 3 == 0 then sleep(0.1) print(string.format("%6.2f humidity %d", now(), h)) end
end)
local t3 = every(1.1, light)
local watch = spawn(function()
  local worst = 1000
  for i = 1, 6 do
    sleep(1)
    if room.temperature < worst then worst = room.temperature end
  end
  return worst, #readings
end)
print("coldest", watch:join())
sleep(2)
t1:cancel()
t2:cancel()
t3:cancel()
print(#readings, table.concat(readings, " "))
