--! engines = ["lua54", "luajit", "python"]
-- goto, break, nested loops, conditions that sleep, in functions that suspend.
local function c(v) sleep(0.1) return v end
local i = 0
while c(i) < 3 do
  i = i + 1
  if i == 2 then goto cont end
  print("w", i)
  ::cont::
end
repeat
  local x = c(i)
  i = i - 1
  print("r", x)
until c(x) == 1
for k = 1, 3 do
  for j = 1, 3 do
    sleep(0.1)
    if j == 2 then goto next_k end
    if k == 3 then goto done end
    print(k, j)
  end
  ::next_k::
end
::done::
print("done")
do
  local n = 0
  ::top::
  sleep(0.1)
  n = n + 1
  if n < 3 then goto top end
  print("n", n)
end
local fs = {}
for k = 1, 3 do
  local m = k * 10
  sleep(0.1)
  fs[k] = function()
    m = m + 1
    k = k + 1
    return m, k
  end
end
sleep(0.1)
print(fs[1]())
print(fs[1]())
print(fs[3]())
do
  local k = 1
  ::again::
  local cap = k * 100
  fs[k] = function() cap = cap + 1 return cap end
  sleep(0.1)
  k = k + 1
  if k <= 3 then goto again end
end
print(fs[1](), fs[1](), fs[2](), fs[3]())
local function find(list, x)
  for k, v in ipairs(list) do
    sleep(0.1)
    if v == x then goto found end
    goto next
    ::found::
    do return k end
    ::next::
  end
  return nil
end
print(find({4, 5, 6}, 5), find({4}, 9))
local function state(s)
  local pos, out = 0, {}
  ::start::
  sleep(0.01)
  pos = pos + 1
  local ch = s:sub(pos, pos)
  if ch == "" then goto finish end
  if ch == "a" then goto sa end
  if ch == "b" then goto sb end
  goto start
  ::sa::
  out[#out + 1] = "A"
  goto start
  ::sb::
  out[#out + 1] = "B"
  sleep(0.01)
  goto start
  ::finish::
  return table.concat(out)
end
print(state("abxba"))
for k = c(1), c(10), c(3) do
  if k == 7 then break end
  print("step", k)
  sleep(0.1)
end
for k = 3, 1, -1 do sleep(0.1) print("down", k) end
for x = 0.5, 1.6, 0.5 do sleep(0.1) print(string.format("%g", x)) end
for k = 1, 3 do
  local k = k * 2
  sleep(0.1)
  print("shadow", k)
end
for k = 1, 0 do sleep(1) print("never") end
local function ret()
  for k = 1, 5 do
    sleep(0.1)
    while true do
      sleep(0.1)
      if k == 2 then return "ret", k end
      break
    end
  end
end
print(ret())
local s = 0
for a = 1, 2 do
  for b = 1, 2 do
    local d = 0
    while d < 2 do
      d = d + 1
      repeat s = s + 1 sleep(0.01) until true
      if d == 2 and b == 2 then break end
    end
  end
end
print(s)
if c(false) then print("a") elseif c(nil) then print("b") else
  local z = c("z")
  do
    local z = z .. "z"
    sleep(0.1)
    print(z)
  end
  print(z)
end
while true do
  sleep(0.1)
  local ok = pcall(function() sleep(0.1) error("x") end)
  if not ok then break end
end
local function nest(n)
  sleep(0.01)
  if n == 0 then return 0 end
  local t = 0
  for k = 1, n do t = t + nest(n - k) + 1 end
  return t
end
print(nest(5))
local q = {}
do
  local k = 0
  repeat
    k = k + 1
    local v = k * k
    q[#q + 1] = function() return v end
    sleep(0.1)
  until v >= 9
end
print(q[1](), q[2](), q[3]())
local n = 5
while n > 0 do
  n = n - 1
  if n == 3 then goto continue end
  do
    sleep(0.1)
    if n == 1 then goto continue end
  end
  print("body", n)
  ::continue::
end
for k = 1, 3 do
  goto skip
  do sleep(1) end
  ::skip::
end
do
  goto e
  local x
  sleep(1)
  ::e::
end
print(string.format("%g", now()))
