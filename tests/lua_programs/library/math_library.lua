--! engines = ["lua54", "luajit", "python"]
-- math: what does not depend on integers of 64 bits.
print(math.floor(3.7), math.floor(-3.7), math.ceil(3.2), math.ceil(-3.2), math.floor(5), math.abs(-5), math.abs(5.5))
print(math.max(1, 5, 3), math.min(1, 5, 3), math.max(-1, -2.5), math.min(2.5, 7), pcall(function()
  return math.max()
end))
print(string.format("%.6f %.6f %.6f %.6f", math.sin(1), math.cos(1), math.tan(1), math.sqrt(2)))
print(string.format("%.6f %.6f %.6f %.6f", math.exp(1), math.log(10), math.log(8, 2), math.log(1000, 10)))
print(string.format("%.6f %.6f %.6f %.6f", math.asin(0.5), math.acos(0.5), math.atan(1), math.atan(1, -1)))
print(string.format("%.10f", math.pi), string.format("%.6f %.6f", math.deg(1), math.rad(90)), math.huge, -math.huge)
print(math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(5.5, 2))
print(string.format("%g %g", math.modf(3.25)), string.format("%g %g", math.modf(-3.25)))
print(math.tointeger(3), math.tointeger(3.5), math.tointeger("x"), math.type("1"), math.type(nil == nil), math.type({}))
print(math.ult(1, 2), math.ult(2, 1), math.ult(0, 0), pcall(function() return math.type() end))
print(math.sqrt(16) == 4, math.floor(2 ^ 31 + 0.5) == 2147483648, math.log(1) == 0, math.exp(0) == 1, 0 / 0 ~= 0 / 0)
print(pcall(function() return math.floor("x") end), pcall(function()
  return math.floor()
end), pcall(function() return math.sqrt({}) end))
print(math.floor("3.7"))
local function isprime(n)
  for i = 2, math.floor(math.sqrt(n)) do if n % i == 0 then return false end end
  return n > 1
end
local primes = {}
for i = 1, 60 do if isprime(i) then primes[#primes + 1] = i end end
print(table.concat(primes, " "))
math.randomseed(7)
local a, b = math.random(), math.random(100)
math.randomseed(7)
print(a == math.random(), b == math.random(100), a >= 0 and a < 1, b >= 1 and b <= 100)
local seen = {}
for i = 1, 200 do seen[math.random(3, 6)] = true end
print(seen[2], seen[3], seen[4], seen[5], seen[6], seen[7])
print(pcall(function() return math.random(2, 1) end))
print(pcall(function() return math.random(1, 2, 3) end))
print(math.random(5, 5))
