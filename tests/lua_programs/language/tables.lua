--! engines = ["lua54", "luajit", "python"]
-- Tables: constructors, length of sequences, keys of all kinds, deletion while looping.
local t = {10, 20, 30, x = 1, ["y z"] = 2, [100] = "hundred"; "fourth", }
print(#t, t[1], t[4], t.x, t["y z"], t[100], t.missing)
t[#t + 1] = "fifth"
print(#t, t[5])
t[#t] = nil
print(#t, t[5])
print(#{}, #{1}, #{1, 2, 3}, #{n = 1}, #{nil}, #"", #{{}, {}})
local function three() return 1, 2, 3 end
print(#{three()}, #{three(), three()}, #{(three())}, #{three(), 10}, #{x = three()})
local keys = {}
keys[1] = "one"; keys["1"] = "string one"; keys[true] = "yes"; keys[false] = "no"; keys[0.5] = "half"; keys[-1] = "minus"
keys[keys] = "itself"; keys[print] = "function"
print(keys[1], keys["1"], keys[true], keys[false], keys[0.5], keys[-1], keys[keys], keys[print], keys[nil])
local n = 0
for k, v in pairs(keys) do n = n + 1; keys[k] = nil end
print(n, next(keys))
local a = {}
for i = 1, 100 do a[i] = i * i end
for i = 100, 51, -1 do a[i] = nil end
print(#a, a[50], a[51])
for i = 51, 80 do a[i] = -i end
print(#a, a[80])
local counts = {}
for word in ("the cat the dog the end"):gmatch("%a+") do counts[word] = (counts[word] or 0) + 1 end
local names = {}
for k in pairs(counts) do names[#names + 1] = k end
table.sort(names)
for _, k in ipairs(names) do print(k, counts[k]) end
local nested = {a = {b = {c = {d = "deep"}}}, list = {{1}, {2, {3}}}}
print(nested.a.b.c.d, nested["a"]["b"].c["d"], nested.list[2][2][1])
nested.a.b.c = nil
print(nested.a.b.c, next(nested.a.b))
local m = {}
m.m = m; m.m.m.v = 5
print(m.v, m.m.m.m == m)
local s = 0
for i, v in ipairs {1, 2, nil, 4} do s = s + v end
print(s)
print(rawlen({1, 2}), rawlen("abc"), rawget({a = 1}, "a"), rawequal(m, m.m), rawequal(m, {}), rawset({}, "q", 7).q)
print(next({}), next({5}), type(next), select("#", next({})))
print(pcall(function() return next({}, "nokey") end))
print(pcall(function() return rawset({}, nil, 1) end))
print(pcall(function() return ipairs() end))
print(pcall(function() return setmetatable(1, {}) end))
local copy = {table.unpack({1, 2, 3})}
copy[2] = "two"
print(table.concat(copy, "-"))
local matrix = {}
for i = 1, 4 do matrix[i] = {} for j = 1, 4 do matrix[i][j] = i * j end end
print(matrix[3][4], #matrix, #matrix[1])
local function f(t) t.changed = true return t end
print(f {a = 1}.changed, f({}).changed, type(f {}))
