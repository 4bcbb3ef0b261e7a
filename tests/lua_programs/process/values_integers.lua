-- integers
--! engines = ["lua54", "python"]
-- Integers at both ends beside floats of the same size.
local function rests() for _ = 1, 3 do sleep(0.1) end end

local most, least = math.maxinteger, math.mininteger
local list = {most, least, most - 1, least + 1, 2^53 | 0, -(2^53 | 0), (2^53 | 0) + 1, 1 << 62, ~0, 0, 0xffffffff, 1 << 31}
local floats = {2^63, -2^63, 2^53, 1.0, 0.0, -0.0, 3.0, -1e15, 1e100}
local keys = {[most] = "most", [least] = "least", [2^53] = "2^53", [(2^53 | 0) + 1] = "2^53 + 1", [1] = 1}
local function caught() return most, least end
rests()
for i = 1, #list do print(list[i], math.type(list[i])) end
for i = 1, #floats do print(floats[i], math.type(floats[i])) end
print(keys[most], keys[least], keys[1 << 53], keys[(1 << 53) + 1], keys[1.0])
for key, value in pairs(keys) do assert(math.type(key) == "integer") end
print(caught())
print(most + 1 == least, least - 1 == most, most == 2^63, most < 2^63, least == -2^63, math.ult(most, least))
local loops = {}
for i = most - 2, most do
  sleep(0.1)
  loops[#loops + 1] = i
end
for i = least + 2, least, -1 do
  sleep(0.1)
  loops[#loops + 1] = i
end
print(table.concat(loops, " "))
math.randomseed(42)
for _ = 1, 4 do
  print(math.random(0), math.random(least, most), math.random(most))
  sleep(0.1)
end

-- 2^53 as a float and as an integer: two values, one key.
local both = {2^53, 2^53 | 0, at = {2^53, 2^53 | 0}}
local by = {[2^53] = "first"}
by[2^53 | 0] = "second"
by[(2^53 | 0) + 1], by[-(2^53 | 0)], by[-2^53 - 2] = "next", "minus", "minus 2"
rests()
print(both[1], math.type(both[1]), both[2], math.type(both[2]), both[1] == both[2], both[1] == both[2] + 1)
print(both.at[1], math.type(both.at[1]), both.at[2], math.type(both.at[2]))
print(by[2^53], by[1 << 53], by[(1 << 53) + 1], by[2^53 + 2], by[-2^53], by[-(1 << 53) - 2])
local n = 0
for key in pairs(by) do
  assert(math.type(key) == "integer")
  n = n + 1
end
print(n)
