-- integers
-- string.pack, unpack and packsize: every option, size, alignment and refusal.
local function hex(s) return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end
local function try(f, ...)
  local r = table.pack(pcall(f, ...))
  if r[1] and type(r[2]) == "string" then r[2] = hex(r[2]) end
  print(table.unpack(r, 1, r.n))
end
for size = 1, 16 do
  for _, order in ipairs { "<", ">", "=" } do
    for _, v in ipairs { 0, 1, -1, 100, -128, math.maxinteger, math.mininteger } do
      for _, kind in ipairs { "i", "I" } do
        local f = order .. kind .. size
        local ok, s = pcall(string.pack, f, v)
        if ok then print(f, v, hex(s), pcall(string.unpack, f, s)) else print(f, v, s) end
      end
    end
  end
end
for _, option in ipairs { "b", "B", "h", "H", "i", "I", "l", "L", "j", "J", "T", "f", "d", "n", "s", "z", "x", "c3", "s1", "s2", "s4", "s8", "Xi4", "!4", "!", "<", ">", "=", " " } do
  print(option, pcall(string.packsize, option))
end
for align = 1, 16 do try(string.pack, "<!" .. align .. " b i2 b i4 b i8 b d", 1, 2, 3, 4, 5, 6, 7, 8) end
for _, f in ipairs { "<!4 b Xi2 b", "<!8 b Xi8", "<!2 b Xi8 b", "<b Xi4 b", ">!4 i2 Xd i2", "!4 bXs", "bXz", "bX", "X", "bXX", "!4 Xc1", "!16 bXi16", "!4 b Xi3" } do
  print(f, pcall(string.packsize, f))
end
for _, s in ipairs { "", "a", "hello", "a\0b", ("x"):rep(255) } do
  for _, f in ipairs { "z", "s", "<s1", ">s2", "<s4", "<s8", "c0", "c5", "c10", "c300" } do
    local ok, p = pcall(string.pack, f, s)
    print(f, #s, ok, ok and #p or p, ok and #p < 40 and hex(p) or "", ok and select("#", pcall(string.unpack, f, p)) or "")
  end
end
try(string.pack, "s1", ("x"):rep(256))
for _, v in ipairs { 0.0, -0.0, 1.5, -2.25, 1e30, 1e-30, 1e300, 1 / 0, -1 / 0, 5e-324, 16777217.0 } do
  local f, d, n = string.pack("<f", v), string.pack(">d", v), string.pack("=n", v)
  print(v, hex(f), hex(d), hex(n), string.unpack("<f", f), string.unpack(">d", d))
end
for _, case in ipairs { { "b", 128 }, { "b", -129 }, { "B", 256 }, { "B", -1 }, { "h", 32768 }, { "H", 65536 }, { "i2", -32769 }, { "I3", 1 << 24 }, { "i0", 1 }, { "i17", 1 }, { "s17", "x" }, { "!17", 1 }, { "!3 i4", 1 }, { "!0", 1 }, { "c", "x" }, { "c1", "xx" }, { "q", 1 }, { "i", "x" }, { "i", 1.5 }, { "i", "7" }, { "i", 7.0 }, { "d", "x" }, { "d", "1.5" }, { "d", 3 }, { "z", 1 }, { "z", {} }, { "s", nil }, { "i" }, { "i99999999999", 1 }, { "x" }, { "xx x" }, { "" } } do
  try(string.pack, table.unpack(case, 1, 2))
end
for _, case in ipairs { { "i4", "abc" }, { "i4", "abcd", 2 }, { "b", "" }, { "b", "a", 2 }, { "b", "a", 3 }, { "b", "abc", -1 }, { "b", "abc", -3 }, { "b", "abc", -4 }, { "b", "abc", 0 }, { "z", "abc" }, { "z", "\0" }, { "s1", "" }, { "s1", "\5abc" }, { "c4", "abc" }, { "c0", "" }, { "", "" }, { "", "abc", 4 }, { "", "abc", 5 }, { "<I9", "\1\2\3\4\5\6\7\8\1" }, { "<I9", "\1\2\3\4\5\6\7\8\0" }, { "<i9", ("\255"):rep(9) }, { "<i9", ("\255"):rep(8) .. "\1" }, { "i4", 12345 }, { "i4", nil }, { "!4 b Xi4", "a" }, { "xb", "ab" } } do
  try(string.unpack, table.unpack(case, 1, 3))
end
print(string.unpack("<i2 >i2 =i1 z s1 <!4 i4", string.pack("<i2 >i2 =i1 z s1 <!4 i4", 1, 2, 3, "z", "s", 4)))
try(string.packsize, "s") try(string.packsize, "z") try(string.packsize, "c2147483647c2147483647") try(string.packsize, "i4 i8 !8 d")
