--! engines = ["lua54", "luajit", "python"]
-- Odd numbers within nested tables, keys that are almost alike, and metatables that are shared.
local function rests() for _ = 1, 4 do sleep(0.1) end end

local function show(x)
  if x ~= x then return "nan" end
  if x == 0 then return 1 / x < 0 and "-0" or "0" end
  return string.format("%.17g", x)
end

-- nan, infinities and minus zero, deep in lists, in tables of one shape, beside keys, in closures and frames.
local function odd() return 0 / 0, 1 / 0, -1 / 0, -0.0, 0.0 end
local nested = {{{odd()}}, {a = {b = {odd()}}}, [0.5] = {[-0.5] = {odd()}}, [true] = {[false] = {odd()}}}
local readings = {}
for i, value in ipairs {odd()} do readings[i] = {at = i, value = value, inner = {value, x = {value}}} end
local function holder(value)
  return function() return value end, function(new) value = new end
end
local get, put = holder(-0.0)
local getters = {}
for i, value in ipairs {odd()} do getters[i] = holder(value) end
local generator = coroutine.wrap(function(...)
  local a, b, c = odd()
  while true do
    coroutine.yield(a, b, c, ...)
    a, b, c = b, c, a
  end
end)
local function shown(...)
  local texts = {}
  for i = 1, select("#", ...) do texts[i] = show((select(i, ...))) end
  print(table.concat(texts, " "))
end
shown(generator(-0.0, 0.0))
rests()
shown(table.unpack(nested[1][1]))
shown(table.unpack(nested[2].a.b))
shown(table.unpack(nested[0.5][-0.5]))
shown(table.unpack(nested[true][false]))
for i, reading in ipairs(readings) do shown(reading.at, reading.value, reading.inner[1], reading.inner.x[1], getters[i]()) end
shown(generator())
shown(get())
put(0 / 0)
rests()
shown(get())
shown(generator())

-- Keys next to each other: integers, fractions, texts, booleans; what differs by the last bit.
local keys = {
  [1] = "1", [1.5] = "1.5", [2] = "2", [2.5] = "2.5", [-1] = "-1", [-1.5] = "-1.5", [0] = "0", [0.5] = "0.5",
  ["1"] = "text 1", ["1.5"] = "text 1.5", ["0"] = "text 0", [true] = "true", ["true"] = "text true",
  [false] = "false", [""] = "empty", [1 + 2^-52] = "1 + bit", [1 - 2^-53] = "1 - bit", [2^53 - 1] = "2^53 - 1",
  [2^53] = "2^53", [2^53 + 2] = "2^53 + 2", [2^63] = "2^63", [-2^63] = "-2^63", [2^64] = "2^64",
}
rests()
print(keys[1], keys[1.0], keys[1.5], keys[2], keys[2.5], keys[-1], keys[-1.5], keys[0], keys[-0.0], keys[0.5])
print(keys["1"], keys["1.5"], keys["0"], keys[true], keys["true"], keys[false], keys[""], keys["false"])
print(keys[1 + 2^-52], keys[1 - 2^-53], keys[2^53 - 1], keys[2^53], keys[2^53 + 2], keys[2^63], keys[-2^63], keys[2^64])
keys[1], keys[2^63], keys[true], keys[-0.0] = nil, nil, nil, nil
rests()
print(keys[1], keys["1"], keys[1 + 2^-52], keys[2^63], keys[-2^63], keys[2^64], keys[true], keys["true"], keys[0], keys["0"])
local count = 0
for key, value in pairs(keys) do
  assert(keys[key] == value)
  count = count + 1
end
print(count)

-- Functions, tables, coroutines and booleans as keys of each other's tables.
local f, t, co = function() return "f" end, {}, coroutine.create(function(x) return coroutine.yield(x) end)
local cross = {[f] = t, [t] = co, [co] = f, [true] = false, [false] = true}
t[cross], t[f], t[co] = f, co, cross
coroutine.resume(co, 1)
rests()
print(cross[f] == t, cross[t] == co, cross[co] == f, cross[true], cross[false], cross[cross[co]] == t)
print(t[cross] == f, t[f] == co, t[co] == cross, coroutine.resume(t[f], 2))
rests()
print(coroutine.status(cross[t]), cross[coroutine.create(f)], cross[function() return "f" end], cross[{}])

-- One metatable of many tables, of another metatable, and of itself; changed after a rest.
local shared = {__index = {greet = function(self) return "hello " .. self.name end}, __eq = function() return true end}
local objects = {}
for i = 1, 20 do objects[i] = setmetatable({name = "o" .. i}, shared) end
local kinds = {setmetatable({}, shared), setmetatable({1, 2, 3}, shared), setmetatable({[f] = 1}, shared), setmetatable(shared, shared)}
rests()
local same = 0
for _, object in ipairs(objects) do
  if rawequal(getmetatable(object), shared) and object:greet() == "hello " .. object.name then same = same + 1 end
end
for _, object in ipairs(kinds) do
  if rawequal(getmetatable(object), shared) then same = same + 1 end
end
print(same, objects[1] == objects[2], rawequal(objects[1], objects[2]), kinds[2][3], kinds[3][f])
shared.__index = function(_, key) return key .. " of all" end
shared.__call = function(self) return rawget(self, "name") end
rests()
print(objects[20].missing, objects[7](), kinds[1].more, rawget(objects[3], "name"))
