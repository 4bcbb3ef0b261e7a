-- integers
-- Numeric for at the edges of the integers, and with floats.
local function run(a, b, c, most)
  local out = {}
  for i = a, b, c do out[#out + 1] = tostring(i) if #out >= (most or 6) then out[#out + 1] = "..." break end end
  print(#out, table.concat(out, " "))
end
local max, min = math.maxinteger, math.mininteger
run(max - 2, max, 1) run(min + 2, min, -1) run(max, max, 1) run(min, min, -1)
run(max - 5, max, 3) run(min, max, max) run(max, min, min) run(1, max, max // 2) run(-1, min, min // 2)
run(1, 3.9, 1) run(1, 3.0, 1) run(3, 1.1, -1) run(1, math.huge, 1, 3) run(1, -math.huge, 1) run(-1, -math.huge, -1, 3)
run(1.0, 3, 1) run(1, 3, 1.0) run(1, 2, 0.5) run(0.1, 1, 0.3) run(3, 1, -0.5)
run(max - 1, 1e100, 1) run(min + 1, -1e100, -1) run(1, 0 / 0, 1)
run(max - 1.0, max, 2.0^52, 3) run(2^53, 2^53 + 4, 1)
run(1, 2^53, 2^52 | 0) run(-3, 3, 3) run(max, max - 1, 1) run(1, 10, max) run(10, 1, min)
print(pcall(run, 1, 2, 0)) print(pcall(run, 1, 2, 0.0))
print(pcall(run, "1", 2, 1)) print(pcall(run, 1, "2", 1)) print(pcall(run, 1, 2, "1"))
for i = 1, 3 do print(math.type(i)) end
for i = 1, 3.5 do print(math.type(i)) end
for i = 1.0, 2 do print(math.type(i), i) end
