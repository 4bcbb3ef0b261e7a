--! engines = ["lua54", "luajit", "python"]
-- goto: continue, nested loops, backward jumps, jumps out of blocks with closures.
for i = 1, 6 do
  if i % 2 == 0 then goto continue end
  print("odd", i)
  ::continue::
end
for i = 1, 3 do
  for j = 1, 3 do
    if j == 2 then goto next_i end
    if i == 3 then goto done end
    print(i, j)
  end
  ::next_i::
end
::done::
print("done")
local n = 0
::top::
n = n + 1
if n < 4 then goto top end
print("n", n)
do
  local k = 0
  ::a:: k = k + 1
  if k == 1 then goto b elseif k == 2 then goto c else goto d end
  ::b:: print("b", k) goto a
  ::c:: print("c", k) goto a
  ::d:: print("d", k)
end
local fs = {}
do
  local i = 1
  ::loop::
  local captured = i * 10
  fs[#fs + 1] = function() captured = captured + 1 return captured end
  i = i + 1
  if i <= 3 then goto loop end
end
print(fs[1](), fs[1](), fs[2](), fs[3]())
local i = 0
while true do
  i = i + 1
  if i == 2 then goto cont end
  if i == 5 then goto out end
  print("w", i)
  ::cont::
end
::out::
i = 0
repeat
  i = i + 1
  if i == 2 then goto skip end
  print("r", i)
  ::skip::
until i >= 4
local function find(t, x)
  for i, v in ipairs(t) do
    if v == x then goto found end
    goto next
    ::found::
    do return i end
    ::next::
  end
  return nil
end
print(find({5, 6, 7}, 6), find({5, 6, 7}, 9))
do
  goto e
  local unused
  ::e::
end
do
  ::x:: ::y::
  if n < 6 then n = n + 1 goto x end
  if n < 8 then n = n + 1 goto y end
  print(n)
end
local function state(input)
  local pos, out = 0, {}
  ::start::
  pos = pos + 1
  local c = input:sub(pos, pos)
  if c == "" then goto finish end
  if c == "a" then goto sa end
  if c == "b" then goto sb end
  goto start
  ::sa:: out[#out + 1] = "A" goto start
  ::sb:: out[#out + 1] = "B" goto start
  ::finish::
  return table.concat(out)
end
print(state("abcabba"))
for a = 1, 2 do
  for b = 1, 2 do
    for c = 1, 2 do
      if c == 2 and b == 1 then goto continue_b end
      if b == 2 then goto continue_a end
      print(a, b, c)
    end
    ::continue_b::
  end
  ::continue_a::
end
do
  local x = 1
  ::again::
  if x > 3 then goto stop end
  do local x = "inner" print(x) end
  x = x + 1
  goto again
  ::stop::
  print(x)
end
for i = 1, 2 do
  local f
  ::redo::
  local v = i
  if not f then f = function() return v end goto redo end
  v = v + 100
  print(f(), v)
end
while n > 0 do
  n = n - 3
  do
    if n == 2 then goto continue end
    for _ = 1, 2 do if n > 4 then goto continue end end
    print("tail", n)
  end
  ::continue::
end
