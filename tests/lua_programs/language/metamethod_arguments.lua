--! engines = ["lua54", "luajit", "python"]
-- What metamethods are given: both operands, as they were written; one operand twice.
local seen
local mt = {}
for _, name in ipairs { "add", "sub", "mul", "div", "idiv", "mod", "pow", "unm", "len", "band", "bor", "bxor", "shl",
  "shr", "bnot", "lt", "le", "concat", "eq", "index", "newindex", "call" } do
  mt["__" .. name] = function(...)
    seen = { name, ... }
    return ...
  end
end
local a = setmetatable({}, mt)
local b = setmetatable({}, mt)

local function show(result)
  local texts = {}
  for i = 2, #seen do
    local v = seen[i]
    texts[#texts + 1] = rawequal(v, a) and "a" or rawequal(v, b) and "b" or tostring(v)
  end
  print(seen[1], table.concat(texts, " "), rawequal(result, a) and "a" or tostring(result))
end

show(a + 5) show(5 + a) show(a - "4") show("4" - a) show(a * b) show(2 / a) show(a / 2) show(5 // a) show(a // 5)
show(a % 3) show(3 % a) show(a ^ 2) show("4" ^ a) show(-a) show(#a) show(a & 1) show(1 & a) show("x" | a) show(a | "x")
show(a ~ 2) show(~a) show(a << 3) show(3 << a) show(a >> 3) show(2.5 >> a)
show(a .. "x") show("x" .. a) show(a .. 1) show(1 .. a) show(a .. b)
show(a < 1) show(1 < a) show(a > 1) show(1 > a) show(a <= 1) show(a >= 1) show(a < b) show(a == b) show(a ~= b)
show(a.field) show(a[1]) show(a(1, 2)) show(a:method(7))
a.new = 3 show()
a[b] = nil show()
