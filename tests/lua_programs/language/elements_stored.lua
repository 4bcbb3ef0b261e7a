--! engines = ["lua54", "luajit", "python"]
-- Elements stored in a program that has no metatables: new ones, nil, and in what is no table.
local function fill(t, n, value)
  t[1] = t[1] or "first"
  for i = 2, n do t[i] = value end
  t[n + 1] = nil
  return t[1], t[2], #t
end
print(fill({}, 4, "x"), fill({"a", "b", "c", "d", "e"}, 4, nil), fill({7}, 2, false))
for _, value in ipairs {"text", 5, true, print} do print(select("#", pcall(fill, value, 3, 1)), (pcall(fill, value, 3, 1))) end
print((pcall(fill, nil, 3, 1)))
local grid = {}
for i = 1, 3 do
  local row = {}
  for j = -1, 3 do row[j] = i * j end
  grid[i] = row
end
grid[2][2], grid[3] = nil, nil
print(#grid, grid[1][-1], grid[2][1], grid[2][2], grid[2][3], grid[3])
local counts, none = {}, nil
for i = 1, 10 do counts[i % 3] = (counts[i % 3] or 0) + i end
for i = 0, 2 do counts[i] = i == 1 and none or counts[i] end
print(counts[0], counts[1], counts[2])
local sparse = {}
for i = 28, 30 do sparse[2 ^ i] = i; sparse[-(2 ^ i)] = -i end
print(sparse[536870912], sparse[-(268435456)], sparse[2.0 ^ 29], sparse[0])
local function store(t, k, v) t[k] = v; return t[k] end
print(store({}, 1, 2), store({}, 1.0, 3), (pcall(store, {}, nil, 1)), (pcall(store, {}, 0 / 0, 1)), (pcall(store, 5, 1, 1)))
local ok, message = pcall(function() local t = "s"; t[1] = 2 end)
print(ok, (message:gsub("^.-:%d+: ", "")))
