--! engines = ["lua54", "luajit", "python"]
-- Metatables with all kinds of metamethods, and chains of __index.
local function rests() for _ = 1, 4 do sleep(0.1) end end

-- All metamethods.
local M = {}
for _, name in ipairs {"add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "concat"} do
  M["__" .. name] = function(a, b)
    return name .. ":" .. (type(a) == "table" and a.name or a) .. ":" .. (type(b) == "table" and b.name or b)
  end
end
M.__unm = function(a) return "unm:" .. a.name end
M.__bnot = function(a) return "bnot:" .. a.name end
M.__len = function() return 77 end
M.__eq = function(a, b) return a.name:lower() == b.name:lower() end
M.__lt = function(a, b) return a.name < b.name end
M.__le = function(a, b) return a.name <= b.name end
M.__call = function(self, ...) return self.name, select("#", ...), ... end
M.__tostring = function(self) return "<" .. self.name .. ">" end
M.__index = function(_, key) return "no " .. key end
M.__newindex = function(self, key, value) rawset(self, key, value .. "!") end
M.__pairs = function(self) return function(_, k) if not k then return 1, self.name end end, self, nil end
M.__metatable = "locked"
M.__name = "M"
local a, A = setmetatable({name = "a"}, M), setmetatable({name = "A"}, M)
rests()
print(a + 1, 1 - a, a * A, a / 2, a % 3, a ^ 4, a // 5)
print(a & 6, a | 7, a ~ 8, a << 9, 10 >> a, a .. "x", "x" .. a)
print(-a, ~a, #a, a == A, a ~= A, a < A, a <= A, tostring(a))
print(a(1, nil, nil), a.missing, getmetatable(a), pcall(setmetatable, a, {}))
a.new = "value"
print(rawget(a, "new"), a.new)
for k, v in pairs(a) do print(k, v) end

-- __index chains, five classes deep, with a function at the end.
local base = setmetatable({}, {__index = function(_, key) return key .. " from the end" end})
local class = base
for i = 1, 5 do
  class = setmetatable({["field" .. i] = i, level = function(self) return i, self.tag end}, {__index = class})
end
local object = setmetatable({tag = "object"}, {__index = class, __newindex = base})
rests()
print(object.field1, object.field5, object.other, object:level())
object.stored = 1
print(rawget(object, "stored"), base.stored, object.stored)
getmetatable("").__index = function(s, k) return string[k] or k .. " of " .. s end
rests()
print(("x").nothing, ("x"):rep(3))
getmetatable("").__index = string

-- Chains of tables as __call; the function at the end of one suspends.
local slow = setmetatable({name = "slow"}, {__call = function(self, called, ...)
  sleep(0.1)
  return self.name, called.name, select("#", ...), ...
end})
local quick = setmetatable({name = "quick"}, {__call = function(self, called, ...) return self.name, called.name, ... end})
local between = setmetatable({name = "between"}, {__call = quick})
local chains = {
  setmetatable({name = "one"}, {__call = slow}), setmetatable({name = "two"}, {__call = quick}),
  setmetatable({name = "three"}, {__call = between}),
}
rests()
for i = 1, 2 do print(pcall(chains[i], i, nil)) end
rests()
for i = 1, 2 do
  print(chains[i](i, nil, "x"))
  rests()
end
print(chains[3](between) == "quick", select(3, chains[3](between)) == between)
