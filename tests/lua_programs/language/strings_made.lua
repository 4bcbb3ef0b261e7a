--! engines = ["lua54", "luajit", "python"]
-- Strings made in different ways are one value: as keys, in comparisons, when joined again.
local word = "moonhop"
local ways = {
  word, "moon" .. "hop", ("xmoonhopx"):sub(2, -2), ("moon"):rep(1) .. ("hop"):lower(),
  ("MOONHOP"):lower(), ("%s%s"):format("moon", "hop"), table.concat({"moon", "hop"}),
  string.char(109, 111, 111, 110, 104, 111, 112), ("moon-hop"):gsub("-", "", 1),
  ("a moonhop b"):match("m%a+"), ("pohnoom"):reverse(), "m" .. "oon" .. "h" .. "op",
}
local seen, different = {}, 0
for _, each in ipairs(ways) do
  seen[each] = (seen[each] or 0) + 1
  if each ~= word or #each ~= 7 or not (each <= word) then different = different + 1 end
end
print(seen.moonhop, seen["moonhop"], different, rawequal(ways[2], ways[3]))
local object = {moonhop = "found"}
for i, each in ipairs(ways) do print(i, object[each], object[each:sub(1, 4) .. "hop"]) end

-- Empty parts and parts of one character.
local empty, one = "", "x"
print("[" .. (empty .. empty) .. "]", empty .. one, one .. empty, #(empty .. empty), one .. one)
print(("abc"):sub(2, 1) == "", ("abc"):sub(4, 9) == "", ("abc"):sub(9, 9) == "", ("abc"):sub(3, 9))
print(empty:upper() == "", empty:rep(7) == "", empty:lower() .. empty:upper() == "", ("%s%s"):format(empty, empty) == "")
print(("x"):rep(0) .. "|", (""):sub(1, 1) .. "|", ("ab"):rep(3, ","), table.concat({"", "", ""}) == "")

-- Bytes that are no ASCII keep their values, wherever they are cut.
local high = "caf\xe9 \xff\0\x80 end"
local function codes(s)
  local out = {}
  for i = 1, #s do out[i] = s:byte(i) end
  return #s .. ":" .. table.concat(out, ",")
end
print(codes(high), codes(high .. high), codes(high:sub(4, 8)), codes(high:sub(4, 4)))
print(codes(high:upper()), codes(high:lower()), codes(high:rep(2)), codes(("%s!"):format(high)))
print(codes("<" .. high .. ">" .. high), codes(high:match("%S+")), codes((high:gsub("%a", "\xe4"))))
print(high:sub(4, 4) == "\xe9", "caf" .. high:sub(4, 4) == high:sub(1, 4), #("\0" .. "\0"), codes("\0" .. 1))

-- Numbers among the parts; what cannot be joined.
local n, f = 7, 0.5
print(n .. "", "" .. n, n .. n, f .. n, "a" .. n .. f .. -n, 2147483648 .. "", (-2147483647 - 1) .. "")
for _, bad in ipairs {{}, print, true} do
  print(pcall(function() return empty .. bad end), pcall(function() return bad .. empty end))
  print(pcall(function() return "a" .. bad .. "b" end), pcall(function() return bad .. bad end))
end
local none
print(pcall(function() return empty .. none end), pcall(function() return none .. empty end))
print(pcall(function() local s = "a"; s = s .. none; return s end))
local joining = setmetatable({}, {__concat = function(a, b)
  return (type(a) == "table" and "T" or a) .. "+" .. (type(b) == "table" and "T" or b)
end})
print(joining .. "", "" .. joining, joining .. joining, "a" .. joining .. "b", 1 .. joining)

-- A string that grows.
local grown = ""
for i = 1, 300 do grown = grown .. i % 10 end
for i = 1, 200 do grown = grown .. "\xe9" end
local sum = 0
for i = 1, #grown do sum = (sum * 31 + grown:byte(i)) % 1000003 end
print(#grown, sum, grown:sub(299, 302) == "90\xe9\xe9")
local parts = {}
for i = 1, 20 do parts[i] = "p" .. i .. ";" end
print(parts[1] .. parts[2] .. parts[3] .. parts[4] .. parts[5] .. parts[6] .. parts[7] .. parts[8] .. parts[9] .. parts[10])
print(tostring(12345678901) .. tostring(0.25) .. tostring(-3))
