-- integers
-- math.random gives PUC Lua's own sequence for a seed.
for _, seed in ipairs {0, 1, 42, -1, math.maxinteger, 123456789} do
  math.randomseed(seed)
  print(seed, math.random(), math.random(10), math.random(-5, 5), math.random(0), math.random(1 << 40), math.random(math.mininteger, math.maxinteger))
end
math.randomseed(1, 2)
for i = 1, 5 do print(math.random(100), math.random(1000000), math.random(3)) end
math.randomseed(99)
local sum = 0
for i = 1, 500 do sum = sum + math.random(i) end
print(sum, math.random(), math.random(1, 1), math.random(2^31 | 0))
math.randomseed(5)
local deck = {}
for i = 1, 20 do deck[i] = i end
for i = #deck, 2, -1 do local j = math.random(i) deck[i], deck[j] = deck[j], deck[i] end
print(table.concat(deck, " "))
