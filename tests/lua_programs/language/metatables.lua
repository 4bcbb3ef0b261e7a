--! engines = ["lua54", "luajit", "python"]
-- Metatables: every metamethod of arithmetic, bits, comparison, length, call, index, text.
local function name(v) return type(v) == "table" and v.name or tostring(v) end
local mt = {}
for _, op in ipairs {"add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "concat"} do
  mt["__" .. op] = function(a, b) return op .. "(" .. name(a) .. "," .. name(b) .. ")" end
end
mt.__unm = function(a, b) return "unm(" .. name(a) .. "," .. tostring(rawequal(a, b)) .. ")" end
mt.__bnot = function(a) return "bnot(" .. name(a) .. ")" end
mt.__len = function(a) return "len(" .. name(a) .. ")" end
mt.__call = function(self, ...) return "call", name(self), select("#", ...), ... end
mt.__tostring = function(a) return "<" .. a.name .. ">" end
local a, b = setmetatable({name = "a"}, mt), setmetatable({name = "b"}, mt)
print(a + b, a - 1, 2 * b, a / b, a % 3, 3 ^ a, a // b)
print(a & 1, 1 | b, a ~ b, a << 1, 1 >> b, ~a, -a, #a)
print(a .. b, a .. "x", "x" .. b, 1 .. a, "s" + a, a + "5", "x" & a)
print(a(1, 2, nil), (a()))
print(a())
print(tostring(a), tostring(b))
print(pcall(function() return a < b end))
mt.__lt = function(x, y) print("lt", name(x), name(y)) return x.name < y.name end
mt.__le = function(x, y) print("le", name(x), name(y)) return x.name <= y.name end
mt.__eq = function(x, y) print("eq", name(x), name(y)) return true end
print(a < b, a > b, a <= b, a >= b, a == b, a ~= b, a == a, a == 1, not (a == b))
local c = setmetatable({name = "c"}, {__eq = function(x, y) return false end})
print(c == a, a == c, c == c)
print(rawequal(a, b), rawlen(a), rawget(a, "zzz"))
-- truthiness of results
local odd = setmetatable({}, {__lt = function() return nil end, __le = function()
  return 0
end, __eq = function() return nil end})
print(odd < odd, odd <= odd, odd == setmetatable({}, getmetatable(odd)), odd < 1, 1 <= odd)
-- __index chains
local base = {greet = function() return "hello from base" end, level = 0}
local mid = setmetatable({level = 1}, {__index = base})
local top = setmetatable({}, {__index = mid})
print(top.level, top.greet(), top.none, rawget(top, "level"))
local dyn = setmetatable({}, {__index = function(t, k) return k .. "!" end})
print(dyn.x, dyn[1], dyn["a b"], rawget(dyn, "x"))
local memo = setmetatable({}, {__index = function(t, k)
  local v = k * k
  rawset(t, k, v)
  return v
end})
print(memo[4], rawget(memo, 4), memo[4])
-- __newindex
local log = {}
local guarded = setmetatable({}, {__newindex = function(t, k, v)
  log[#log + 1] = k .. "=" .. tostring(v)
  rawset(t, k, v)
end})
guarded.x = 1
guarded.x = 2
guarded.y = 3
guarded.x = nil
guarded.x = 4
print(table.concat(log, " "), guarded.x, guarded.y)
local store = {}
local redirect = setmetatable({}, {__newindex = store, __index = store})
redirect.k = "v"
print(rawget(redirect, "k"), store.k, redirect.k)
local ro = setmetatable({}, {__newindex = function(t, k) error("read-only: " .. k, 2) end})
print(pcall(function() ro.x = 1 end))
-- __metatable
local locked = setmetatable({}, {__metatable = "locked"})
print(getmetatable(locked), pcall(function() return setmetatable(locked, {}) end))
print(getmetatable("").__index == string, getmetatable(1), getmetatable(nil), getmetatable(print))
-- __name, __tostring errors
print((tostring(setmetatable({}, {__name = "My.Type"})):gsub("0x%x+", "ADDR")))
print(pcall(function()
  return tostring(setmetatable({}, {__tostring = function() return 1 end}))
end))
print(pcall(function() return setmetatable({}, {__name = "My.Type"}) + 1 end))
print(pcall(function() return #setmetatable({}, {__len = function() error("len!", 0) end}) end))
-- call chains
local inner = setmetatable({}, {__call = function(self, x) return "inner", type(x) end})
local chained = setmetatable({}, {__call = inner})
print(pcall(chained, 5))
print(select("#", setmetatable({}, {__call = function() end})()))
-- arithmetic falls back to the second operand
local right = setmetatable({}, {__add = function(x, y) return "right" end, __concat = function()
  return "rc"
end, __lt = function() return true end})
print({} == right, 1 + right, "a" .. right, 1 < right, right < 1, pcall(function()
  return {} + {}
end))
print(pcall(function() return right - 1 end))
-- metamethods get only one result, extra dropped
local multi = setmetatable({}, {__index = function() return 1, 2, 3 end, __add = function()
  return 4, 5
end, __len = function() return 6, 7 end})
print(multi.x, multi + 1, #multi)
print((select("#", multi.x)))
-- vectors
local Vec = {}
Vec.__index = Vec
local function vec(x, y) return setmetatable({x = x, y = y}, Vec) end
Vec.__add = function(p, q) return vec(p.x + q.x, p.y + q.y) end
Vec.__mul = function(p, q)
  if type(p) == "number" then p, q = q, p end
  if type(q) == "number" then return vec(p.x * q, p.y * q) end
  return p.x * q.x + p.y * q.y
end
Vec.__unm = function(p) return vec(-p.x, -p.y) end
Vec.__eq = function(p, q) return p.x == q.x and p.y == q.y end
Vec.__tostring = function(p) return "(" .. p.x .. ", " .. p.y .. ")" end
Vec.__concat = function(p, q) return tostring(p) .. tostring(q) end
Vec.__len = function(p) return 2 end
Vec.__call = function(p, k) return p[k] end
function Vec:dot(q) return self * q end
local p, q = vec(1, 2), vec(3, 4)
print(tostring(p + q), tostring(p * 2), tostring(3 * q), p * q, tostring(-p), p == vec(1, 2), p ~= q, p .. q, #p, p("y"), p:dot(q), "" .. p)
