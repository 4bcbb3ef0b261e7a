--! engines = ["lua54", "luajit", "python"]
-- publish, subscribe, recv: handlers in order, filters, mailboxes, time-outs.
local function t() return string.format("%g", now()) end
local sub = subscribe("a/b", function(topic, payload) print("handler", topic, payload, t()) end)
publish("a/b", "one")
publish("a/b", "two")
publish("a/c", "nobody")
print("published")
sleep(0.1)
local wild = subscribe("a/+", function(topic, payload) print("plus", topic, payload) end)
local hash = subscribe("#", function(topic, payload) print("hash", topic, payload) end)
publish("a/b", 3)
sleep(0.1)
publish("x/y/z", true)
sleep(0.1)
publish("a", "")
sleep(0.1)
print(sub:cancel(), sub:cancel(), hash:cancel())
publish("a/b", "after cancel")
sleep(0.1)
wild:cancel()
local slow = subscribe("slow", function(_, p)
  print("slow starts", p)
  sleep(1)
  print("slow ends", p)
end)
for i = 1, 3 do publish("slow", i) end
sleep(5)
slow:cancel()
spawn(function()
  sleep(1)
  publish("box", "m1")
  publish("box", "m2")
  sleep(1)
  publish("box", "m3")
end)
print(recv("box", 5))
print(recv("box", 5))
print(t())
print(recv("box"))
print(t())
print(recv("box", 0.5))
print(select("#", recv("box", 0.1)), t())
local got = {}
for i = 1, 2 do
  spawn(function() local _, p = recv("work/#") got[#got + 1] = i .. p end)
end
sleep(0.1)
publish("work/x", "A")
publish("work/y", "B")
sleep(0.1)
table.sort(got)
print(table.concat(got, " "))
local count, sum = 0, 0
local acc = subscribe("data/+", function(topic, p)
  count = count + 1
  sum = sum + tonumber(p)
  if topic == "data/last" then publish("result", count .. ":" .. sum) end
end)
for i = 1, 5 do publish("data/" .. i, i * i) end
publish("data/last", 0)
print(recv("result", 1))
acc:cancel()
local chain = subscribe("step", function(_, n)
  n = tonumber(n)
  if n < 4 then publish("step", n + 1) else publish("finish", "reached " .. n) end
end)
publish("step", 1)
print(recv("finish"))
chain:cancel()
print(pcall(function() local _, p = recv("fail", 1) error("timed out: " .. tostring(p), 0) end))
local co = coroutine.wrap(function()
  for i = 1, 2 do local _, p = recv("co") coroutine.yield(p) end
end)
spawn(function()
  for i = 1, 2 do sleep(0.5) publish("co", "c" .. i) end
end)
print(co(), co(), t())
local bytes = {}
for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
bytes = table.concat(bytes)
spawn(function() publish("bytes", bytes) end)
local _, back = recv("bytes")
print(back == bytes, #back)
every(1, function() publish("tick", t()) end)
local n = 0
while n < 3 do
  local _, p = recv("tick")
  n = n + 1
  print("tick", p)
end
exit()
