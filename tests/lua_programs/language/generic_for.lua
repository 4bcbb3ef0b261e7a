--! engines = ["lua54", "luajit", "python"]
-- Generic for: ipairs, pairs, custom iterators with state and control, __pairs, closing value.
for i, v in ipairs {"a", "b", "c"} do print(i, v) end
local sum = 0
for k, v in pairs {10, 20, 30} do sum = sum + k * v end
for k, v in next, {5, 6} do sum = sum + k * v end
print(sum)
local function range(n, i)
  i = i + 1
  if i <= n then return i, i * i end
end
for i, sq in range, 4, 0 do print(i, sq) end
local function countdown(n)
  return function()
    n = n - 1
    if n >= 0 then return n end
  end
end
for v in countdown(3) do print(v) end
local seen = {}
for k, v in pairs {x = 1, y = 2, z = 3} do seen[#seen + 1] = k .. "=" .. v end
table.sort(seen)
print(table.concat(seen, " "))
local proxy = setmetatable({}, {__pairs = function(t)
  return function(_, k)
    k = (k or 0) + 1
    if k <= 3 then return k, "p" .. k end
  end, t, nil
end})
for k, v in pairs(proxy) do print(k, v) end
local view = setmetatable({}, {__index = function(_, i) if i <= 4 then return i * 100 end end})
for i, v in ipairs(view) do print(i, v) end
local callable = setmetatable({n = 0}, {__call = function(self, _, c)
  self.n = self.n + 1
  if self.n < 4 then return self.n end
end})
for v in callable do print("call", v) end
for w in ("one two three"):gmatch("%a+") do print(w) end
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do print(k, v) end
local t = {}
for i = 1, 10 do t["k" .. i] = i end
for k in pairs(t) do if t[k] % 2 == 0 then t[k] = nil end end
local left = 0
for _, v in pairs(t) do left = left + v end
print(left)
for k, v in pairs(t) do t[k] = v * 2 end
left = 0
for _, v in pairs(t) do left = left + v end
print(left)
local function closer(name)
  return setmetatable({}, {__close = function(_, e) print("close", name, e) end})
end
for i in function(_, c)
  c = (c or 0) + 1
  if c <= 2 then return c end
end, nil, nil, closer("end") do print(i) end
for i in function(_, c)
  c = (c or 0) + 1
  return c
end, nil, nil, closer("break") do
  if i == 2 then break end
end
print(pcall(function()
  for i in function(_, c) return 1 end, nil, nil, closer("error") do error("boom", 0) end
end))
print((function()
  for i in function(_, c) return 7 end, nil, nil, closer("return") do return i end
end)())
print(pcall(function() for _ in 5 do end end))
print(pcall(function() for _ in nil do end end))
print(pcall(function() for _ in pairs(nil) do end end))
print(pcall(function() for _, v in ipairs() do end end))
for a, b, c, d in function(s, c)
  if not c then return 1, 2, 3 end
end do print(a, b, c, d) end
local fs = {}
for i, v in ipairs {"x", "y"} do
  fs[i] = function() i = i + 1 return i, v end
end
print(fs[1]())
print(fs[1]())
print(fs[2]())
for k in pairs({}) do print("never") end
for i, v in ipairs {1, 2, nil, 4} do print("stop", i) end
local function filter(p, ...)
  local f, s, c = ...
  return function()
    while true do
      local v
      ;
      c, v = f(s, c)
      if c == nil then return end
      if p(v) then return c, v end
    end
  end
end
for i, v in filter(function(v) return v > 15 end, ipairs {10, 20, 30, 5, 40}) do print(i, v) end
