--! engines = ["lua54", "luajit", "python"]
-- pcall, xpcall, error: values, levels, positions, nesting, error objects.
print(pcall(error, "plain"))
print(pcall(error, "level 0", 0))
print(pcall(error))
print(pcall(error, nil))
print(pcall(error, 42))
print(pcall(error, true))
print(pcall(function() error("here") end))
print(pcall(function() error("zero", 0) end))
local function thrower(level) error("at " .. tostring(level), level) end
local function middle(level) thrower(level) print("unreached") end
print(pcall(middle, 1))
print(pcall(middle, 2))
print(pcall(middle, 0))
local obj = {code = 7}
local ok, e = pcall(error, obj)
print(ok, e == obj, e.code)
local E = setmetatable({}, {__tostring = function() return "custom error" end})
ok, e = pcall(function() error(E) end)
print(ok, tostring(e), e == E)
print(select("#", pcall(function() end)), pcall(function() return 1, nil, 3 end))
print(pcall(pcall, error, "x"))
print(pcall(pcall))
print(pcall(nil))
print(pcall(5, 6))
print(xpcall(function(...) return select("#", ...), ... end, print, 1, nil, 3))
print(xpcall(function() error("E", 0) end, function(m) return "handled " .. m, "dropped" end))
print(xpcall(function()
  local x = nil
  ;
  return x.y
end, function(m) return "H:" .. m end))
print(xpcall(error, function(m) return type(m) end, nil))
print(pcall(function() local ok, e = pcall(error, "inner", 0) error("outer of " .. e, 0) end))
local function nest(n)
  if n == 0 then error("bottom", 0) end
  local ok, e = pcall(nest, n - 1)
  error(e .. n, 0)
end
print(pcall(nest, 5))
local function cleanup(f, ...)
  local r = table.pack(pcall(f, ...))
  print("cleanup", r.n)
  if not r[1] then error(r[2], 0) end
  return table.unpack(r, 2, r.n)
end
print(pcall(cleanup, function(a, b) return a + b, a * b end, 3, 4))
print(pcall(cleanup, function() error({}) end) == false)
print(assert(1, "unused"), (assert("v")))
print(select("#", assert(1, 2, 3)))
print(pcall(assert, false))
print(pcall(assert, nil, "msg"))
print(pcall(assert, false, {1}) == false)
print(pcall(assert))
print(pcall(function() assert(1 == 2, "math works") end))
local t = {}
function t.method() error("in method") end
print(pcall(t.method))
print(pcall(function() t:method() end))
for i = 1, 3 do
  local ok, e = pcall(function()
    if i == 2 then error("i is " .. i, 0) end
    return i
  end)
  print(i, ok, e)
end
local function retry(n, f)
  local tries = 0
  while true do
    tries = tries + 1
    local ok, r = pcall(f, tries)
    if ok then return r, tries end
    if tries >= n then error("gave up: " .. tostring(r), 0) end
  end
end
print(retry(5, function(k)
  if k < 3 then error("no") end
  return "yes"
end))
print(pcall(retry, 2, function() error("never", 0) end))
print(pcall(function() string.rep() end))
print(pcall(function() string.rep("x", "y") end))
print(pcall(function() return setmetatable({}) end))
print(pcall(("x").bad))
local co = coroutine.create(function() error("in coroutine") end)
print(coroutine.resume(co))
print(coroutine.status(co))
print(pcall(function() error() end))
print(pcall(function() error(nil, 2) end))
print(pcall(error, "msg", 1))
local ok2, tb = xpcall(function() error("tb") end, function(m) return m end)
print(ok2, tb)
-- a handler that fails
print((xpcall(error, function() error("again") end, "x")))
-- error in a metamethod
local m = setmetatable({}, {__add = function() error("no add", 0) end, __index = function(_, k)
  error("no field " .. k, 2)
end})
print(pcall(function() return m + 1 end))
print(pcall(function() return m.foo end))
