--! engines = ["lua54", "luajit", "python"]
-- table: insert, remove, concat, unpack, pack, move, sort.
local t = {1, 2, 3}
table.insert(t, 4)
table.insert(t, 1, 0)
table.insert(t, 3, "mid")
table.insert(t, #t + 1, "end")
print(table.concat(t, " "))
print(table.remove(t), table.remove(t, 1), table.remove(t, 2), table.concat(t, " "))
print(table.remove({}), #t, table.remove(t, #t + 1), select("#", table.remove({})))
print(pcall(function() table.insert(t, 100, 1) end))
print(pcall(function() return table.insert(t, 0, 1) end))
print(pcall(function() table.insert(t, 1, 2, 3) end))
print(table.concat({}), table.concat({1}), table.concat({1, 2, 3}, ", "), table.concat({1, 2, 3}, "-", 2), table.concat({1, 2, 3}, "-", 2, 3), table.concat({1, 2, 3}, "-", 3, 2), table.concat({"a", 1.5, "b"}, ""))
print(pcall(function() return table.concat({1, true}) end))
print(table.unpack({1, 2, 3}))
print(table.unpack({1, 2, 3}, -1, 1))
print(table.unpack({n = 1}, 1, 2))
print((table.unpack({7, 8})))
print(table.pack(1, nil, nil).n, table.pack().n, #table.pack("a", "b"))
print(table.concat(table.move({1, 2, 3}, 1, 3, 2), ","), table.concat(table.move({1, 2, 3, 4, 5}, 2, 5, 1), ","), table.concat(table.move({1, 2, 3}, 1, 3, 1, {}), ","), table.concat(table.move({1, 2, 3}, 2, 3, 5, {9, 9, 9, 9}), ","))
print(#table.move({1, 2, 3}, 1, 0, 5, {}), table.concat(table.move({1, 2, 3, 4}, 1, 3, 2), ","))
local function sorted(list, cmp)
  table.sort(list, cmp)
  local out = {}
  for i, v in ipairs(list) do out[i] = tostring(v) end
  return table.concat(out, " ")
end
print(sorted {5, 2, 8, 1, 9, 3}, sorted({5, 2, 8, 1}, function(a, b) return a > b end), sorted {"banana", "apple", "Cherry", "10", "9"}, sorted {}, sorted {1}, sorted {2, 1}, sorted {1.5, 1, -3, 0.25})
local people = {{n = "Ann", a = 30}, {n = "Bob", a = 25}, {n = "Cid", a = 35}}
table.sort(people, function(x, y) return x.a < y.a end)
for _, p in ipairs(people) do print(p.n, p.a) end
local big, seed = {}, 7
for i = 1, 300 do seed = (seed * 1103 + 12345) % 65536 big[i] = seed end
table.sort(big)
local ok = true
for i = 2, #big do if big[i - 1] > big[i] then ok = false end end
print(ok, big[1], big[150], big[300])
table.sort(big, function(a, b) return a > b end)
print(big[1], big[300])
print(pcall(function() return table.sort({3, "x", 1}) end))
print(pcall(function() return table.sort({1, 2, 3}, function() error("cmp", 0) end) end))
local objs = {}
local mt = {__lt = function(a, b) return a.v < b.v end}
for _, v in ipairs {3, 1, 2} do objs[#objs + 1] = setmetatable({v = v}, mt) end
table.sort(objs)
print(objs[1].v, objs[2].v, objs[3].v)
local proxy = setmetatable({}, {__len = function() return 3 end, __index = function(_, i)
  return i * 10
end})
print(table.concat(proxy, ","), table.unpack(proxy))
print(#proxy)
local logged = {}
local target = setmetatable({}, {__newindex = function(_, k, v)
  rawset(logged, #logged + 1, k .. "=" .. v)
end, __len = function() return 0 end})
table.insert(target, "a")
table.move({"x", "y"}, 1, 2, 1, target)
print(table.concat(logged, " "))
local queue = {}
for i = 1, 5 do table.insert(queue, i) end
while #queue > 0 do
  local v = table.remove(queue, 1)
  if v == 3 then table.insert(queue, 30) end
  print(v)
end
print(#{table.unpack({}, 1, 3)}, select("#", table.unpack({}, 1, 3)))
print(next(table.pack(nil)), pcall(function() return table.unpack({}, 1, 1e7) end))
local words = {}
for w in ("the quick brown fox jumps over the lazy dog"):gmatch("%a+") do words[#words + 1] = w end
table.sort(words, function(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end)
print(table.concat(words, " "))
local w = setmetatable({}, {__index = table})
w:insert("m1")
w:insert("m2")
print(w:concat("+"), w:remove(), w:unpack())
