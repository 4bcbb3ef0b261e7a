--! engines = ["lua54", "luajit", "python"]
-- next and pairs: fields cleared and changed on the way, any key, __pairs, misuse.
local t = {}
for i = 1, 50 do t[i] = i t["k" .. i] = i t[i + 0.5] = i end
local count, sum = 0, 0
for k, v in pairs(t) do count, sum, t[k] = count + 1, sum + v, nil end
print(count, sum, next(t))
for i = 1, 50 do t[i] = i t["k" .. i] = i end
for k, v in pairs(t) do t[k] = v * 2 end
sum = 0
for _, v in pairs(t) do sum = sum + v end
print(sum)
for k in pairs(t) do
  if type(k) == "number" then t["k" .. k] = nil else t[tonumber(k:sub(2))] = nil end
end
local ok = true
for i = 1, 50 do ok = ok and (t[i] == nil) ~= (t["k" .. i] == nil) end
print(ok)
local k = next(t)
while k ~= nil do
  local following = next(t, k)
  t[k] = nil
  k = following
end
print(next(t))
for i = 1, 10 do t[i] = true end
k = next(t)
while k ~= nil do t[k] = nil k = next(t, k) end
print(next(t), #t)

local f, keys = function() end, {}
local odd = { [true] = 1, [false] = 2, [1.5] = 3, [-1] = 4, [0] = 5, [f] = 6, [keys] = 7, [""] = 8, ["1"] = 9, [1] = 10, [1 / 0] = 11, [-1 / 0] = 12, [print] = 13 }
local seen = {}
for key, v in pairs(odd) do
  if odd[key] == v then seen[v] = (seen[v] or 0) + 1 end
end
print(table.concat(seen, " "), #seen)
for i, v in ipairs { 1, 2, nil, 4 } do print(i, v) end
print(pcall(next, {}, "absent"))
print(pcall(next, {}, 1))
print(pcall(next, { 1 }, 2))
print(pcall(next), pcall(next, 5))
print(pcall(pairs), pcall(ipairs), pcall(ipairs, nil) == false)
print(pcall(function() local x = {} x[nil] = 1 end), pcall(function() local x = {} x[0 / 0] = 1 end), ({})[nil], ({})[0 / 0])
print(pcall(rawset, {}, nil, 1), pcall(rawset, {}, 0 / 0, 1))

-- __pairs: any three values; the rest is dropped; errors; a call table
local function show(p)
  print(pcall(function()
    local out = {}
    for a, b, c in pairs(p) do out[#out + 1] = tostring(a) .. "=" .. tostring(b) .. "," .. tostring(c) end
    return table.concat(out, " ")
  end))
end
show(setmetatable({ 5 }, { __pairs = function(self) return next, self, nil, "extra" end }))
show(setmetatable({ 5 }, { __pairs = function() return next, { x = 1 } end }))
show(setmetatable({}, { __pairs = function() return function(s, c) if c < s then return c + 1, c * c end end, 3, 0 end }))
show(setmetatable({}, { __pairs = function() end }))
show(setmetatable({}, { __pairs = function() error("pairs fails", 0) end }))
show(setmetatable({}, { __pairs = setmetatable({}, { __call = function(_, self) return next, { self ~= nil } end }) }))
print(select("#", pairs({})), select("#", pairs(setmetatable({}, { __pairs = function() return 1 end }))), (pairs({})) == next, select("#", ipairs({})))
local proxy = setmetatable({}, { __index = function(_, i) if i <= 3 then return i * i end end })
for i, v in ipairs(proxy) do print(i, v) end

-- keys that are equal are one
local n = {}
n[1] = "int" n[1.0] = "float" n["1"] = "text" n[2^31] = "big" n[2147483648] = "same"
count = 0
for _ in pairs(n) do count = count + 1 end
print(count, n[1], n["1"], n[2^31])
-- assigning nil to what is not there while walking
local a = { 1, 2, 3, x = 1 }
for key in pairs(a) do a.never = nil a[key] = nil a[key] = nil end
print(next(a))
