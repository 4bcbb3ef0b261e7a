-- integers
-- Lists at both ends of the integers.
local far, near = math.maxinteger, math.mininteger
local t = { [far] = "x", [far - 1] = "y", [near] = "z", [near + 1] = "w" }
print(table.unpack(t, far - 1, far))
print(table.unpack(t, near, near + 1))
print(table.concat(t, "-", far - 1, far), table.concat(t, "-", far, far), table.concat(t, "-", far, near))
print(pcall(table.concat, {}, "x", far - 1, far))
print(pcall(table.unpack, {}, 0, far))
print(pcall(table.unpack, {}, near, far))
print(pcall(table.move, {}, 0, far, 1))
print(pcall(table.move, {}, 1, far, 2))
print(pcall(table.move, {}, near, -2, 2))
print(#table.pack(table.unpack({}, far, near)))
local moved = table.move({ [far] = 1, [far - 1] = 2 }, far - 1, far, -1)
print(moved[-1], moved[0])
print(pcall(table.sort, setmetatable({}, { __len = function() return far end })))
