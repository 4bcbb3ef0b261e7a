--! engines = ["lua54", "luajit", "python"]
-- utf8: every length of sequence, strict and lax, positions at the edges, damaged text.
local function hex(s) return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end
local points = { 0, 1, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF, 0x110000, 0x1FFFFF, 0x200000, 0x3FFFFFF, 0x4000000, 0x7FFFFFFF }
for _, point in ipairs(points) do
  local s = utf8.char(point)
  print(("%x"):format(point), hex(s), utf8.len(s), utf8.len(s, 1, -1, true), pcall(utf8.codepoint, s))
  print(utf8.codepoint(s, 1, 1, true), utf8.offset(s, 2), utf8.offset(s, -1), s:match("^" .. utf8.charpattern .. "$") == s)
end
for _, s in ipairs { "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "ok\xC3", "a\xE2\x82\xACb\xE2", "\xED\xA0\x80" } do
  print(hex(s), utf8.len(s), utf8.len(s, 1, -1, true))
  print(pcall(utf8.codepoint, s, 1, -1), pcall(utf8.codepoint, s, 1, -1, true))
  print(pcall(function()
    local out = {}
    for at, c in utf8.codes(s) do out[#out + 1] = at .. ":" .. c end
    return table.concat(out, " ")
  end))
  print(pcall(function()
    local out = {}
    for at, c in utf8.codes(s, true) do out[#out + 1] = at .. ":" .. c end
    return table.concat(out, " ")
  end))
end
local s = "aé€😀z"
for i = -12, 12 do print(i, pcall(utf8.len, s, i), pcall(utf8.offset, s, i)) end
for i = 1, #s + 1 do print(i, utf8.offset(s, 0, i), pcall(utf8.offset, s, 1, i), pcall(utf8.offset, s, -1, i)) end
for i = 1, #s do
  for j = i, #s do print(i, j, utf8.len(s, i, j)) end
end
print(utf8.codepoint(s, 1, -1))
print(pcall(utf8.codepoint, s, 3), pcall(utf8.codepoint, s, 1, 100))
print(utf8.codepoint(s, 1, 0), utf8.codepoint(s, -1), utf8.len("", 1), pcall(utf8.len, "", 2), utf8.len("abc", 3, 2), utf8.len("abc", -1), utf8.len("abc", 1, 0))
print(pcall(utf8.char, "x"), pcall(utf8.char, 0x80000000), pcall(utf8.char, 65, -1), utf8.char("65", 66))
print(pcall(utf8.offset, "abc", 1, 5), pcall(utf8.offset, "abc", 1, -4), utf8.offset("abc", 10), utf8.offset("abc", -10), utf8.offset("", 1), utf8.offset("", 0))
for c in ("h€llo\0ß"):gmatch(utf8.charpattern) do print(#c, utf8.codepoint(c)) end
print("\u{48}\u{20AC}\u{7FFFFFFF}" == utf8.char(0x48, 0x20AC, 0x7FFFFFFF))
