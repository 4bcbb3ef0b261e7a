--! engines = ["lua54", "luajit", "python"]
-- Recursion that sleeps: deep, mutual, through tables and closures; tail calls that suspend.
local function fact(n)
  sleep(0.01)
  if n <= 1 then return 1 end
  return n * fact(n - 1)
end
print(fact(12))
local function fib(n)
  if n < 2 then sleep(0.001) return n end
  return fib(n - 1) + fib(n - 2)
end
print(fib(9))
local even, odd
function even(n)
  sleep(0.001)
  if n == 0 then return true end
  return odd(n - 1)
end
function odd(n)
  if n == 0 then return false end
  return even(n - 1)
end
print(even(30), odd(30))
local function depth(n)
  if n == 0 then sleep(0.1) return 0 end
  return 1 + depth(n - 1)
end
print(depth(150))
local function loop(n, acc)
  if n == 0 then return acc end
  sleep(0.001)
  return loop(n - 1, acc + n)
end
print(loop(300, 0))
local function walk(t, f)
  if type(t) ~= "table" then
    sleep(0.01)
    f(t)
    return
  end
  for _, v in ipairs(t) do walk(v, f) end
end
local out = {}
walk({1, {2, {3, 4}, 5}, {{6}}}, function(v) sleep(0.01) out[#out + 1] = v end)
print(table.concat(out, " "))
local function hanoi(n, a, b, c, log)
  if n == 0 then return 0 end
  local m = hanoi(n - 1, a, c, b, log)
  sleep(0.001)
  log[#log + 1] = a .. c
  return m + 1 + hanoi(n - 1, b, a, c, log)
end
local moves = {}
print(hanoi(4, "A", "B", "C", moves), table.concat(moves, " "))
local function perms(list, n, f)
  if n == 1 then sleep(0.001) return f(table.concat(list)) end
  for i = 1, n do
    list[i], list[n] = list[n], list[i]
    perms(list, n - 1, f)
    list[i], list[n] = list[n], list[i]
  end
end
out = {}
perms({"a", "b", "c"}, 3, function(s) out[#out + 1] = s end)
print(table.concat(out, " "))
local t = {}
function t:go(n)
  sleep(0.001)
  if n == 0 then return self == t end
  return self:go(n - 1)
end
print(t:go(20))
local function ack(m, n)
  if m == 0 then sleep(0) return n + 1 end
  if n == 0 then return ack(m - 1, 1) end
  return ack(m - 1, ack(m, n - 1))
end
print(ack(2, 2))
local function compose(f, g) return function(...) return f(g(...)) end end
local inc = function(x) sleep(0.01) return x + 1 end
local dbl = function(x) sleep(0.01) return x * 2 end
print(compose(compose(inc, dbl), inc)(5))
local Y = function(f)
  return (function(x) return x(x) end)(function(x)
    return f(function(v) return x(x)(v) end)
  end)
end
print(Y(function(self)
  return function(n) sleep(0.01) return n == 0 and 1 or n * self(n - 1) end
end)(6))
local function guarded(n)
  sleep(0.001)
  local ok, v = pcall(function()
    if n == 0 then error("base", 0) end
    return guarded(n - 1) .. n
  end)
  if not ok then return v end
  return v
end
print(guarded(5))
local function spawner(n)
  if n == 0 then sleep(0.1) return 1 end
  local a, b = spawn(spawner, n - 1), spawn(spawner, n - 1)
  return a:join() + b:join()
end
print(spawner(4))
local memo = {}
local function mfib(n)
  if memo[n] then return memo[n] end
  sleep(0.001)
  local v = n < 2 and n or mfib(n - 1) + mfib(n - 2)
  memo[n] = v
  return v
end
print(mfib(40))
local cont = function(k) sleep(0.01) return k(5) end
print(cont(function(v)
  return cont(function(w)
    return cont(function(x) sleep(0.01) return v + w + x end)
  end)
end))
print(string.format("%g", now()))
