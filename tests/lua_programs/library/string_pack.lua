-- integers
-- string.pack, unpack, packsize.
local function hex(s)
  return (s:gsub(".", function(c) return string.format("%02x", c:byte()) end))
end
print(hex(string.pack("b", -1)), hex(string.pack("B", 255)), hex(string.pack("<h", -2)), hex(string.pack(">h", -2)), hex(string.pack("<H", 65535)))
print(hex(string.pack("<i4", 305419896)), hex(string.pack(">i4", 305419896)), hex(string.pack("<l", -1)), hex(string.pack(">j", math.mininteger)), hex(string.pack("<J", -1)))
print(hex(string.pack("<i3", -5)), hex(string.pack(">I5", 2^33 | 0)), hex(string.pack("<i16", -1)), hex(string.pack("<I2", 513)))
print(hex(string.pack("<f", 1.5)), hex(string.pack(">d", -2.25)), hex(string.pack("<n", 1e100)))
print(hex(string.pack("z", "hi")), hex(string.pack("<s1", "abc")), hex(string.pack(">s2", "abc")), hex(string.pack("c5", "ab")), hex(string.pack("<s", "x")))
print(hex(string.pack("<!4 b i4", 1, 2)), hex(string.pack("<!8 b Xi8 i8", 1, 2)), hex(string.pack(">bxb", 1, 2)))
print(string.unpack("<i4", string.pack("<i4", -7)), string.unpack(">I2 <I2", "\1\2\1\2"), string.unpack("z", "hello\0rest"), string.unpack("<s1", "\3abcd"))
print(string.unpack("<d", string.pack("<d", math.pi)), string.unpack("c3", "abcdef"), string.unpack("<i2", "xx\1\0", 3), string.unpack("b", "\255", -1))
print(string.packsize("i4"), string.packsize("<!8 b d"), string.packsize("bhilj"), string.packsize("c10"), string.packsize(""))
print(pcall(function() return string.pack("b", 200) end))
print(pcall(function() return string.pack("i17", 1) end))
print(pcall(function() return string.unpack("i4", "abc") end))
print(pcall(function() return string.packsize("s") end))
print(pcall(function() return string.pack("z", "a\0b") end))
print(pcall(function() return string.unpack("z", "abc") end))
print(pcall(function() return string.pack("y", 1) end))
print(pcall(function() return string.unpack("<i16", ("\255"):rep(8) .. ("\1"):rep(8)) end))
local packed = string.pack("<i1 i2 i4 i8 s2 z", 1, -2, 3, -4, "five", "six")
print(#packed, string.unpack("<i1 i2 i4 i8 s2 z", packed))
for _, v in ipairs {0, 1, -1, 127, -128, 32767, math.maxinteger, math.mininteger} do
  print(v, hex(string.pack("<j", v)), (string.unpack("<j", string.pack("<j", v))))
end
for _, v in ipairs {0.0, -0.0, 1 / 0, -1 / 0, 1e-320, 3.14} do
  print(hex(string.pack(">d", v)), (string.unpack(">d", string.pack(">d", v))))
end
