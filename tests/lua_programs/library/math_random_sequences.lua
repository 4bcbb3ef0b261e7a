-- integers
-- The generator's sequence for seed 42 and others; ranges of every size; errors; seeds.
math.randomseed(42)
for _ = 1, 20 do print(math.random(0)) end
for _ = 1, 10 do print(string.format("%.17g", math.random())) end
for _, range in ipairs { { 1 }, { 2 }, { 3 }, { 7 }, { 8 }, { 1000 }, { 1 << 31 }, { (1 << 53) + 1 }, { math.maxinteger }, { 0, 0 }, { -3, 3 }, { math.mininteger, 0 },
  { 0, math.maxinteger }, { math.mininteger, math.maxinteger }, { math.maxinteger, math.maxinteger }, { -1, math.maxinteger }, { 3.0 }, { "5" }, { "2", "4" } } do
  print(range[1], range[2], math.random(table.unpack(range)), math.random(table.unpack(range)), math.random(table.unpack(range)))
end
for _, seed in ipairs { { 0 }, { 0, 0 }, { 42, 42 }, { math.mininteger }, { math.maxinteger, math.mininteger }, { 7.0 }, { 2^53 }, { -1, 5 }, { "12" } } do
  math.randomseed(table.unpack(seed))
  print(seed[1], seed[2], math.random(0), math.random(100), math.random())
end
math.randomseed(42)
local first = math.random(0)
math.randomseed(42, 0)
print(first == math.random(0))
math.randomseed(42.0)
print(first == math.random(0))
print(pcall(math.random, 0, 0), pcall(math.random, 1, 2, 3))
print(pcall(math.random, -1))
print(pcall(math.random, 2, 1))
print(pcall(math.random, 1.5))
print(pcall(math.random, 1, 2.5))
print(pcall(math.random, "x"))
print(pcall(math.random, 1, {}))
print(pcall(math.randomseed, "x"))
print(pcall(math.randomseed, {}))
print(pcall(math.randomseed, 1, "x"))
print(pcall(math.randomseed, 1, 1.5))
local seen = {}
math.randomseed(3)
for _ = 1, 2000 do
  local n = math.random(-2, 2)
  seen[n] = (seen[n] or 0) + 1
end
print(seen[-2], seen[-1], seen[0], seen[1], seen[2], seen[3])
math.randomseed()
local r = math.random()
print(r >= 0 and r < 1)
