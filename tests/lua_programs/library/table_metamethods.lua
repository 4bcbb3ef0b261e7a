--! engines = ["lua54", "luajit", "python"]
-- The table library through metamethods, and at positions on the edge.
local function watched(list, len)
  local log = {}
  local function note(...)
    local texts = table.pack(...)
    for i = 1, texts.n do texts[i] = tostring(texts[i]) end
    log[#log + 1] = table.concat(texts, " ")
  end
  local proxy = setmetatable({}, {
    __index = function(_, k) note("get", k) return list[k] end,
    __newindex = function(_, k, v) note("set", k, v) list[k] = v end,
    __len = function() note("len") return len or #list end,
  })
  return proxy, function() print(table.concat(log, "; ")) log = {} end, list
end
local p, said, list = watched { "a", "b", "c" }
table.insert(p, "d") said()
table.insert(p, 2, "x") said()
print(table.remove(p)) said()
print(table.remove(p, 1)) said()
print(table.remove(p, #list + 1)) said()
print(table.concat(p, ",")) said()
print(table.unpack(p)) said()
print(table.unpack(p, 2, 4)) said()
table.move(p, 1, 2, 3) said()
table.move(p, 2, 3, 1) said()
table.move(p, 1, 2, 1, {}) said()
table.move({ 7, 8 }, 1, 2, 2, p) said()
print(table.concat(list, " "))
local q, _, sorted = watched { 3, 1, 2 }
table.sort(q)
print(table.concat(sorted, " "))
local e, empty = watched({}, 0)
print(table.remove(e), table.concat(e), table.unpack(e)) empty()
table.insert(e, 1, "first") empty()

for _, len in ipairs { -1, "3", 2.0, "x", {}, true } do
  if len == 2.0 then len = 2 end
  local w = setmetatable({ 1, 2, 3 }, { __len = function() return len end })
  local shown = type(len) == "table" and "table" or len
  print(shown, pcall(table.unpack, w))
  print(shown, pcall(table.concat, w, ","))
  print(shown, pcall(table.insert, w, 9))
  print(shown, pcall(table.remove, w))
end

local t = { 10, 20, 30 }
for _, at in ipairs { 0, 1, 3, 4, 5, -1 } do print(at, pcall(table.insert, { 10, 20, 30 }, at, "new")) end
for _, at in ipairs { 0, 1, 3, 4, 5, -1 } do print(at, (pcall(table.remove, { 10, 20, 30 }, at))) end
for _, at in ipairs { -1, 0, 1, 2 } do print(at, (pcall(table.remove, {}, at))) end
local z = { [0] = "zero" }
print(table.remove(z, 0), z[0], table.remove(z, #z))
print(pcall(table.insert, t), pcall(table.insert, t, 1, 2, 3), pcall(table.insert, nil, 1), pcall(table.insert, t, "x", 1), pcall(table.insert, t, 1.5, 1))
print(pcall(table.concat, { 1, {}, 3 }), pcall(table.concat, { 1 }, ",", 1, 2), pcall(table.concat, { "a", true }), pcall(table.concat, t, {}), table.concat(t, 1))
print(table.concat({ 1, 2.5, "x" }, 0), table.concat({}, ","), table.concat({ "a" }, ",", 2), table.concat({ [5] = "five" }, ",", 5, 5), table.concat({}, ",", 1, 0))
print(table.unpack({ 1, 2, 3 }, 2), table.unpack({ 1, 2, 3 }, 2, 2), table.unpack({ 1, nil, 3 }, 1, 3), (table.unpack({ 1, 2 })), select("#", table.unpack({}, 1, 0)), select("#", table.unpack({}, -2, 2)))
print(pcall(table.unpack, {}, 1, 1e8), pcall(table.unpack, {}, 0, 2^31))
local packed = table.pack(nil, 2, nil)
print(packed.n, packed[1], packed[2], packed[3], table.pack().n, #table.pack(1, 2))
print(table.concat(table.move({ 1, 2, 3, 4, 5 }, 1, 4, 2), " "), table.concat(table.move({ 1, 2, 3, 4, 5 }, 2, 5, 1), " "), table.concat(table.move({ 1, 2, 3 }, 2, 3, 1, { 9, 9, 9 }), " "), table.move({ 1 }, 1, 1, -5)[-5], #table.move({ 1, 2 }, 2, 1, 5))
print(pcall(table.move, {}, 1, 2), pcall(table.move, {}, 1, 2, 3, 5), pcall(table.move, 1, 1, 1, 1), pcall(table.move, {}, "x", 1, 1))
local function sort(values, by)
  local ok, e = pcall(table.sort, values, by)
  for i, v in ipairs(values) do values[i] = tostring(v) end
  print(ok, ok and table.concat(values, " ") or e)
end
sort { 3, 1, 2, 2, 1, 3 } sort { "b", "a", "B", "", "ab" } sort({ 1, 2, 3 }, function(a, b) return a > b end) sort { 1.5, -1, 3, 1 / 0, -1 / 0 } sort({ 5, 5, 5, 5 }, function() return false end)
sort({ 1, 2 }, 5)
print((select(2, pcall(table.sort, { 1, "x" })):gsub("number with string", "string with number")))
print(pcall(table.sort, { 3, 2, 1 }, function() error("in order", 0) end), pcall(table.sort), pcall(table.sort, { {}, {} }))
local many = {}
for i = 1, 500 do many[i] = (i * 7919) % 503 end
table.sort(many, function(a, b) if a % 10 ~= b % 10 then return a % 10 < b % 10 end return a < b end)
print(many[1], many[2], many[250], many[499], many[500])
print(#"abc", #{ 1, 2, nil }, #{ n = 1 }, next({}), rawlen(setmetatable({ 1 }, { __len = function() return 9 end })), #setmetatable({ 1 }, { __len = function() return 9 end }))
