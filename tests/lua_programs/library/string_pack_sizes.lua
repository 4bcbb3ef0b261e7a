--! engines = ["lua54", "luajit", "python"]
-- Sizes in formats of string.pack: as many digits as fit an int, the rest is the next option.
local sizes = {"c99999999999", "c9999999999999999999", "c2147483647", "c4294967296x", "c99999999999i4", "c", "c0", "c5", "c007"}
for _, size in ipairs(sizes) do
  print(size, pcall(string.packsize, size))
  print(size, pcall(string.unpack, size, "x"))
end
for _, size in ipairs {"s17", "i99999999999", "!99999999999", "c", "c0", "c5", "!3", "i17", "i016"} do
  print(size, pcall(string.pack, size, "7"))
end
for _, size in ipairs {"c2147483640", "c214748364i17", "c214748364y"} do
  print(size, select(2, pcall(string.pack, size, "x")))
end
print(#string.pack("c200000i4", "x", 1), select("#", string.unpack("c3c3", "abcdef")))
