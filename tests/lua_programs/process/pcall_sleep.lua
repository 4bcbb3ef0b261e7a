--! engines = ["lua54", "luajit", "python"]
-- pcall, xpcall, error with sleeps inside and around; nested; handlers; coroutines under pcall.
local function nap(...) sleep(0.1) return ... end
print(pcall(nap, 1, nil, 3))
print(pcall(function() nap() error("boom") end))
print(pcall(function() nap() error({1}) end) == false)
print(xpcall(function(a, b) nap() return a + b end, print, 1, 2))
print(xpcall(function()
  nap()
  error("x", 0)
end, function(m) return "handled " .. m end))
print(pcall(pcall, nap, "deep"))
print(pcall(pcall, function() nap() error("inner", 0) end))
local function level3() nap() error("three", 0) end
local function level2()
  local ok, e = pcall(level3)
  nap()
  error("two<" .. e, 0)
end
local function level1()
  local ok, e = pcall(level2)
  nap()
  return "one<" .. e
end
print(level1())
local function try(f, ...)
  local r = table.pack(pcall(f, ...))
  nap()
  if r[1] then return table.unpack(r, 2, r.n) end
  return "failed: " .. tostring(r[2])
end
print(try(nap, "a", "b"))
print(try(function()
  nap()
  local x = nil
  return x.y
end))
print(try(function() nap() nofunc() end))
print(try(error, "direct", 0))
for i = 1, 4 do
  local ok, e = pcall(function()
    nap()
    if i % 2 == 0 then error("even " .. i, 0) end
    return i
  end)
  print(i, ok, e)
end
local attempts = 0
repeat
  local ok = pcall(function()
    attempts = attempts + 1
    sleep(attempts)
    if attempts < 3 then error("retry") end
  end)
until ok
print(attempts, string.format("%g", now()))
local E = setmetatable({}, {__tostring = function() return "E!" end})
local ok, e = pcall(function() nap() error(E) end)
print(ok, e == E, tostring(e))
print(select("#", pcall(nap)), select("#", pcall(nap, nil, nil)))
print(pcall(error))
print(pcall(nap, pcall(nap, "x")))
local co = coroutine.wrap(function()
  local ok, v = pcall(function()
    nap()
    local got = coroutine.yield("y1")
    nap()
    error("co " .. got, 0)
  end)
  nap()
  coroutine.yield(v)
  return "end"
end)
print(co())
print(co("G"))
print(co())
local function finally(f, g)
  local r = table.pack(pcall(f))
  g()
  if not r[1] then error(r[2], 0) end
  return table.unpack(r, 2, r.n)
end
print(pcall(finally, function()
  nap()
  return "fine"
end, function()
  nap()
  print("cleanup 1")
end))
print(pcall(finally, function()
  nap()
  error("bad", 0)
end, function()
  nap()
  print("cleanup 2")
end))
local depth = 0
local function rec(n)
  nap()
  if n == 0 then error("bottom", 0) end
  local ok, e = pcall(rec, n - 1)
  depth = depth + 1
  error(e .. n, 0)
end
print(pcall(rec, 4))
print(depth)
print(pcall(function() nap() error("pos") end))
print(pcall(function()
  local function thrower() nap() error("lvl2", 2) end
  thrower()
end))
print(pcall(assert, nap(false), "assert msg"))
print(pcall(function() assert(nap(nil), "assert after nap") end))
print(xpcall(function()
  nap()
  local t = {}
  t.x.y = 1
end, function(m) return (m:gsub("^.-:%d+: ", "")) end))
print(pcall(string.rep, nap("ab"), 3))
local p = pcall
print(p(nap, "alias"))
print((pcall(nap)))
local spawned = spawn(function()
  local ok, e = pcall(function() sleep(1) error("in task", 0) end)
  return ok, e
end)
print(spawned:join())
