--! engines = ["lua54", "luajit", "python"]
-- Primes by crossing out: array stores.
local limit = tonumber((...)) or 20000

local function sieve(n)
  local crossed, count = {}, 0
  for i = 2, n do crossed[i] = false end
  for i = 2, n do
    if not crossed[i] then
      count = count + 1
      for k = i + i, n, i do crossed[k] = true end
    end
  end
  return count
end

print(sieve(limit))
