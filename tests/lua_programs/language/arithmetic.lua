--! engines = ["lua54", "luajit", "python"]
-- Arithmetic that comes out alike whatever the numbers are made of.
print(1 + 2, 7 - 10, 6 * 7, 2 + 3 * 4 - 5, (2 + 3) * 4, -3 - -4, - -5)
print(1 / 4, 3 / 8, -7 / 2, 1.5 + 2.25, 0.1 + 0.2 == 0.3, 1e-3, 1.5e10 / 4e10)
print(7 // 2, -7 // 2, 7 // -2, -7 // -2, 7 % 3, -7 % 3, 7 % -3, -7 % -3)
print(5.5 % 2, -5.5 % 2, 5.5 % -2, 0.75 % 0.5)
print(string.format("%g %g %g %g", 2 ^ 10, 2 ^ 0.5, 2 ^ -1, -2 ^ 2))
print(string.format("%.10f", 1 / 3), string.format("%5.1f|%-8.3f|%+d", 2.25, 3.14159, 7))
print(10 - 2 - 3, string.format("%g", 2 ^ 2 ^ 3), 100 // 7 // 2, 100 % 7 % 2)
print(math.huge > 1e308, -math.huge < -1e308, math.huge == math.huge, math.huge - math.huge ~= 0)
local nan = 0 / 0
print(nan == nan, nan ~= nan, nan < nan, nan <= 1, 1 < nan, not (nan > 0))
print("10" + 5, "3" * "4", "7" - 2, "0x10" + 0, " 12 " + 1, 10 .. 20, 1 .. "")
print(1 < 2, 2 <= 2, 3 > 4, 4 >= 4, 1 == 1, 1 ~= 1, "1" == 1, "a" < "b", "a" < "B", "" < "a", "ab" < "b")
print("Z" < "a", "a" < "aa", "a\0b" > "a", "a\0b" < "a\0c", "10" < "9")
local function bits(n) local t = {} for i = 7, 0, -1 do t[#t + 1] = n >> i & 1 end return table.concat(t) end
print(bits(0), bits(170), bits(255), bits(12 & 10), bits(12 | 3), bits(12 ~ 10), bits(1 << 3), bits(200 >> 3))
print(5 & 3, 5 | 3, 5 ~ 3, 1 << 10, 1024 >> 3, 0xff & 0x0f, 3 & 5 | 8, 1 | 2 ~ 3 & 4)
print(1 .. 2 == "12", 2 + 3 .. 4 * 5, "a" .. 1 + 2)
print(not nil, not 0, not "", not not nil, nil == false, 1 and 2, nil and 1, false or "x", nil or false, 1 or error("no"))
print(1 and nil or 3, false == nil, (nil and 1) == nil, not 1 == 2)
print(#"abc" + 1, -#"abc", not #"abc", 2 * -3, -2 ^ 2 == -4)
local a, b = 17, 5
print(a + b, a - b, a * b, a // b, a % b, a & b, a | b, a ~ b, a << b, a >> 2)
print((a + b) * 2 - a // b, a - (b - 1) - 1, -(a - b), a > b and a or b)
local fact = 1
for i = 2, 18 do fact = fact * i end
print(string.format("%d", fact))
local x, n = 1, 0
while x < 1000000 do x = x * 3; n = n + 1 end
print(x, n)
local sum = 0.5
for i = 1, 50 do sum = sum + 1 / (i * i) end
print(string.format("%.12g", sum))
