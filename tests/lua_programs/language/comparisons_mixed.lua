-- integers
-- Comparisons between integers and floats, at the edges of both.
local values = {math.mininteger, -2^63, -1, -0.5, 0, -0.0, 0.5, 1, 1.0, 2^53, 2^53 + 1 | 0, (1 << 53) + 1,
  math.maxinteger, 2^63, math.huge, -math.huge, 1e100, -1e100, 9007199254740993}
for i, a in ipairs(values) do
  local row = {}
  for j, b in ipairs(values) do
    row[j] = (a < b and "<" or a == b and "=" or ">") .. (a <= b and "l" or "g")
  end
  print(i, table.concat(row, " "))
end
for _, v in ipairs(values) do
  print(v, math.type(v), math.tointeger(v), v == math.tointeger(v), v // 1, tostring(v))
end
local t = {}
t[1] = "int"; t[1.0] = "float"; t[2^53] = "big"; t[-0.0] = "zero"; t[1.5] = "frac"
print(t[1], t[1.0], t[1 << 53], t[0], t[0.0], t[1.5], #t, next({[3.0] = 1}), math.type(next({[3.0] = 1})))
print(pcall(function() t[0 / 0] = 1 end))
print(t[0 / 0], t[nil])
print(pcall(function() t[nil] = 1 end))
for _, s in ipairs {"10", "10.0", "1e1", "0x10", "0x1p4", "  5  ", "5 5", "", " ", "0x", "1e", "inf", "nan",
  "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
  "0xffffffffffffffff", "0x1ffffffffffffffff", "1_000", "1e+5", "1e-5", ".5", "5.", "0x.8", "0x8.", "- 1", "-0x10", "+7", "1\0"} do
  print((s:gsub("%z", "0")), tonumber(s), math.type(tonumber(s)))
end
