#!/usr/bin/env lua
--! name = "sample"               -- every form of Lua's syntax, in a program of ordinary size
--! memory = "64k"

local floor <const>, huge <const> = math.floor, math.huge
local insert, concat = table.insert, table.concat

--[[ A queue
     in a ring ]]
local Queue = {}
Queue.__index = Queue

function Queue.new(size)
  return setmetatable({ first = 1, count = 0, size = size or 16, items = {} }, Queue)
end

function Queue:push(value)
  if self.count == self.size then
    error("queue is full: " .. self.size .. " items", 2)
  end
  local slot = (self.first + self.count - 1) % self.size + 1
  self.items[slot] = value
  self.count = self.count + 1
  return self
end

function Queue:pop()
  if self.count == 0 then return nil, "empty" end
  local value = self.items[self.first]
  self.items[self.first] = nil
  self.first = self.first % self.size + 1
  self.count = self.count - 1
  return value
end

function Queue:each()
  local index = -1
  return function()
    index = index + 1
    if index < self.count then
      return self.items[(self.first + index - 1) % self.size + 1]
    end
  end
end

-- Running statistics, kept in closures over shared locals.
local function statistics()
  local n, mean, m2 = 0, 0.0, 0.0
  local least, most = huge, -huge
  local function add(x)
    n = n + 1
    local delta = x - mean
    mean = mean + delta / n
    m2 = m2 + delta * (x - mean)
    if x < least then least = x elseif x > most then most = x end
  end
  return add, function()
    return n, mean, n > 1 and m2 / (n - 1) or 0, least, most
  end
end

local kalman = {
  q = 1e-3, r = 0x.8p-1, ["start value"] = 3.25e+2;
  [1] = "one", 2, 3, [1 + 1] = { { {} } },
  step = function(state, z)
    local p = state.p + state.q
    local k = p / (p + state.r)
    state.x, state.p = state.x + k * (z - state.x), (1 - k) * p
    return state.x
  end,
}

--[==[ strings: [[ long brackets ]] in a comment, ]=] and so on ]==]
local texts = {
  "plain", 'single "quoted"', "tab\tnewline\nreturn\rbell\a", "\65\066\x43\u{44}\u{20AC}\u{7FFFFFFF}",
  "continued \
line", "skipped \z
        space", [[
long
string]], [==[with ]] inside]==], "\"\'\\",
  "0\0zero", '', "tail\z",
}

local numbers = {
  0, 7, 9007199254740993, 9223372036854775807, 9223372036854775808, 1e15, .5, 5., 0xff, 0xA.8p0,
  0xffffffffffffffff, 0x7fffffffffffffff, 3e-2, 1E+2, 0x1P4, 1e309,
}

local function json(value, indent)
  indent = indent or ""
  local kind = type(value)
  if kind == "nil" then return "null"
  elseif kind == "boolean" or kind == "number" then return tostring(value)
  elseif kind == "string" then
    return '"' .. value:gsub('[%c"\\]', function(c)
      return ("\\u%04x"):format(c:byte())
    end) .. '"'
  elseif kind ~= "table" then
    error("cannot write a " .. kind)
  end
  local parts = {}
  if #value > 0 then
    for i = 1, #value do
      parts[i] = json(value[i], indent .. "  ")
    end
    return "[" .. concat(parts, ", ") .. "]"
  end
  local keys = {}
  for key in pairs(value) do
    if type(key) == "string" then insert(keys, key) end
  end
  table.sort(keys, function(a, b) return a < b end)
  for _, key in ipairs(keys) do
    parts[#parts + 1] = indent .. "  " .. json(key) .. ": " .. json(value[key], indent .. "  ")
  end
  return "{\n" .. concat(parts, ",\n") .. "\n" .. indent .. "}"
end

local function tokens(text)
  local position, line = 1, 1
  return function()
    ::again::
    local start, finish = text:find("^[ \t]+", position)
    if start then position = finish + 1 end
    if position > #text then return nil end
    local c = text:sub(position, position)
    if c == "\n" then
      line = line + 1
      position = position + 1
      goto again
    end
    local word = text:match("^[%a_][%w_]*", position) or text:match("^%d+", position) or c
    position = position + #word
    return word, line
  end
end

local function sieve(limit)
  local composite, primes = {}, {}
  for n = 2, limit do
    if composite[n] then goto continue end
    primes[#primes + 1] = n
    for multiple = n * n, limit, n do
      composite[multiple] = true
    end
    ::continue::
  end
  return primes
end

local function queens(n)
  local rows, found = {}, 0
  local function place(row)
    if row > n then found = found + 1 return end
    for column = 1, n do
      local free = true
      for earlier = 1, row - 1 do
        local other = rows[earlier]
        if other == column or other - column == earlier - row or other - column == row - earlier then
          free = false
          break
        end
      end
      if free then
        rows[row] = column
        place(row + 1)
      end
    end
  end
  place(1)
  return found
end

local function bits(a, b)
  local x = a & b | a ~ b << 2 >> 1
  local y = ~x // 3 % 5 ^ 2 ^ -1
  return not (x == y) and x ~= y or -x <= - -y, #texts, -2 ^ 2
end

local function search(grid, wanted)
  for i, row in ipairs(grid) do
    for j, cell in ipairs(row) do
      if cell == wanted then
        goto found
      end
      wanted = wanted
      do
        local i <const> = i * j
        if i > 100 then goto done end
      end
    end
  end
  ::done:: do return nil end
  ::found::
  return wanted
end

local function pack2(...)
  local first, second = ...
  local rest = { select(3, ...) }
  return { first, second, n = select("#", ...), ... }, (...), rest
end

local function guarded(open, ...)
  local handle <close> = open(...)
  local ok, message = pcall(function(...) return handle:read(...) end, ...)
  if not ok then return nil, message end
  repeat
    local line = handle:read("l")
    if line == "" then break end
    local done = line == nil
  until done
  return true
end

local function environment(_ENV)
  counter = (counter or 0) + 1
  return counter
end

local function sandbox()
  local _ENV <const> = { print = print, limit = 3 }
  total = limit * 2
  return total
end

local Account = {}
function Account.__add(a, b) return Account.new(a.balance + b.balance) end
function Account.__eq(a, b) return a.balance == b.balance end
Account.__index = function(_, key) return rawget(Account, key) end
Account.new = function(balance) return setmetatable({ balance = balance }, Account) end
Account.limits, Account.history = { daily = 100; monthly = 2000 }, {}

function Account:withdraw(amount)
  if amount > self.balance then
    error { code = "insufficient", missing = amount - self.balance }
  end
  self.balance = self.balance - amount;
  (Account.log or print)("withdrawn", amount)
  return self
end

local producer = coroutine.wrap(function(limit)
  for i = 1, limit do
    coroutine.yield(i, i * i)
  end
  return "done"
end)

local fib
fib = function(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end

local function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end

local queue = Queue.new(4):push(1):push(2.5):push"three"
local add, report = statistics()
for value in queue:each() do
  if math.type(value) then add(value) end
end

local state = { x = 0, p = 1, q = kalman.q, r = kalman.r }
while queue.count > 0 do
  local value <const> = queue:pop()
  if type(value) == "number" then
    print(kalman.step(state, value), report())
  end
end

for i = 10, 1, -3 do print(i) end
for x = 0.0, 1, 0.25 do print(x) end
for k, v in next, { a = 1, b = 2 }, nil do print(k, v) end
for word, line in tokens "local x = 10\nreturn x" do print(line, word) end

print(json { name = "sample", list = { 1, 2, { nested = true } }, empty = nil })
print(#sieve(100), queens(6), bits(12, 10))
print(search({ { 1, 2 }, { 3, 4 } }, 3), pack2(1, 2, 3), fib(15), odd(7))
print(pcall(Account.withdraw, Account.new(5), 10), environment({}), sandbox())
print(producer(3), producer(), guarded and floor(3.7))

every(60, function() publish("sample/mean", select(2, report())) end)
subscribe("sample/reset", function(topic, payload)
  if payload == "all" then add, report = statistics() end
end)

while true do
  local reading = sensor("temperature"):read()
  add(reading); publish("sample/last", reading)
  if reading > 100 then break end
  sleep(1)
end

return { Queue = Queue, json = json }, report()
