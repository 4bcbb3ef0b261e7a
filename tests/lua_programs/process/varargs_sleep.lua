--! engines = ["lua54", "luajit", "python"]
-- Varargs and several results across suspensions.
local function nap(...) sleep(0.1) return ... end
local function count(...) sleep(0.1) return select("#", ...), ... end
print(count())
print(count(nil))
print(count(1, nil, nil))
print(count(nap(1, nil), nap(2, nil)))
local function sum(...)
  local s = 0
  for i = 1, select("#", ...) do sleep(0.01) s = s + (select(i, ...)) end
  return s, ...
end
print(sum(1, 2, 3))
print((sum(4, 5)))
local function pass(...)
  local a, b = ...
  sleep(0.1)
  local t = {...}
  sleep(0.1)
  return #t, a, b, ...
end
print(pass("x", "y", "z"))
print(pass())
local function rot(a, ...)
  sleep(0.01)
  if select("#", ...) == 0 then return a end
  return rot(...)
end
print(rot(1, 2, 3, 4))
local function rev(n, ...)
  if n == 0 then return ... end
  sleep(0.01)
  return rev(n - 1, n, ...)
end
print(rev(5))
local f = function(...)
  local p = table.pack(...)
  return function() sleep(0.1) return table.unpack(p, 1, p.n) end
end
print(f(1, nil, 3, nil)())
print(select("#", f(nil, nil)()))
print(pcall(function(...) sleep(0.1) return select(2, ...) end, 1, 2, 3))
print(spawn(function(...) sleep(0.1) return select("#", ...), ... end, nil, "x", nil):join())
local t = {nap(1, 2, 3)}
print(#t)
t = {nap(1, 2), nap(3, 4)}
print(#t, t[1], t[2], t[3])
t = {(nap(1, 2))}
print(#t)
t = {nap(), nap(), "last"}
print(t[3])
local a, b, c, d = nap(1, 2), nap(3, 4)
print(a, b, c, d)
a, b, c = nap()
print(a, b, c)
a, b = (nap(1, 2))
print(a, b)
local co = coroutine.wrap(function(...)
  while true do
    local n = select("#", ...)
    sleep(0.1)
    local x = table.pack(coroutine.yield(n, ...))
    if x.n == 0 then return "bye" end
    print("got", table.unpack(x, 1, x.n))
  end
end)
print(co(1, nil))
print(co(nil, 2))
print(co())
local function deep(n, ...)
  sleep(0.01)
  if n == 0 then return ... end
  local function wrap(...) sleep(0.01) return n, ... end
  return wrap(deep(n - 1, ...))
end
print(deep(3, "a", nil))
local obj = {v = "self"}
function obj:m(...) sleep(0.1) return self.v, ... end
print(obj:m())
print(obj:m(1, nil))
print(obj:m(nap(1, 2)))
local function loop(...)
  for i, v in ipairs({...}) do
    sleep(0.01)
    if v == "stop" then return i, ... end
  end
end
print(loop("a", "stop", "b"))
print(string.format("%s %s %s", nap("a", "b", "c")))
print(math.max(nap(3, 9, 4)))
print(#nap("four"), (nap("x", "y")))
local many = {}
for i = 1, 100 do many[i] = i end
print(select("#", nap(table.unpack(many))), (select(77, nap(table.unpack(many)))))
local function vx(...)
  local s = ""
  while #s < select("#", ...) do sleep(0.01) s = s .. "." end
  return s, select("#", ...)
end
print(vx(1, 2, 3))
local function none() sleep(0.1) end
print((none()))
print(select("#", none()))
print(none() == nil, {none()} ~= nil)
print(... == nil, select("#", ...))
sleep(0.1)
print(select("#", ...))
