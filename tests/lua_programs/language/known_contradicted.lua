--! engines = ["lua54", "luajit", "python"]
-- Values that are not what the program's text suggests: errors and results that must not get lost.

local function say(f, ...)
  print(pcall(f, ...))
end

-- an index whose result does not matter still fails
local object = {x = 0, y = true}
function object:put(p)
  local value = p.n and nil or self.x
  p.y = 1
  return value
end
say(function() return object:put() end)
say(function() return object:put(object) end)

-- what strings do not have is nil
local text = "s"
while text do text = text.next end
print(text)

-- a branch that never comes to an end is not always taken
local list = {x = 1}
local function fails() return list.nothing.at.all end
list.x = list.missing and fails() or list.next
print(list.x)
list.x = 2
list.x = list.missing and fails()
print(list.x)

-- arguments fail before what is called does
local number = 3
say(function(p) local n = number return n(p.x, p.y, p.z) end)
say(function(p) return object:none(p.x, p.y, p.z) end)

-- what is no table, and what has no metatable
local Class = {}
Class.__index = Class
function Class:get() return self.value end
local function made(value) return setmetatable({value = value}, Class) end
local plain = {value = 1}
local function get(o) return o:get() end
say(get, made(1))
say(get, plain)
say(function(v) print(v.value) return get(v) end, made(2))
local function shown(v) print(v.value.x) end
say(shown, made({x = 3}))
say(shown, made())
say(shown)

-- the start of a loop is worked out before its limit is looked at
say(function(t, limit) for i = #t.list, limit do print(i) end end, {}, {})

-- names of variables where others in the same line have the same field
say(function(a) return (true or {}).x, a.x.x end, {x = 1})
say(function(a, b) return (#a or {}).x + b.x end, {}, {x = 1})
