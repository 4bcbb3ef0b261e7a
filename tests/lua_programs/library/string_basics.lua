--! engines = ["lua54", "luajit", "python"]
-- The string library without patterns: byte, char, len, lower, upper, rep, reverse, sub.
print(("hello"):byte(), ("hello"):byte(2, 4), ("hello"):byte(-1), ("hello"):byte(10), ("").byte(""))
print(string.char(72, 105), string.char(), #string.char(0, 255), string.char(104, 101, 108, 108, 111))
print(("abc"):len(), #"", #"a\0b", ("MiXed 123"):lower(), ("MiXed 123"):upper())
print(("ab"):rep(3), ("ab"):rep(3, "-"), ("ab"):rep(0), ("ab"):rep(-1), ("ab"):rep(1, "-"), (""):rep(100))
print(("hello"):reverse(), (""):reverse(), ("a\0b"):reverse() == "b\0a")
for _, a in ipairs {{1}, {2}, {-3}, {2, 4}, {-3, -2}, {0}, {10}, {3, 2}, {-100, 100}, {4, 100}, {-1}, {1, -1}, {1, -2}, {0, 0}} do
  print(a[1], a[2], "[" .. ("hello"):sub(a[1], a[2]) .. "]")
end
print(("x"):rep(10, ","), ("é"):len(), ("caf\u{e9}"):upper():len())
print(tostring("x"), ("5"):rep(2) + 1, "abc" < "abd", ("abc"):sub(2, 2) == "b")
local s = "The quick brown fox"
local out = {}
for i = #s, 1, -1 do out[#out + 1] = s:sub(i, i) end
print(table.concat(out) == s:reverse(), table.concat(out))
local sum = 0
for i = 1, #s do sum = (sum * 31 + s:byte(i)) % 65521 end
print(sum)
print(("x"):byte(1, -1), select("#", ("abc"):byte(1, -1)), select("#", (""):byte(1, -1)), select("#", ("abc"):byte(5)))
print(pcall(function() return ("x"):rep(-1) end), pcall(function() return string.char(-1) end))
print(#string.format("%s", ("y"):rep(1000)), ("%5s|%-5s|%.2s"):format("ab", "ab", "abcdef"))
print(string.len("\0\0\0"), ("a,b,,c"):sub(3), "\u{20AC}" == "\xE2\x82\xAC")
