-- integers
-- Numbers to text and back, integers to floats and back.
print(1, 1.0, -1.0, 1e15, 1e16, 1e100, 123456.789, 0.1, 1/3, 100, 1e2, 2^31, 2^63, -2^63)
print(3.14159265358979, 1e-10, 5e-324, 1.7976931348623157e308, 12345678901234567890, 0x7fffffffffffffff, 0xffffffffffffffff)
print(1e308 * 10, -1e308 * 10, string.format("%.1f", 0.05), string.format("%.0f", 0.5), string.format("%.0f", 1.5))
print(math.tointeger(3.0), math.tointeger(3.5), math.tointeger("8"), math.tointeger({}), math.tointeger(2^63), math.tointeger(-2^63))
print(math.floor(3.7), math.floor(-3.7), math.ceil(3.2), math.ceil(-3.2), math.floor(2^70), math.floor(5))
print(tostring(10), tostring(10.0), 10 .. "|" .. 10.0, 2^53 .. "", -0.0 .. "")
print(string.format("%d", 3.0), pcall(function() return string.format("%d", 3.5) end))
print(string.format("%d %s %q %q", "10", 10, 10, 1.5), string.format("%q", 1/3), string.format("%q", math.mininteger))
print(tonumber("10", 2), tonumber("ff", 16), tonumber("zz", 36), tonumber("8", 8), tonumber("-ff", 16), tonumber(" 11 ", 2), tonumber("7fffffffffffffff", 16), tonumber("ffffffffffffffff", 16))
print(tonumber(5), tonumber(5.5), tonumber("abc"), tonumber(nil == nil and "1"), pcall(function()
  return tonumber()
end))
print(pcall(function() return tonumber(10, 16) end))
print(pcall(function() return tonumber("10", 99) end))
print(#tostring(12345.678), 1e15 + 0.5, 123456789012345678)
print(8 // 3 * 1.0, 8 / 2 | 0, pcall(function() return 8.5 | 0 end))
print(pcall(function() return "a" | 0 end))
print(pcall(function() return 2^64 | 0 end))
print(pcall(function() return "1.5" | 0 end))
for i = 1, 3 do
  local x = i / 1
  ;
  print(x, x == i, math.type(x))
end
for x = 1.0, 3 do print(x) end
for x = 1, 2, 0.5 do print(x) end
print(0x10, 0xA.8p0, 0x.1p4, 0xap1, 1e1, 0x7fffffffffffffff + 1, 1//1, 0xfffffffffffffffff)
print(1e1 == 10, 0x10p-4, 3 | 0, 3.0 | 0, -3 >> 60)
print(string.format("%5d|%-5d|%05d|%+d|% d|%x|%X|%o|%c|%i", 42, 42, 42, 42, 42, 255, 255, 8, 65, 7))
print(string.format("%x", -1), string.format("%o", 64), string.format("%#x", 255))
print(string.format("%e|%.3e|%g|%g|%G|%a", 12345.678, 0.00012345, 1e20, 0.1, 1e-10, 1.0))
print(string.format("%10.4f|%-10.2f|%+.1f|%#.0f", math.pi, math.pi, math.pi, 3.0))
print(string.format("%.14g|%.17g|%.3g", 0.1, 0.1, 1234567))
print(string.format("%s %s %s", 1e15, 2^24, -1e15), 1e14, 1e17)
print(math.ult(1, -1), math.ult(-1, 1), math.abs(math.mininteger), math.abs(-5), math.abs(-5.5), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(-7.5, 2))
print(pcall(function() return math.fmod(1, 0) end))
print(math.floor("3.7"), math.abs("-2"), math.abs("-2.5"), math.max(3, 2.5), math.max(2, 2.0))
print(math.fmod(1, 0.0) ~= math.fmod(1, 0.0), math.modf(3.7), math.modf(-3.7), math.modf(5), math.modf(math.huge))
