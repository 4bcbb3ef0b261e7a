--! engines = ["lua54", "luajit", "python"]
-- Coroutines whose bodies sleep: the wait passes through to the task, values do not mix.
local function t() return string.format("%g", now()) end
local co = coroutine.create(function(a)
  print("in", a)
  sleep(1)
  local b = coroutine.yield(a + 1)
  sleep(1)
  print("got", b)
  local c, d = coroutine.yield(b * 2, "two")
  sleep(0.5)
  return c, d, "end"
end)
print(coroutine.resume(co, 1))
print(t(), coroutine.status(co))
print(coroutine.resume(co, 10))
print(coroutine.resume(co, "c", nil))
print(coroutine.status(co), coroutine.resume(co))
local gen = coroutine.wrap(function()
  for i = 1, 3 do sleep(0.5) coroutine.yield(i) end
end)
for v in gen do print(v, t()) end
local function producer(n)
  return coroutine.wrap(function()
    for i = 1, n do sleep(0.1) coroutine.yield("p" .. i, i) end
  end)
end
local function map(g, f)
  return coroutine.wrap(function()
    for a, b in g do sleep(0.1) coroutine.yield(f(a, b)) end
  end)
end
for s in map(map(producer(3), function(a, b) return a, b * 10 end), function(a, b)
  sleep(0.1)
  return a .. ":" .. b
end) do print(s, t()) end
local function tree(d)
  if d > 0 then
    tree(d - 1)
    sleep(0.1)
    coroutine.yield(d)
    tree(d - 1)
  end
end
local out = {}
for v in coroutine.wrap(function() tree(3) end) do out[#out + 1] = v end
print(table.concat(out, " "), t())
local tasks = {}
for i = 1, 2 do
  tasks[i] = spawn(function()
    local g = coroutine.wrap(function()
      for j = 1, 3 do sleep(i * 0.3) coroutine.yield(j) end
    end)
    local s = ""
    for v in g do s = s .. v print("task", i, v, t()) end
    return s
  end)
end
print(tasks[1]:join(), tasks[2]:join())
co = coroutine.create(function() sleep(1) error("late error") end)
print(coroutine.resume(co))
print(coroutine.status(co))
co = coroutine.wrap(function() sleep(1) error("wrapped", 0) end)
print(pcall(co))
local ok, a, b = coroutine.resume(coroutine.create(function()
  return pcall(function() sleep(1) return "x" end)
end))
print(ok, a, b)
co = coroutine.create(function()
  local x <close> = setmetatable({}, {__close = function(_, e) print("closing", e) end})
  sleep(0.5)
  coroutine.yield(1)
  sleep(0.5)
end)
print(coroutine.resume(co))
print(coroutine.close(co), coroutine.status(co))
local outer = coroutine.wrap(function()
  local inner = coroutine.wrap(function()
    sleep(0.1)
    coroutine.yield("i1")
    sleep(0.1)
    return "i2"
  end)
  coroutine.yield(inner())
  sleep(0.1)
  coroutine.yield("o")
  return inner()
end)
print(outer(), outer(), outer(), t())
local shared = {}
local function worker(name, n)
  return coroutine.create(function()
    for i = 1, n do
      shared[#shared + 1] = name .. i
      sleep(0.1)
      coroutine.yield()
    end
  end)
end
local ws = {worker("a", 2), worker("b", 3)}
while #ws > 0 do
  for i = #ws, 1, -1 do
    coroutine.resume(ws[i])
    if coroutine.status(ws[i]) == "dead" then table.remove(ws, i) end
  end
end
print(table.concat(shared, " "))
local passed = coroutine.wrap(function(...)
  local args = table.pack(...)
  while true do
    sleep(0.1)
    args = table.pack(coroutine.yield(args.n, table.unpack(args, 1, args.n)))
  end
end)
print(passed(1, nil))
print(passed())
print(passed(nil, nil, 3))
co = coroutine.create(function() coroutine.yield(coroutine.isyieldable()) end)
print(coroutine.resume(co))
-- a coroutine begun in one task and carried on in another
local roaming = coroutine.create(function()
  for i = 1, 4 do sleep(0.1) coroutine.yield("step " .. i) end
end)
print(coroutine.resume(roaming))
print(spawn(function() sleep(0.3) return coroutine.resume(roaming) end):join())
print(coroutine.resume(roaming))
after(0.1, function() print("timer", coroutine.resume(roaming)) end)
sleep(1)
print(coroutine.status(roaming), coroutine.resume(roaming))
