--! engines = ["lua54", "luajit", "python"]
-- Loops over iterators that sleep, and sleeps in bodies of pairs, ipairs, gmatch loops.
local function slow(n)
  local i = 0
  return function()
    sleep(0.1)
    i = i + 1
    if i <= n then return i, i * i end
  end
end
for a, b in slow(3) do print(a, b) end
local function stateful(s, c)
  sleep(0.1)
  if c < s.max then return c + 1, s.name end
end
for c, name in stateful, {max = 3, name = "st"}, 0 do sleep(0.1) print(c, name) end
for i, v in ipairs {"a", "b", "c"} do sleep(0.1) print(i, v) end
local sum = 0
for i, v in pairs {10, 20, 30} do sleep(0.1) sum = sum + i * v end
print(sum)
for i, v in next, {5, 6} do sleep(0.1) sum = sum + i * v end
print(sum)
local t = {}
for i = 1, 20 do t["k" .. i] = i end
local seen = {}
sum = 0
for k, v in pairs(t) do
  sleep(0.01)
  sum = sum + v
  seen[#seen + 1] = k
end
table.sort(seen)
print(sum, #seen, seen[1], seen[20])
sum = 0
for k, v in pairs(t) do
  sleep(0.01)
  if v % 2 == 0 then t[k] = nil else t[k] = v * 10 end
end
for k, v in pairs(t) do sum = sum + v end
print(sum)
for w in ("one two three"):gmatch("%a+") do sleep(0.1) print(w) end
for k, v in ("a=1 b=2"):gmatch("(%w)=(%w)") do sleep(0.1) print(k, v) end
for p, c in utf8.codes("aé") do sleep(0.1) print(p, c) end
local proxy = setmetatable({}, {__pairs = function(self)
  return function(_, k)
    sleep(0.1)
    k = (k or 0) + 1
    if k < 4 then return k, k .. "!" end
  end, self, nil
end})
for k, v in proxy and getmetatable(proxy).__pairs(proxy) do print(k, v) end
local function closer(n)
  return setmetatable({}, {__close = function() print("iterator closed", n) end})
end
local function closing(n)
  local i = 0
  return function()
    sleep(0.1)
    i = i + 1
    if i <= n then return i end
  end, nil, nil, closer(n)
end
for i in closing(2) do print(i) end
for i in closing(5) do
  if i == 2 then break end
  sleep(0.1)
end
print(pcall(function()
  for i in closing(3) do sleep(0.1) error("in loop", 0) end
end))
print((function()
  for i in closing(3) do sleep(0.1) return "returned " .. i end
end)())
for i = 1, 2 do
  for _, v in ipairs {"x", "y"} do
    for a in slow(2) do sleep(0.05) print(i, v, a) end
  end
end
local fs = {}
for i, v in ipairs {5, 6, 7} do
  sleep(0.1)
  fs[i] = function() v = v + i return v end
end
sleep(0.1)
print(fs[1](), fs[2](), fs[3](), fs[1]())
for i, v in ipairs(setmetatable({}, {__index = function(_, k)
  if k < 4 then return k * 2 end
end})) do
  sleep(0.1)
  print(i, v)
end
local function zip(a, b)
  local i = 0
  return function()
    i = i + 1
    sleep(0.1)
    if a[i] ~= nil and b[i] ~= nil then return a[i], b[i] end
  end
end
for a, b in zip({1, 2, 3}, {"p", "q"}) do print(a, b) end
local it <const> = slow(100)
for a in it do
  if a > 3 then goto out end
  if a == 2 then goto continue end
  print("it", a)
  ::continue::
end
::out::
print(it())
-- two suspended loops over one table, one deleting
local both = {a = 1, b = 2, c = 3, d = 4}
local n1, n2 = 0, 0
local s1 = spawn(function()
  for k, v in pairs(both) do sleep(0.1) n1 = n1 + v end
end)
local s2 = spawn(function()
  for k, v in pairs(both) do sleep(0.1) n2 = n2 + v end
end)
s1:join()
s2:join()
print(n1, n2)
