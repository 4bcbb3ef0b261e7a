--! engines = ["lua54", "luajit", "python"]
-- utf8.
print(utf8.char(72, 228, 8364, 128512), utf8.char(), #utf8.char(0x10FFFF), type(utf8.charpattern))
print(utf8.len("häß€"), utf8.len(""), utf8.len("abc", 2), utf8.len("häß", -2), utf8.len("\xff"), utf8.len("a\x80b"), utf8.len("abc", 4))
print(utf8.codepoint("häß€", 1, -1))
print(utf8.codepoint("abc"))
print(utf8.codepoint("abc", 2, 3))
print(utf8.codepoint("abc", 3, 2))
print(utf8.offset("häß€", 3), utf8.offset("häß€", -1), utf8.offset("häß€", 0, 3), utf8.offset("abc", 4), utf8.offset("abc", 5), utf8.offset("abc", 1, 2))
for p, c in utf8.codes("aé€😀") do print(p, c, utf8.char(c)) end
for c in ("aé€"):gmatch(utf8.charpattern) do print(#c) end
print(pcall(function() return utf8.codepoint("\xff") end))
print(pcall(function() return utf8.len("abc", 10) end))
print(pcall(function() return utf8.char(-1) end))
print(pcall(function() return utf8.codepoint("abc", 4) end))
print(pcall(function() for p, c in utf8.codes("a\xffb") do end end))
print(pcall(function() return utf8.offset("é", 1, 2) end))
local function reverse(s)
  local out = {}
  for _, c in utf8.codes(s) do table.insert(out, 1, utf8.char(c)) end
  return table.concat(out)
end
print(reverse("añb€"), #reverse("añb€"))
print(utf8.len("\u{7FFFFFFF}"), utf8.len("\u{7FFFFFFF}", 1, -1, true), utf8.len("\u{D800}", 1, -1, true), utf8.len("\xED\xA0\x80"))
