--! engines = ["lua54", "luajit", "python"]
-- Varargs and select.
local function count(...) return select("#", ...) end
print(count(), count(nil), count(nil, nil), count(1, nil, 3), count((count())))
local function pack(...) return {n = select("#", ...), ...} end
local p = pack(1, nil, 3)
print(p.n, p[1], p[2], p[3])
local function first(...) return (...) end
print(first(7, 8, 9), (first()))
local function rest(_, ...) return ... end
print(rest(1, 2, 3))
print((rest(1, 2, 3)))
print(select(2, "a", "b", "c"))
print(select(-1, "a", "b", "c"))
print(select(-2, "a", "b", "c"))
print(select("#"), select("#", nil))
print(pcall(function() return select(0) end))
print(pcall(function() return select(-5, 1) end))
print(select(5, 1, 2))
local function sum(...)
  local s = 0
  for i = 1, select("#", ...) do s = s + (select(i, ...)) end
  return s
end
print(sum(), sum(1), sum(1, 2, 3, 4, 5))
local function forward(...) return count(...), count(..., 1), count(1, ...) end
print(forward(1, 2, 3))
local function defaults(a, b, ...)
  a = a or "A"; b = b or "B"
  return a, b, select("#", ...)
end
print(defaults()); print(defaults(1)); print(defaults(1, 2, 3, 4)); print(defaults(nil, false))
local function capture(...)
  local args = {...}
  return function() return table.unpack(args) end
end
print(capture(1, 2, 3)())
local function nested(...)
  local function inner(...) return select("#", ...), ... end
  return inner(..., "x")
end
print(nested("a", "b"))
print((function(...) local a, b, c = ... return c, b, a end)(1, 2))
print(table.unpack({1, 2, 3}, 2)); print(table.unpack({1, 2, 3}, 2, 5)); print(table.unpack({}, 1, 0))
print(math.max(table.unpack {4, 9, 2}))
local function tail(n, ...) if n == 0 then return ... end return tail(n - 1, n, ...) end
print(tail(5))
local t = {f = function(self, ...) return self.k, ... end, k = "kk"}
print(t:f(1, 2)); print(t.f(t)); print(t.f({k = 1}, nil))
print(#{count(1, 2), count()}, (pack(nil, nil)).n)
print(... == nil, select("#", ...))
local many = {}
for i = 1, 200 do many[i] = i end
print(count(table.unpack(many)), (select(150, table.unpack(many))), sum(table.unpack(many)))
print(string.format("%s %s %s", (function(...) return ... end)("x", "y", "z")))
local packed = table.pack(); print(packed.n, #packed)
packed = table.pack("a", nil); print(packed.n, packed[1])
