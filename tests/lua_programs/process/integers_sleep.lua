-- integers
-- Integers and floats keep their kind and their last bit over a suspension.
local v = {math.maxinteger, math.mininteger, 0, -1, 1 << 53, (1 << 53) + 1, 2^53, 1.0, -0.0, 1e308, 5e-324, 0.1, 1 / 3, math.pi, 2^63, -2^63}
for i = 1, #v do
  local a, b = v[i], math.type(v[i])
  sleep(0.1)
  print(a == v[i], b == math.type(v[i]), math.type(a), string.format("%q", a))
end
local t = {[1] = "i", [2^53] = "f", [math.mininteger] = "m", [1.5] = "h"}
sleep(0.1)
print(t[1], t[1 << 53], t[math.mininteger], t[1.5])
local h = 5381
for i = 1, 20 do h = h * 33 + i sleep(0.01) end
print(h, h >> 5, h & 0xffff, h // 7, h % 7)
local x = 1
for i = 1, 70 do
  x = x * 3
  if i % 10 == 0 then sleep(0.01) print(i, x) end
end
for i = math.maxinteger - 2, math.maxinteger do sleep(0.1) print(i) end
for i = 1, 2 do sleep(0.1) print(i, i / 1, i // 1.0) end
for f = 1.0, 2 do sleep(0.1) print(f) end
print(-0.0, 1 / -0.0)
local z = -0.0
sleep(0.1)
print(z, 1 / z)
local n = 0 / 0
sleep(0.1)
print(n ~= n)
math.randomseed(123)
local function r() sleep(0.01) return math.random(0) end
print(r(), r(), r(), math.random())
print(math.random(1 << 40))
sleep(0.1)
print(math.random(1 << 40))
