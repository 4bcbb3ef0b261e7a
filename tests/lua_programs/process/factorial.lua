--! engines = ["lua54", "luajit", "python"]
-- Factorials in decimal digits, one multiplication a turn.
local BASE = 10000
local digits, n = {1}, 1
local function multiply(list, k)
  local carry = 0
  for i = 1, #list do local v = list[i] * k + carry list[i], carry = v % BASE, v // BASE end
  while carry > 0 do list[#list + 1], carry = carry % BASE, carry // BASE end
end
local function text(list)
  local parts = {tostring(list[#list])}
  for i = #list - 1, 1, -1 do parts[#parts + 1] = string.format("%04d", list[i]) end
  return table.concat(parts)
end
local function power(base, exponent)
  local result = {1}
  for _ = 1, exponent do multiply(result, base) sleep(0.01) end
  return result
end
local report = every(0.1, function() print("at", n, #text(digits)) end)
while n < 25 do
  n = n + 1
  multiply(digits, n)
  sleep(0.03)
end
report:cancel()
print(n, text(digits))
print(text(power(7, 20)))
