--! engines = ["lua54", "luajit", "python"]
-- Fields, stores, loops and calls by every way in which an engine may take a short cut.

-- nil fields, inherited fields, chains that end or have functions in them
local Base = {kind = "base", limit = 3}
Base.__index = Base
function Base:name() return self.label or "none" end
local Middle = setmetatable({}, Base)
Middle.__index = Middle
function Middle:size() return self.extent and self.extent * 2 or 0 end
local Leaf = setmetatable({}, Middle)
Leaf.__index = Leaf
local leaf = setmetatable({extent = 4}, Leaf)
local function describe(o) return o:name(), o:size(), o.kind, o.limit, o.missing, o.label end
print(describe(leaf))
leaf.label, leaf.extent = "a", nil
print(describe(leaf))
leaf.label = nil
print(describe(leaf), rawget(leaf, "label"))
local computed = setmetatable({}, {__index = function(_, k) return k .. "!" end})
local above = setmetatable({}, {__index = computed})
local function read(o)
  local x = o.first
  if x then return x, o.second, o[1] end
  return "absent", o.second, o[1]
end
print(read(computed), read(above), read({}), read({first = 1}))
print(pcall(read, nil))
print(pcall(read, 5))
print(pcall(function(o) local x = o.a if x then return x end return o.a.b end, {}))
print(pcall(function(o) return o:absent() end, leaf))
print(("x").absent, pcall(function(s) return s.a.b end, "x"))

-- stores: new and old keys, nil, metamethods, wrong keys
local log = {}
local guarded = setmetatable({x = 1}, {__newindex = function(t, k, v) rawset(log, #log + 1, k) end})
local function store(t, k, v) t.x = v t.y = v t[k] = v end
store(guarded, "z", 2)
store(guarded, 1, nil)
print(rawget(guarded, "x"), rawget(guarded, "y"), table.concat(log, ","))
local plain = {}
store(plain, 1.0, "one")
print(plain[1], plain.x, plain.y)
store(plain, 1, nil)
print(next(plain))
print(pcall(store, {}, nil, 1))
print(pcall(store, {}, 0 / 0, 1))
print(pcall(store, nil, 1, 1))

-- appends
local t = {}
for i = 1, 5 do t[#t + 1] = i end
t[#t] = nil
t[#t + 1] = 7
t[#t + 1] = nil
print(#t, t[5], t[6])
t[6], t[7], t[8] = 1, 2, 3
t[#t + 1] = 9
print(#t, t[9])
local sized = setmetatable({}, {__newindex = function(t, k, v) print("new", k, v) end})
sized[#sized + 1] = "x"
print(pcall(function() local s = "abc" s[#s + 1] = 1 end))
print(pcall(function() local s s[#s + 1] = 1 end))

-- assignments to several variables
local a, b = 1, 2
a, b = b, a
print(a, b)
a, b = a + 1, a + b
print(a, b)
a, a = 5, 6
print(a)
local i, x, y = 1, {}, {}
i, x[i], y[i] = i + 1, "a", "b"
print(i, x[1], x[2], y[1])
local captured = 1
local function seen() return captured end
captured, b = 2, captured
print(captured, b, seen())

-- loops over pairs and ipairs
local list = {10, 20, 30}
for k, v in ipairs(list) do
  if k == 2 then list[4] = 40 end
  if k == 3 then list[5] = nil end
  io_line = (io_line or "") .. k .. "=" .. v .. " "
end
print(io_line)
for k, v in ipairs(list) do list[k] = nil end
print(#list, next(list))
for k, v in ipairs(setmetatable({}, {__index = function(_, n) if n < 4 then return n * 2 end end})) do
  print(k, v)
end
for k, v in pairs(setmetatable({}, {__pairs = function(o)
  return function(_, k) if not k then return 1, 2 end end, o end})) do
  print(k, v)
end
print(pcall(function() for _ in pairs(nil) do end end))
local kept = ipairs
ipairs = pairs
for k, v in ipairs({z = 26}) do print(k, v) end
ipairs = nil
print(pcall(function() for _ in ipairs({}) do end end))
ipairs = kept

-- calls: one value, several, none; functions that are known, with few and many parameters
local function one(v) return v end
local function two(v) if v then return 1, 2 end return 3 end
local function none() end
local function deep(n) if n == 0 then return 0 end return deep(n - 1) end
local function many(a, b, c, d, e, f) return a, f end
local function more(a, b, c, d, e, ...) return select("#", ...), ... end
local function pair(a, b) return a, b end
local function count(...) return select("#", ...), ... end
print(one(one(2)), two(true), two(false), deep(5), one())
print(many(1, 2, 3, 4, 5, 6, 7), many(1))
print(more(1, 2, 3, 4, 5, 6, 7), (many(1, 2, 3, 4, 5, one(6))))
print(#{one(1), one(2), two(true)}, pair(two(true)), pair(0, two(true)), pair(none()))
print(count(two(true)), count(none()), count(0, two(true)), count(one(none())))
local object = {f = function(self, a, b) return a, b end}
print(object:f(two(true)), object:f(none()), object.f(object, two(true)))
print(math.max(two(true)), math.max(3, two(true)), tostring(two(true)))
local absent
print(pcall(function() return absent(two(true)) end))
print(pcall(function() return absent(1, one(2)) end))
