--! engines = ["lua54", "luajit", "python"]
-- Coroutines: values both ways, status, wrap, nesting, generators, errors, close.
local co = coroutine.create(function(a, b)
  print("start", a, b)
  local c = coroutine.yield(a + b)
  print("got", c)
  local d, e = coroutine.yield(c * 2, "two")
  print("got", d, e)
  return "end", d + e
end)
print(coroutine.status(co), coroutine.resume(co, 1, 2))
print(coroutine.status(co), coroutine.resume(co, 10))
print(coroutine.resume(co, 3, 4))
print(coroutine.status(co), coroutine.resume(co))
local gen = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
print(gen(), gen(), gen(), gen())
print(pcall(gen))
local function range(n)
  return coroutine.wrap(function() for i = 1, n do coroutine.yield(i, i * i) end end)
end
for i, sq in range(4) do print(i, sq) end
local function tree(t)
  if t then
    tree(t.l)
    coroutine.yield(t.v)
    tree(t.r)
  end
end
local out = {}
for v in coroutine.wrap(function()
  tree({v = 4, l = {v = 2, l = {v = 1}, r = {v = 3}}, r = {v = 6, l = {v = 5}}})
end) do out[#out + 1] = v end
print(table.concat(out, " "))
local outer = coroutine.wrap(function()
  local inner = coroutine.wrap(function()
    coroutine.yield("i1")
    coroutine.yield("i2")
    return "i3"
  end)
  coroutine.yield(inner())
  coroutine.yield("o")
  coroutine.yield(inner())
  coroutine.yield(inner())
end)
print(outer(), outer(), outer(), outer())
co = coroutine.create(function()
  local ok, e = pcall(function() coroutine.yield("in pcall") error("after") end)
  coroutine.yield(ok, e)
  return pcall(error, "x", 0)
end)
print(coroutine.resume(co))
print(coroutine.resume(co))
print(coroutine.resume(co))
print(coroutine.resume(co))
co = coroutine.create(function() local x = nil x.y = 1 end)
print(coroutine.resume(co))
print(coroutine.status(co), coroutine.resume(co))
print(select(2, pcall(coroutine.wrap(function() error({code = 5}) end))).code)
print(select(2, pcall(coroutine.wrap(function() error("wrapped", 0) end))))
co = coroutine.create(function()
  print(coroutine.status(co))
  local c2 = coroutine.create(function() print(coroutine.status(co)) end)
  coroutine.resume(c2)
end)
coroutine.resume(co)
print(coroutine.resume(coroutine.create(function() return coroutine.isyieldable() end)))
print(coroutine.resume(coroutine.create(function()
  local c, main = coroutine.running()
  return type(c), main
end)))
co = coroutine.wrap(function() return pcall(function() return co() end) end)
print(co())
co = coroutine.create(function() coroutine.yield() end)
coroutine.resume(co)
print(coroutine.close(co), coroutine.status(co))
print(coroutine.close(coroutine.create(print)))
co = coroutine.create(function()
  local x <close> = setmetatable({}, {__close = function(_, e) print("closed", e) end})
  coroutine.yield(1)
end)
print(coroutine.resume(co))
print(coroutine.close(co), coroutine.status(co))
co = coroutine.create(function()
  local x <close> = setmetatable({}, {__close = function(_, e) error("in close", 0) end})
  coroutine.yield(1)
end)
coroutine.resume(co)
print(coroutine.close(co))
print(coroutine.close(co))
co = coroutine.create(function() error("dead one", 0) end)
coroutine.resume(co)
print(coroutine.close(co))
print(coroutine.status(co))
local function producer()
  return coroutine.create(function()
    for _, v in ipairs {"a", "b", "c"} do coroutine.yield(v) end
    return nil
  end)
end
local function filter(p)
  return coroutine.create(function()
    local n = 0
    while true do
      local _, v = coroutine.resume(p)
      if not v then return nil end
      n = n + 1
      coroutine.yield(n .. v)
    end
  end)
end
local p = filter(filter(producer()))
while true do
  local _, v = coroutine.resume(p)
  if not v then break end
  print(v)
end
local tasks = {}
for i = 1, 3 do
  tasks[i] = coroutine.create(function()
    for j = 1, i do print("task", i, j) coroutine.yield() end
  end)
end
while #tasks > 0 do
  for i = #tasks, 1, -1 do
    coroutine.resume(tasks[i])
    if coroutine.status(tasks[i]) == "dead" then table.remove(tasks, i) end
  end
end
local function permgen(a, n)
  n = n or #a
  if n <= 1 then coroutine.yield(a) else
    for i = 1, n do
      a[n], a[i] = a[i], a[n]
      permgen(a, n - 1)
      a[n], a[i] = a[i], a[n]
    end
  end
end
out = {}
for q in coroutine.wrap(function() permgen {1, 2, 3} end) do out[#out + 1] = table.concat(q) end
print(table.concat(out, " "))
print(select("#", coroutine.resume(coroutine.create(function() end))))
print(coroutine.resume(coroutine.create(function(...) return select("#", ...), ... end), nil, nil))
co = coroutine.create(function(...)
  local n = select("#", ...)
  while true do n = n + select("#", coroutine.yield(n)) end
end)
print(coroutine.resume(co, 1, 2))
print(coroutine.resume(co))
print(coroutine.resume(co, nil, nil, nil))
local obj = {n = 0}
function obj:run() while true do self.n = self.n + coroutine.yield(self.n) end end
local r = coroutine.wrap(obj.run)
r(obj)
print(r(5), r(10), obj.n)
co = coroutine.wrap(function()
  for k, v in pairs({10, 20, 30}) do coroutine.yield(k * v) end
  return "done"
end)
print(co() + co() + co(), co())
print(pcall(function() return coroutine.resume(nil) end))
print(pcall(function() return coroutine.create(1) end))
print(coroutine.resume(coroutine.create(error), "direct builtin"))
print(coroutine.resume(coroutine.create(math.max), 1, 9, 3))
local fibs = coroutine.wrap(function()
  local a, b = 0, 1
  while true do coroutine.yield(a) a, b = b, a + b end
end)
for i = 1, 10 do out[i] = fibs() end
print(table.concat(out, " ", 1, 10))
co = coroutine.create(function()
  return xpcall(function()
    coroutine.yield("y")
    error("E", 0)
  end, function(m) return "H" .. m end)
end)
print(coroutine.resume(co))
print(coroutine.resume(co))
-- yields in every position of an expression
local y = coroutine.yield
co = coroutine.wrap(function()
  local t = {y(1), y(2), k = y(3), y(4)}
  t[y(5)] = y(6)
  return (y(7) or 0) + y(8) * 2 .. "|" .. #t .. t.k .. t.x, y(9) and y(10) or y(11), ({y(12)})[1]
end)
local feed = {10, 20, 30, 40, "x", "val", 7, 8, false, "eleven", "twelve"}
local v = co()
for i = 1, 11 do
  print(v)
  v = table.pack(co(feed[i]))
  if v.n > 1 then print(table.unpack(v)) break end
  v = v[1]
end
