--! engines = ["lua54", "luajit", "python"]
-- after, every, cancel: order, phase, timers from timers, slow ticks.
local function t() return string.format("%g", now()) end
after(1, function() print("after 1", t()) end)
after(0.5, function() print("after 0.5", t()) end)
after(1, function() print("after 1 again", t()) end)
local n = 0
local tick
tick = every(0.4, function()
  n = n + 1
  print("tick", n, t())
  if n == 4 then print(tick:cancel(), tick:cancel()) end
end)
print("main", t())
sleep(3)
print("main", t(), n)
local cancelled = after(1, function() print("never") end)
print(cancelled:cancel())
sleep(2)
after(0.1, function()
  after(0.1, function() print("nested", t()) end)
  every(0.3, print):cancel()
end)
sleep(1)
local slow
local runs = 0
slow = every(1, function()
  runs = runs + 1
  print("slow starts", runs, t())
  sleep(2.5)
  print("slow ends", runs, t())
  if runs == 3 then slow:cancel() end
end)
sleep(12)
local log = {}
local ts = {}
for i = 1, 3 do ts[i] = every(i, function() log[#log + 1] = i end) end
sleep(6.5)
for i = 1, 3 do ts[i]:cancel() end
print(table.concat(log))
local counter = {n = 0}
function counter:add() self.n = self.n + 1 end
local m = every(0.25, function() counter:add() end)
sleep(1.1)
m:cancel()
print(counter.n)
local done
after(1, function() sleep(1) done = t() end)
while not done do sleep(0.3) end
print(done, t())
local order = {}
for i = 1, 5 do after(1, function() order[#order + 1] = i end) end
after(0.5, function() after(0.5, function() order[#order + 1] = "late" end) end)
sleep(2)
print(table.concat(order, " "))
after(0, function() print("zero") end)
print("before zero")
sleep(0)
print("after zero?")
sleep(0.1)
local e
e = every(0.5, function() e:cancel() print("once", t()) end)
sleep(2)
print(t())
after(1, function() print("keeps the process alive") end)
