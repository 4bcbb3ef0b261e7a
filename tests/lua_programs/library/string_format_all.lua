--! engines = ["lua54", "luajit", "python"]
-- string.format: every specifier with flags, widths and precisions; what is refused.
local function try(...)
  local ok, text = pcall(string.format, ...)
  print(ok and ("[" .. text .. "]") or text, ...)
end
for _, spec in ipairs { "d", "i" } do
  for _, mod in ipairs { "", "5", "-5", "05", "+", " ", "+5", ".3", "8.3", "-8.3", ".0", "+.3", "- 6", "020" } do
    for _, v in ipairs { 0, 7, -42, 123456789 } do try("%" .. mod .. spec, v) end
  end
end
for _, spec in ipairs { "o", "x", "X" } do
  for _, mod in ipairs { "", "5", "-5", "05", "#", "#8", "#08", ".4", "-#8.3", ".0" } do
    for _, v in ipairs { 0, 8, 255, 3735928559 } do try("%" .. mod .. spec, v) end
  end
end
for _, spec in ipairs { "e", "E", "f", "F", "g", "G" } do
  for _, mod in ipairs { "", "12", "-12", "012", "+", " ", "#", ".0", "#.0", ".3", "10.2", "-+10.2", ".10", "0.1" } do
    for _, v in ipairs { 0.5, -1.25, 1e10 + 0.5, 123456.789, 1 / 0, -1 / 0 } do try("%" .. mod .. spec, v) end
  end
end
for _, spec in ipairs { "a", "A" } do
  for _, mod in ipairs { "", "20", "-20", "+", ".0", ".1", ".3", "#.0", "020" } do
    for _, v in ipairs { 0.5, 1.5, -0.1, 3.14159, 1e300, 1 / 0 } do try("%" .. mod .. spec, v) end
  end
end
for _, mod in ipairs { "", "5", "-5", "1" } do for _, v in ipairs { 65, 0, 255, 10 } do try("%" .. mod .. "c|", v) end end
for _, mod in ipairs { "", "8", "-8", ".2", "8.2", "-8.2", ".0", ".20", "." } do
  for _, v in ipairs { "text", "", 12, 1.5, true, "a\0b" } do try("%" .. mod .. "s|", v) end
  try("%" .. mod .. "s|", nil)
end
for _, v in ipairs { "plain", 'quote"', "back\\slash", "line\nbreak", "cr\r", "\0", "\0001", "tab\t", "\1\0012\127\200\255", "", "é" } do try("%q", v) end
for _, v in ipairs { true, false, 1, -1, 0.1, 1 / 3, 1 / 0, -1 / 0, 123456789 } do try("%q", v) end
try("%q", nil)
print(load("return " .. string.format("%q", "any\0\n\r\"\\\1272"))() == "any\0\n\r\"\\\1272", load("return " .. string.format("%q", 1 / 3))() == 1 / 3)
print((string.format("%p", {}):gsub("%x+", "H")), string.format("%p", 1), string.format("%p", nil), string.format("%p", "s") == string.format("%p", "s"))
try("%%") try("100%%d") try("%5%") try("%") try("%y", 1) try("%10") try("%ll", 1) try("%-", 1) try("%.", 1)
try("%#d", 1) try("%+x", 1) try("%0s", "x") try("%+s", "x") try("% s", "x") try("%#s", "x") try("%05c", 65) try("%.1c", 65) try("%.3q", "x") try("%5q", "x") try("%.3p", 1)
try("%100d", 1) try("%.100f", 1) try("%99.99f", 0.5) try("%---5d", 1) try("%-----------5d", 1) try("%1234s", "x") try("%.123s", "x")
try("%d") try("%d", "x") try("%s") try("%d", nil) try("%c", "x") try("%f", "x") try("%f", "1.5") try("%d", "3") try("%x", "0x10") try("%c", "65") try("%q") try("%a", "x")
print(pcall(string.format, "%q", {}))
print(pcall(string.format, "%q", print))
print(pcall(string.format))
print(pcall(string.format, {}))
print(string.format(12), string.format("%s %s", 1, 2, 3), string.format("%s", setmetatable({}, { __tostring = function() return "T" end })), string.format("%5s|", setmetatable({}, { __tostring = function() return "T" end })))
print(pcall(string.format, "%s", setmetatable({}, { __tostring = function() return 1 end })))
print(pcall(string.format, "%10s", "a\0b"), string.format("%s", "a\0b") == "a\0b")
