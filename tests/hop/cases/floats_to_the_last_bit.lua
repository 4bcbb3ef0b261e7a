-- hop micropython,python,lua54 1
local values = {0.1, 0.07, 1 / 3, 5e-324, 1e-320, 1.7976931348623157e308, 2.2250738585072014e-308, -0.0, 123456789.123456789}
for i, value in ipairs(values) do
  sleep(0.1)
  local bits = string.pack(">d", value)
  print(i, value == values[i], (bits:gsub(".", function(c) return string.format("%02x", c:byte()) end)))
end
