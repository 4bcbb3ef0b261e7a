--! engines = ["lua54", "luajit", "python"]
-- The digits of a factorial, one multiplication a turn.
local n = tonumber((...)) or 200
local digits = {1}
for factor = 2, n do
  local carry = 0
  for i = 1, #digits do
    local product = digits[i] * factor + carry
    digits[i] = product % 10000
    carry = math.floor(product / 10000)
  end
  while carry > 0 do
    digits[#digits + 1] = carry % 10000
    carry = math.floor(carry / 10000)
  end
  sleep(0)
end
local parts = {tostring(digits[#digits])}
for i = #digits - 1, 1, -1 do parts[#parts + 1] = string.format("%04d", digits[i]) end
print(table.concat(parts))
