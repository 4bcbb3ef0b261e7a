--! engines = ["lua54", "luajit", "python"]
-- Chains and corners of metatables: __index, __newindex, __call, __close, __name, __metatable.
local function chain(n, last)
  local t = last
  for i = 1, n do t = setmetatable({ ["level" .. i] = i }, { __index = t }) end
  return t
end
local long = chain(60, { bottom = "reached" })
print(long.bottom, long.level1, long.level60, long.none, rawget(long, "bottom"))
local asked = chain(3, setmetatable({}, { __index = function(t, k) return tostring(k) .. "?" end }))
print(asked.x, asked[1], asked[true], asked.level2)
local strings = setmetatable({}, { __index = "text" })
print(strings.len == string.len, strings.upper("x"), strings.none)
print(pcall(function() return setmetatable({}, { __index = 5 }).x end))
print(pcall(function() setmetatable({}, { __newindex = 5 }).x = 1 end))
print(pcall(function() return setmetatable({}, { __index = true }).x.y end))

-- __newindex: chains, functions at the end, fields that exist
local store = {}
local writes = setmetatable({ own = 1 }, { __newindex = setmetatable({}, { __newindex = setmetatable(store, { __newindex = function(t, k, v) rawset(t, k, v * 2) end }) }) })
writes.own, writes.a, writes[5] = 10, 20, 30
print(writes.own, rawget(writes, "a"), store.a, store[5])
store.a = nil
writes.a = 7
print(store.a)
writes.own = nil
writes.own = 3
print(rawget(writes, "own"), store.own)
local refused = setmetatable({}, { __newindex = function(_, k) error("no field " .. tostring(k), 2) end, __index = function(_, k) error("none " .. tostring(k), 2) end })
print(pcall(function() refused.x = 1 end))
print(pcall(function() return refused.x end))
print(pcall(function() refused[1], store.z = 1, 2 end), store.z)
print(pcall(rawset, refused, "x", 5), refused.x, rawget(refused, "y"))

-- __call: chains, as method, as iterator, in table.sort, in gsub, through pcall; what is not callable
local function callable(f) return setmetatable({}, { __call = f }) end
local add = callable(function(self, a, b) return (a or 0) + (b or 0) end)
local twice = callable(add)
print(add(1, 2), add(), pcall(add, 5, 6))
print(pcall(twice, 1))
local object = { run = callable(function(self, o, x) return type(self), type(o), x end), name = "o" }
print(object:run(7))
for i in callable(function(_, _, c) c = (c or 0) + 1 if c <= 3 then return c end end) do print(i) end
local list = { 3, 1, 2 }
print(pcall(table.sort, list, callable(function(_, a, b) return a < b end)))
print(pcall(string.gsub, "abc", "%w", callable(function(_, c) return c .. c end)))
print(select("#", callable(function() end)()), select("#", callable(function(_, ...) return ... end)(nil, nil)))
print(pcall(function() local t = setmetatable({}, { __call = {} }) t() end))

-- changes of a metatable take effect at once
local mt = {}
local t = setmetatable({}, mt)
print(t.x, pcall(function() return t + 1 end) == false, #t)
mt.__index = { x = 1 }
mt.__add = function() return "added" end
mt.__len = function() return 99 end
print(t.x, t + 1, 1 + t, #t)
mt.__index, mt.__add, mt.__len = nil, nil, nil
print(t.x, pcall(function() return t + 1 end) == false, #t)
setmetatable(t, { __index = function() return "other" end })
print(t.x, getmetatable(t) ~= mt)
setmetatable(t, nil)
print(t.x, getmetatable(t))
print(pcall(setmetatable, 1, {}), pcall(setmetatable, {}, 1), pcall(setmetatable, {}))
local locked = setmetatable({}, { __metatable = false })
print(getmetatable(locked), pcall(setmetatable, locked, nil))
print(getmetatable("x").__index == string)

-- comparisons: which operand's, mixed types, results as booleans
local log = {}
local function side(name) return { __lt = function() log[#log + 1] = name .. "lt" return 1 end, __le = function() log[#log + 1] = name .. "le" return nil end, __eq = function() log[#log + 1] = name .. "eq" return "yes" end,
  __concat = function(a, b) log[#log + 1] = name .. "cat" return name end } end
local l, r = setmetatable({}, side "l"), setmetatable({}, side "r")
print(l < r, r < l, l > r, l <= r, l >= r, l == r, r == l, l ~= r, l < 1, 1 < r, "a" < r, l == 1, l == l, l .. r, 1 .. r, l .. "x" .. r)
print(table.concat(log, " "))
print(pcall(function() return {} < {} end), pcall(function() return {} < 1 end), pcall(function() return nil > 1 end))
print(pcall(function() return {} .. "x" end), pcall(function() return -{} end), pcall(function() return {} & 1 end))

-- __close gets the value and the error; it is looked up when the variable is declared and called
local order = {}
do
  local meta = { __close = function(v, e) order[#order + 1] = v.n .. tostring(e) end }
  local a <close> = setmetatable({ n = "a" }, meta)
  local b <close> = setmetatable({ n = "b" }, meta)
  meta.__close = function(v) order[#order + 1] = v.n .. "changed" end
end
print(table.concat(order, " "))
print(pcall(function() local x <close> = setmetatable({}, { __close = callable(function(_, v, e) order[#order + 1] = "called" end) }) return "r" end), order[#order])
print(pcall(function() local x <close> = setmetatable({}, {}) end))
print((tostring(setmetatable({}, { __name = "Point" })):gsub("0x%x+", "ADDR")))
print(pcall(function() return #setmetatable({}, { __name = "Point" }) + setmetatable({}, { __name = "Point" }) end))
