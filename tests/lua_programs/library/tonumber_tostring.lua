--! engines = ["lua54", "luajit", "python"]
-- tonumber in all bases and tostring, what doubles can hold.
local digits = "0123456789abcdefghijklmnopqrstuvwxyz"
local function written(n, base)
  local out = ""
  repeat
    local d = n % base
    out = digits:sub(d + 1, d + 1) .. out
    n = n // base
  until n == 0
  return out
end
for base = 2, 36 do
  local bad = 0
  for _, n in ipairs { 0, 1, base - 1, base, 12345, 1000003, 2^31 | 0 } do
    local text = written(n, base)
    if tonumber(text, base) ~= n or tonumber(text:upper(), base) ~= n or tonumber("  -" .. text .. "\n", base) ~= -n then bad = bad + 1 end
  end
  local top = digits:sub(base + 1, base + 1)
  print(base, bad, tonumber("10", base), tonumber("-10", base), top ~= "" and tonumber(top, base) or nil, tonumber(digits:sub(base, base), base))
end
for _, text in ipairs { "", " ", "-", "+", "+1", "--1", "- 1", "1 ", " 1", "1_", "1 1", "\t1\n", "1\0", "\v1\f", "0x", "0x1", "1.0", ".5", "5.", ".", "1e1", "e1" } do
  local n = tonumber(text)
  print(("%q"):format(text), n and ("%g"):format(n), tonumber(text, 10), tonumber(text, 16), tonumber(text, 36))
end
for _, text in ipairs { "0x.8", "0x8.", "0x.", "0x1p4", "0x1P-2", "0xp1", "0x1p", "0x1.8p1", "0XAbC", "1e", "1e+", "1e+5", "1E-2", "1e 5", "inf", "nan", "Infinity", "-inf", "0x1e1", "1e400", "-1e400", "1e-400", "00012", "0b1", "1f", "1L", "1.2.3", "1..2", "0x1.2.3", "123456789012", "-0x10", "-0x.1", "+0x10", "١" } do
  print(text, tonumber(text) and ("%.14g"):format(tonumber(text)))
end
print(pcall(tonumber))
print(pcall(tonumber, "1", 1))
print(pcall(tonumber, "1", 37))
print(pcall(tonumber, "1", 2.5))
print(pcall(tonumber, "1", "x"))
print(pcall(tonumber, 1, 10))
print(pcall(tonumber, nil, 10))
print(pcall(tonumber, {}, 10))
print(tonumber("10", "16"), tonumber("1", nil), tonumber({}), tonumber(nil), tonumber(true), tonumber(print))
for _, v in ipairs { 0.1, 0.5, 1.5, -1.25, 1e15 + 0.5, 1e-5, 1e-4, 123456.789, 1e100, -1e-100, 0.3, 1 / 3, 2 / 3, 1e16 / 3, 5e-324, 1.7976931348623157e308, 1 / 0, -1 / 0, 100, -7 } do
  print(tostring(v), v .. "", tonumber(tostring(v)) == v)
end
print((tostring(0 / 0):gsub("-", "")), tostring(nil), tostring(true), tostring(false), tostring("text"), tostring(""))
print(pcall(tostring))
print(tostring(setmetatable({}, { __tostring = function() return "mine" end })), pcall(tostring, setmetatable({}, { __tostring = function() return nil end })))
print((tostring(setmetatable({}, { __name = "Kind" })):gsub("0x%x+", "ADDR")), (tostring(setmetatable({}, { __name = 5 })):gsub("0x%x+", "ADDR")))
print("10" + 5, "0x10" + 0, " 3 " * "4", "1e1" * 1 == 10, -"2", pcall(function() return "x" + 1 end))
print(10 == "10", "10" + 0 == 10, "abc" < "abd", pcall(function() return 1 < "2" end))
