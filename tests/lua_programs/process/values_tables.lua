--! engines = ["lua54", "luajit", "python"]
-- Deep, wide and tangled tables: what they hold and who is who after each rest.
local function rests() for _ = 1, 4 do sleep(0.1) end end

-- 10,000 linked tables by a field; 1,000 by an index, by a metatable and by a key.
local by_field, by_index, by_meta, by_key
for i = 1, 10000 do
  by_field = {next = by_field, i = i}
end
for _ = 1, 1000 do
  by_index = {by_index}
  by_meta = setmetatable({}, by_meta)
end
for _ = 1, 1000 do by_key = {[by_key or "end"] = true} end
-- and 500 linked closures
local chain = function() return nil, 0 end
for i = 1, 500 do
  local before = chain
  chain = function() return before, i end
end
rests()
local n, sum = 0, 0
local node = by_field
while node do n, sum, node = n + 1, sum + node.i, node.next end
print("field", n, sum)
by_field = nil
n = 0
while by_index do n, by_index = n + 1, by_index[1] end
print("index", n)
n = 0
while by_meta do n, by_meta = n + 1, getmetatable(by_meta) end
print("metatable", n)
n = 0
while by_key ~= "end" do n, by_key = n + 1, next(by_key) end
print("key", n)
n, sum = 0, 0
local link, number = chain, nil
while link do
  link, number = link()
  n, sum = n + 1, sum + number
end
print("closures", n, sum)

-- Cycles through tables, keys, metatables and upvalues.
local ring = {}
do
  local at = ring
  for i = 1, 100 do
    at.next = {i = i}
    at = at.next
  end
  at.next = ring
end
local own = {}
own[own] = own
setmetatable(own, own)
own.__index = own
own.__name = "own"
local function me() return me, own end
own.me = me
local pair_a, pair_b = {}, {}
setmetatable(pair_a, pair_b)
setmetatable(pair_b, pair_a)
pair_a.__index, pair_b.__index = function() return pair_b end, pair_a
_G.the_globals = _G
rests()
local at, steps = ring, 0
repeat at, steps = at.next, steps + 1 until at == ring
print("ring", steps)
print("own", own[own] == own, getmetatable(own) == own, rawget(own, "__index") == own, own.me == me, me() == me)
print(select(2, me()) == own)
print("pair", getmetatable(pair_a) == pair_b, getmetatable(pair_b) == pair_a, pair_b.other == pair_b, pair_a.__index ~= nil)
print("globals", the_globals == _G, _G.the_globals.the_globals == _G, _G._G == _G, _ENV == _G)
the_globals = nil

-- One table of 5,000 entries of each kind, with holes and after removals.
local list, names, mixed = {}, {}, {}
for i = 1, 5000 do
  list[i] = i * i
  names["k" .. i] = i
  mixed[i % 2 == 0 and i or "k" .. i] = i
end
for i = 1, 5000, 3 do names["k" .. i] = nil end
rests()
local function total(t)
  local count, whole = 0, 0
  for _, value in pairs(t) do count, whole = count + 1, whole + value end
  return count, whole
end
print(#list, total(list))
print(total(names))
print(total(mixed))
print(names.k1, names.k2, mixed[2], mixed.k2, mixed.k4999, list[5001])
list[#list + 1] = 1
print(#list, table.remove(list), #list)

-- Empty tables are who they are, wherever they are held.
local empty, other = {}, {}
local holders = {empty, {empty}, a = empty, [empty] = "here", f = function() return empty, other end}
rests()
local e, o = holders.f()
print(holders[1] == empty, holders[2][1] == empty, holders.a == empty, holders[empty], e == empty, o == other, e ~= o)
empty.x = 1
print(holders[2][1].x, next(other))

-- Keys of all kinds.
local key_table, key_function = {}, function() end
local key_thread = coroutine.create(function() end)
local keys = {
  [key_table] = "table", [key_function] = "function", [key_thread] = "coroutine", [print] = "builtin",
  [string] = "library", [true] = "true", [false] = "false", [0.5] = "half", [-0.25] = "minus", [1e300] = "big",
  [math.huge] = "inf", [-math.huge] = "-inf", [5e-324] = "smallest", [2^53] = "2^53", [-7] = "-7", [0] = "zero",
  [""] = "empty", ["1"] = "text 1", [1] = "one", ["true"] = "text true", [math.pi] = "pi", [1 / 3] = "third",
}
rests()
print(keys[key_table], keys[key_function], keys[key_thread], keys[print], keys[string], keys[true], keys[false])
print(keys[0.5], keys[-0.25], keys[1e300], keys[math.huge], keys[-math.huge], keys[5e-324], keys[2^53])
print(keys[-7], keys[0], keys[-0.0], keys[""], keys["1"], keys[1], keys["true"], keys[math.pi], keys[1 / 3])
local count = 0
for key in pairs(keys) do
  assert(key == key_table or type(key) ~= "table" or key == string)
  count = count + 1
end
print(count)
