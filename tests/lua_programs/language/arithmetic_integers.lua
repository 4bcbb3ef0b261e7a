-- integers
-- Integers of 64 bits: wrap-around, division, remainder, shifts, limits.
local max, min = math.maxinteger, math.mininteger
print(max, min, max + 1 == min, min - 1 == max, max * 2, min * -1, -min)
print(max // -1, min // -1, min % -1, max % -2, min % 3, max % max)
print(7 // 2, -7 // 2, 7 // -2, -7 // -2, 0 // 5, -0 // 5)
print(7 % 3, -7 % 3, 7 % -3, -7 % -3, 6 % 3, -6 % 3, 6 % -3)
print(7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, 5 % math.huge, -5 % math.huge, 5 % -math.huge)
print(1 // 0.0, -1 // 0.0, 0.0 / 0.0 ~= 0.0 / 0.0, 5 % 0.0 ~= 5 % 0.0)
print(pcall(function() return 1 // 0 end))
print(pcall(function() return 1 % 0 end))
print(pcall(function(a) return a // 0 end, 3))
print(3 / 2, 4 / 2, 1 / 3, -1 / 4, 2 ^ 10, 2 ^ 0.5, 2 ^ -1, (-2) ^ 2, -2 ^ 2, 2 ^ 3 ^ 2)
print(1 + 2.0, 3 - 1.0, 2 * 3.0, 10 // 3.0, 10 % 3.0, 1e3 // 1)
print(max + 0.0, max + 1.0, min + 0.0, 2^53 + 1, (1 << 53) + 1)
print(max * max, max * min, min * min, 123456789012 * 987654321098)
print(3037000500 * 3037000500, 4294967296 * 4294967296, -4294967296 * 2147483648)
local acc = 1
for i = 1, 30 do acc = acc * 31 + i end
print(acc)
acc = 1
for i = 1, 25 do acc = acc * i end
print(acc)
local h = 5381
for c in ("the quick brown fox"):gmatch(".") do h = h * 33 ~ c:byte() end
print(h, h & 0xffffffff, h >> 7, h >> 63)
print(max & min, max | min, max ~ min, ~max, ~min, ~0)
print(1 << 0, 1 << 31, 1 << 32, 1 << 62, 1 << 63, 1 << 64, 1 << 100, 1 << -1, 2 << -1)
print(-1 >> 1, -1 >> 63, -1 >> 64, -1 >> -1, -1 << 1, min >> 63, min << 1, 255 >> 4 << 4)
print("10" + 5, "0x10" * 2, "3" // 1, " 7 " % 4, "1e1" + 0, "2" ^ 2, -"4", 10 .. "")
print(2.0 & 3, 3.0 << 1, ~5.0, 7 ~ 2.0, -1.0 >> 60)
print(1 == 1.0, max == max + 0.0, max < max + 0.0, min == min + 0.0, min <= min + 0.0, 2^53 == 2^53 + 1)
print((1 << 53) + 1 == 2^53, (1 << 53) + 1 > 2^53, (1 << 53) < 2^53 + 2, max < math.huge, min > -math.huge)
print(math.type(1), math.type(1.0), math.type("1"), math.type(2^31), math.type(1 // 1), math.type(1 // 1.0))
print(0.0, -0.0, 0.0 == -0.0, 1 / 0.0, 1 / -0.0, 0 * -1, 0.0 * -1)
