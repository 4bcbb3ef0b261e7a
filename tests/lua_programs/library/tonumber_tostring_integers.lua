-- integers
-- tonumber and tostring of 64-bit integers and of floats with whole values.
for base = 2, 36, 2 do
  print(base, tonumber(("1"):rep(70), base), tonumber("-" .. ("1"):rep(63), base), tonumber(("z"):rep(13), base), tonumber("-7fffffffffffffff", base))
end
for _, text in ipairs { "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "0x7fffffffffffffff", "0xffffffffffffffff", "0x10000000000000000", "-0x8000000000000000", "0x1ffffffffffffffff",
  "1e2", "1.", "0x1p4", "0x.8p1", "1e0", "  0x10  ", "0000000000000000000000000001", "123456789012345678901234567890" } do
  local n = tonumber(text)
  print(text, n, math.type(n))
end
for _, v in ipairs { 1.0, -0.0, 0.0, 1e15, 1e16, -1e15, 2^53, 2^63, -2^63, 1e100, 123456789012.0, 3, -3, math.maxinteger, math.mininteger, 1e14, 99999999999999.0, 999999999999999.0, 2^24, 0x10p0 } do
  print(tostring(v), v .. "", math.type(v), math.type(tonumber(tostring(v))), string.format("%s %q", v, v))
end
print("10" + 0, "10." + 0, "0x7fffffffffffffff" + 1, "9223372036854775807" + 1, "9223372036854775808" + 0, math.type("3" * 2), math.type("3.0" * 2), "7" // 2, "7" / 2, 2 ^ "2", -"3", -"3.0")
print(pcall(function() return "3" | 0 end), pcall(function() return "3.0" & 1 end))
print(math.tointeger("3"), math.tointeger(3.0), math.tointeger("3.0"), math.tointeger(2^63), math.tointeger("x"))
