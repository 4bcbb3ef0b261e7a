--! engines = ["lua54", "luajit", "python"]
-- Suspending in methods, tail calls, varargs, and what stands around a call when it suspends.
local function nap(...) sleep(0.1) return ... end

local Account = {}
Account.__index = Account
function Account.new(name) return setmetatable({ name = name, total = 0, log = {} }, Account) end
function Account:add(n) sleep(0.1) self.total = self.total + n self.log[#self.log + 1] = n return self end
function Account:sum(...)
  local s = 0
  for i = 1, select("#", ...) do s = s + (select(i, ...)) self:add(s) end
  return s, self
end
function Account.count(self) return #self.log end
local a = Account.new("a")
print(a:add(1):add(2):add(3).total, a:count())
print((a:sum(1, 2, 3)), a.total, a:count())
local Savings = setmetatable({}, { __index = Account })
Savings.__index = Savings
function Savings:add(n) Account.add(self, n * 2) sleep(0.1) return self end
local s = setmetatable({ name = "s", total = 0, log = {} }, Savings)
print(s:add(1):add(2).total, s:sum(1, 1), table.concat(s.log, " "))
local which = { a, s }
for i, account in ipairs(which) do print(i, account:add(i).name, account.total) end
local method = "add"
print(a[method](a, 10).total, pcall(a.add, a, "x") == false, pcall(a.none, a))
print(pcall(function() return a:nothing() end))
local deep = { one = { two = { run = function(self, ...) sleep(0.1) return select("#", ...), ... end } } }
print(deep.one.two:run(1, nil, 3, nil))
print(deep.one.two:run(), (deep.one.two:run("x")))
function deep.one.two:again(n) if n > 0 then sleep(0.01) return self:again(n - 1) end return "again done" end
print(deep.one.two:again(30))
local callable = setmetatable({}, { __index = { call = function(self, f, ...) sleep(0.1) return f(self, ...) end } })
print(callable:call(function(self, x) sleep(0.1) return self == callable, x end, 5))

-- tail calls: no depth, all results
local function count(n, acc) sleep(0.001) if n == 0 then return acc, "end" end return count(n - 1, acc + n) end
print(count(300, 0))
local even, odd
function even(n) if n == 0 then return true end sleep(0.001) return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print(even(101), odd(101))
local function tail(...) return nap(...) end
print(tail(), tail(nil), select("#", tail(nil, nil)), tail(1, 2, nil))
local function tail_pcall(f, ...) return pcall(f, ...) end
print(tail_pcall(nap, 1, 2))
print(tail_pcall(function() sleep(0.1) error("tail", 0) end))
local function tail_builtin(...) sleep(0.1) return select("#", ...), math.max(...) end
print(tail_builtin(3, 9, 4))
print(select(2, tail_pcall(function(...) sleep(0.1) return tail(...) end, "v", nil)))

-- arguments and operands are kept while later ones suspend
local order = {}
local function step(v) order[#order + 1] = v sleep(0.05) return v end
print(step(1) + step(2) * step(3) - step(4), step("a") .. step("b") .. step("c"), step(5) < step(6), step(1) == step(1))
print(table.concat(order, " "))
local t = { step(7), [step(8)] = step(9), k = step(10), nap(11, 12, 13) }
print(t[1], t[2], t[3], t[4], t[8], t.k, #t)
t[step(1)], t[step(2)], t.z = step("x"), nap("y", "z")
print(t[1], t[2], t.z)
print(math.max(step(1), nap(5, 9)), (nap(1, 2)), #{ nap(1, 2), nap(3, 4) })
print(nap(false) or nap("or"), nap(1) and nap("and"), not nap(nil), nap(nil) == nil and "nil", -nap(5), #nap("four"))
print(#nap({ 1, 2 }), nap(t).k, nap(t)[1], (nap("str")):upper(), nap("x"):rep(3))
if nap(false) then print("no") elseif nap(true) then print("elseif") else print("no") end
local i = 0
while nap(i < 3) do i = i + 1 end
repeat i = i - 1 local stop = nap(i) == 0 until stop
print(i)
for k = nap(1), nap(6), nap(2) do i = i + k end
print(i)

-- varargs live through suspensions
local function va(...)
  sleep(0.1)
  local a, b = ...
  sleep(0.1)
  local p = table.pack(...)
  sleep(0.1)
  return select("#", ...), a, b, p.n, (select(-1, ...)), ...
end
print(va(1, nil, 3, nil))
print(va("x"))
local function pass(n, ...) if n == 0 then return ... end sleep(0.01) return pass(n - 1, n, ...) end
print(pass(5), pass(3, "end"))
print((function(...) local f = function() return nap("inner") end sleep(0.1) return f(), ... end)(1, 2))

-- all of it at once, in a coroutine under pcall in a loop over an iterator that suspends
local function items(n) return function(_, k) sleep(0.01) if k < n then return k + 1, a end end, nil, 0 end
for k, account in items(2) do
  local guard <close> = setmetatable({}, { __close = function() print("closed", k, account.total) end })
  local co = coroutine.wrap(function(...)
    local ok, v = pcall(function(...) local r = account:add(k):sum(...) coroutine.yield(r) sleep(0.1) error("e" .. k, 0) end, ...)
    sleep(0.1)
    return ok, v
  end)
  print(co(k, k + 1))
  print(co())
end
