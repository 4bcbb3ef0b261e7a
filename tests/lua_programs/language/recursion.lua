--! engines = ["lua54", "luajit", "python"]
-- Recursion: plain, mutual, deep, tail calls that need no stack.
local function fact(n) if n <= 1 then return 1 end return n * fact(n - 1) end
print(fact(1), fact(5), fact(10), fact(15))
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(1), fib(10), fib(17))
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print(even(10), odd(10), even(7), even(3000))
local function ack(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ack(m - 1, 1) end
  return ack(m - 1, ack(m, n - 1))
end
print(ack(2, 3), ack(1, 10))
local function hanoi(n, a, b, c) if n == 0 then return 0 end return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a) end
print(hanoi(8, "a", "b", "c"))
local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
print(depth(10), depth(150))
local function loop(n, acc) if n == 0 then return acc end return loop(n - 1, acc + n) end
print(loop(1000, 0))
local function gcd(a, b) if b == 0 then return a end return gcd(b, a % b) end
print(gcd(1071, 462), gcd(17, 5), gcd(0, 9))
local function perms(list, n, out)
  n = n or #list
  if n <= 1 then out[#out + 1] = table.concat(list) return end
  for i = 1, n do
    list[n], list[i] = list[i], list[n]
    perms(list, n - 1, out)
    list[n], list[i] = list[i], list[n]
  end
end
local out = {} perms({"a", "b", "c"}, nil, out) print(table.concat(out, " "))
local function tree(d) if d == 0 then return {v = 1} end return {left = tree(d - 1), right = tree(d - 1), v = d} end
local function total(t) if not t then return 0 end return t.v + total(t.left) + total(t.right) end
print(total(tree(6)))
local function flatten(t, out) for _, v in ipairs(t) do if type(v) == "table" then flatten(v, out) else out[#out + 1] = v end end return out end
print(table.concat(flatten({1, {2, {3, {4}}, 5}, {{6}}}, {}), ","))
function global_rec(n) return n == 0 and "done" or global_rec(n - 1) end
print(global_rec(20))
local t = {}
function t.a(n) return n <= 0 and 0 or 1 + t.b(n - 1) end
function t.b(n) return n <= 0 and 0 or 2 + t.a(n - 1) end
function t:m(n) if n == 0 then return self == t end return self:m(n - 1) end
print(t.a(11), t:m(9))
local Y = function(f) return (function(x) return x(x) end)(function(x) return f(function(v) return x(x)(v) end) end) end
print(Y(function(self) return function(n) return n == 0 and 1 or n * self(n - 1) end end)(6))
local function queens(n)
  local cols, found = {}, 0
  local function place(row)
    if row > n then found = found + 1 return end
    for c = 1, n do
      local ok = true
      for r = 1, row - 1 do if cols[r] == c or math.abs(cols[r] - c) == row - r then ok = false break end end
      if ok then cols[row] = c place(row + 1) end
    end
  end
  place(1)
  return found
end
print(queens(4), queens(5), queens(6))
