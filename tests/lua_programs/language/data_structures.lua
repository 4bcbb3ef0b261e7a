--! engines = ["lua54", "luajit", "python"]
-- Programs of some size: queue, heap, linked list, matrix, string buffer, JSON-like printer, interpreter.
local Heap = {}
Heap.__index = Heap
function Heap.new(less)
  return setmetatable({n = 0, less = less or function(a, b) return a < b end}, Heap)
end
function Heap:push(v)
  self.n = self.n + 1
  local i = self.n
  self[i] = v
  while i > 1 do
    local p = i // 2
    if not self.less(self[i], self[p]) then break end
    self[i], self[p] = self[p], self[i]
    i = p
  end
end
function Heap:pop()
  if self.n == 0 then return nil end
  local top = self[1]
  self[1] = self[self.n]
  self[self.n] = nil
  self.n = self.n - 1
  local i = 1
  while true do
    local l, r, m = 2 * i, 2 * i + 1, i
    if l <= self.n and self.less(self[l], self[m]) then m = l end
    if r <= self.n and self.less(self[r], self[m]) then m = r end
    if m == i then break end
    self[i], self[m] = self[m], self[i]
    i = m
  end
  return top
end
local h = Heap.new()
for _, v in ipairs {5, 3, 8, 1, 9, 2, 7} do h:push(v) end
local out = {}
while h.n > 0 do out[#out + 1] = h:pop() end
print(table.concat(out, " "))
local graph = {a = {b = 4, c = 1}, b = {d = 1}, c = {b = 2, d = 5}, d = {}}
local dist, q = {a = 0}, Heap.new(function(x, y)
  if x[1] ~= y[1] then return x[1] < y[1] end
  return x[2] < y[2]
end)
q:push {0, "a"}
while q.n > 0 do
  local d, u = table.unpack(q:pop())
  if d <= dist[u] then
    for v, w in pairs(graph[u]) do
      if not dist[v] or d + w < dist[v] then dist[v] = d + w q:push {d + w, v} end
    end
  end
end
print(dist.a, dist.b, dist.c, dist.d)
local function show(v, depth)
  depth = depth or 0
  if type(v) ~= "table" then
    return type(v) == "string" and string.format("%q", v) or tostring(v)
  end
  local keys = {}
  for k in pairs(v) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  local parts = {}
  for _, k in ipairs(keys) do parts[#parts + 1] = tostring(k) .. "=" .. show(v[k], depth + 1) end
  return "{" .. table.concat(parts, ",") .. "}"
end
print(show {1, 2, {3, x = "y"}, z = true, s = "q\"q"})
local function mul(a, b)
  local c = {}
  for i = 1, #a do
    c[i] = {}
    for j = 1, #b[1] do
      local s = 0
      for k = 1, #b do s = s + a[i][k] * b[k][j] end
      c[i][j] = s
    end
  end
  return c
end
local m = {{1, 1}, {1, 0}}
local p = m
for i = 1, 20 do p = mul(p, m) end
print(p[1][1], p[1][2], p[2][2])
local sieve, primes = {}, {}
for i = 2, 200 do
  if not sieve[i] then
    primes[#primes + 1] = i
    for j = i * i, 200, i do sieve[j] = true end
  end
end
print(#primes, primes[#primes])
local function eval(s)
  local pos = 1
  local function peek() pos = s:find("%S", pos) or #s + 1 return s:sub(pos, pos) end
  local expr
  local function atom()
    local c = peek()
    if c == "(" then
      pos = pos + 1
      local v = expr()
      assert(peek() == ")", "expected )")
      pos = pos + 1
      return v
    end
    if c == "-" then pos = pos + 1 return -atom() end
    local n = s:match("^%d+", pos)
    if not n then error("unexpected '" .. c .. "' at " .. pos, 0) end
    pos = pos + #n
    return tonumber(n)
  end
  local function term()
    local v = atom()
    while true do
      local c = peek()
      if c == "*" then
        pos = pos + 1
        v = v * atom()
      elseif c == "/" then
        pos = pos + 1
        v = v // atom()
      else return v end
    end
  end
  function expr()
    local v = term()
    while true do
      local c = peek()
      if c == "+" then
        pos = pos + 1
        v = v + term()
      elseif c == "-" then
        pos = pos + 1
        v = v - term()
      else return v end
    end
  end
  local v = expr()
  if peek() ~= "" then error("trailing '" .. peek() .. "'", 0) end
  return v
end
print(eval("1 + 2 * 3"), eval("(1 + 2) * 3"), eval("10 / 3 - -4"), eval("2*(3+(4-1))*2"))
print(pcall(eval, "1 + x"))
print(pcall(eval, "(1"))
print(pcall(eval, "1 2"))
local function bf(src, input)
  local jump, stack = {}, {}
  for i = 1, #src do
    local c = src:sub(i, i)
    if c == "[" then stack[#stack + 1] = i elseif c == "]" then
      local j = table.remove(stack)
      jump[i], jump[j] = j, i
    end
  end
  local tape, ptr, pc, o = {}, 0, 1, {}
  while pc <= #src do
    local c = src:sub(pc, pc)
    local v = tape[ptr] or 0
    if c == ">" then ptr = ptr + 1 elseif c == "<" then ptr = ptr - 1 elseif c == "+" then
      tape[ptr] = (v + 1) % 256
    elseif c == "-" then tape[ptr] = (v - 1) % 256 elseif c == "." then
      o[#o + 1] = string.char(v)
    elseif c == "[" and v == 0 then pc = jump[pc] elseif c == "]" and v ~= 0 then
      pc = jump[pc]
    end
    pc = pc + 1
  end
  return table.concat(o)
end
print(bf("++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++."))
local list
for i = 5, 1, -1 do list = {v = i, next = list} end
local function rev(l)
  local r
  while l do l, r, l.next = l.next, l, r end
  return r
end
local function each(l)
  return function()
    if l then
      local v = l.v
      l = l.next
      return v
    end
  end
end
out = {}
for v in each(list) do out[#out + 1] = v end
print(table.concat(out, " "))
local lru = {cap = 2, order = {}, map = {}}
function lru:get(k)
  if self.map[k] == nil then return nil end
  for i, x in ipairs(self.order) do
    if x == k then table.remove(self.order, i) break end
  end
  table.insert(self.order, k)
  return self.map[k]
end
function lru:put(k, v)
  if self:get(k) == nil then
    if #self.order >= self.cap then self.map[table.remove(self.order, 1)] = nil end
    table.insert(self.order, k)
  end
  self.map[k] = v
end
lru:put("a", 1)
lru:put("b", 2)
lru:get("a")
lru:put("c", 3)
print(lru:get("a"), lru:get("b"), lru:get("c"), #lru.order)
local function lcs(a, b)
  local t = {}
  for i = 0, #a do
    t[i] = {}
    for j = 0, #b do
      if i == 0 or j == 0 then t[i][j] = 0 elseif a:byte(i) == b:byte(j) then
        t[i][j] = t[i - 1][j - 1] + 1
      else t[i][j] = math.max(t[i - 1][j], t[i][j - 1]) end
    end
  end
  return t[#a][#b]
end
print(lcs("AGGTAB", "GXTXAYB"), lcs("", "x"))
local function caesar(s, n)
  return (s:gsub("%a", function(c)
    local base = c:match("%l") and 97 or 65
    return string.char((c:byte() - base + n) % 26 + base)
  end))
end
print(caesar("Hello, World!", 3), caesar(caesar("Hello", 3), -3))
local function big(n)
  local d = {1}
  for i = 2, n do
    local carry = 0
    for j = 1, #d do
      local v = d[j] * i + carry
      d[j] = v % 10
      carry = v // 10
    end
    while carry > 0 do d[#d + 1] = carry % 10 carry = carry // 10 end
  end
  return table.concat(d):reverse()
end
print(big(30))
local events, handlers = {}, {}
local function on(e, f) handlers[e] = handlers[e] or {} table.insert(handlers[e], f) end
local function emit(e, ...) for _, f in ipairs(handlers[e] or {}) do f(...) end end
on("x", function(...) events[#events + 1] = "first" .. select("#", ...) end)
on("x", function(v) events[#events + 1] = "second" .. tostring(v) emit("y") end)
on("y", function() events[#events + 1] = "y" end)
emit("x", 1, 2)
emit("none")
print(table.concat(events, " "))
