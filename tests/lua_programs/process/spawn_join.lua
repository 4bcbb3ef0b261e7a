--! engines = ["lua54", "luajit", "python"]
-- spawn and join: arguments, several results, order, errors, joins of the ended, tasks in tasks.
local function work(name, s, ...)
  print(name, "starts", ...)
  sleep(s)
  print(name, "ends")
  return name, s, nil
end
local a = spawn(work, "a", 2, 1, nil, 3)
local b = spawn(work, "b", 1)
print("main goes on")
print(a:join())
print(b:join())
print(select("#", a:join()), b:join())
local ts = {}
for i = 1, 4 do
  ts[i] = spawn(function()
    sleep((5 - i) / 4)
    print("task", i)
    return i * i
  end)
end
local sum = 0
for i = 1, 4 do sum = sum + ts[i]:join() end
print(sum, string.format("%g", now()))
local bad = spawn(function() sleep(1) error("task failed") end)
print(pcall(bad.join, bad))
print(pcall(function() return bad:join() end))
bad = spawn(function() error("at once", 0) end)
print(pcall(function() return bad:join() end))
local outer = spawn(function()
  local inner = spawn(function() sleep(1) return "inner" end)
  local r = inner:join()
  return r .. " via outer"
end)
print(outer:join())
local shared = {}
for i = 1, 3 do
  spawn(function()
    for j = 1, 3 do shared[#shared + 1] = i .. "." .. j sleep(1) end
  end)
end
sleep(5)
print(table.concat(shared, " "))
local t = spawn(function() sleep(1) return "many" end)
for i = 1, 3 do spawn(function() print("joiner", i, t:join()) end) end
print("main", t:join())
sleep(0.5)
local function fib(n)
  if n < 2 then return n end
  local l, r = spawn(fib, n - 1), spawn(fib, n - 2)
  return l:join() + r:join()
end
print(fib(7))
local c = spawn(function() sleep(100) print("never") end)
sleep(1)
print(c:cancel(), c:cancel())
print(select("#", c:join()))
local cl = spawn(function()
  local x <close> = setmetatable({}, {__close = function() print("closed by cancel") end})
  sleep(100)
end)
sleep(0.1)
print(cl:cancel())
local q, waiting = {}, nil
local consumer = spawn(function()
  local got = {}
  while #got < 5 do
    while #q == 0 do sleep(0.01) end
    got[#got + 1] = table.remove(q, 1)
  end
  return table.concat(got, ",")
end)
for i = 1, 5 do q[#q + 1] = "item" .. i sleep(0.02) end
print(consumer:join())
print(spawn(function(...) return ... end, "direct", 1, nil):join())
print(spawn(string.upper, "builtin"):join())
local st = spawn(function() sleep(1) end)
print(st.status)
sleep(0.5)
print(st.status)
sleep(1)
print(st.status)
spawn(function() sleep(1) print("last") end)
print("main ends")
