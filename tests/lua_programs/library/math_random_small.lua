--! engines = ["lua54", "luajit", "python"]
-- Seeded random numbers as PUC Lua gives them, ranges that doubles can hold.
math.randomseed(42)
for i = 1, 5 do print(string.format("%.14g", math.random()), math.random(6), math.random(-10, 10), math.random(1000000)) end
math.randomseed(2024, 7)
local out = {}
for i = 1, 20 do out[i] = math.random(100) end
print(table.concat(out, " "))
