"""Programs that never end by themselves, or not in years: name -> Lua source."""

SPINNING = {
    "a loop": "while true do end",
    "a loop with a condition": "local n = 1 while n > 0 do n = n + 1 end",
    "a loop that repeats": "repeat until false",
    "a numeric loop": "local s = 0 for i = 1, 1 << 60 do s = s + i end",
    "a numeric loop downwards": "local t = {1} for i = 1 << 60, 1, -3 do t[1] = i end",
    "a numeric loop with a step": "local t, step = {1}, 7 for i = 1, 1 << 60, step do t[1] = i end",
    "a numeric loop of floats": "local t = {1} for i = 1.0, 1e15 do t[1] = i end",
    "numeric loops in each other": """
local n = 0
for i = 1, 90 do for j = 1, 90 do for k = 1, 90 do for l = 1, 90 do for m = 1, 90 do
  n = n + 1
end end end end end""",
    "a loop over a list that grows": """
local t = {1}
for i in ipairs(t) do t[i + 1] = 1 t[i - 9] = nil end""",
    "a loop over an iterator": "for i in function() return 1 end do end",
    "a loop by goto": "::again:: goto again",
    "a loop by goto, two blocks long": """
local n = 0
::one::
n = n + 1
if n > 9 then goto two end
goto one
::two::
n = 0
goto one""",
    "recursion": """
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(60))""",
    "recursion of two": """
local odd
local function even(n) return n == 0 or odd(n - 1) and odd(n - 1) end
function odd(n) return n ~= 0 and even(n - 1) and even(n - 1) end
print(even(60))""",
    "recursion of methods": """
local t = {} t.__index = t
function t:grow(n) if n > 0 then self:grow(n - 1) self:grow(n - 1) end end
setmetatable({}, t):grow(60)""",
    "recursion of metamethods": """
local left = 60
local mt = {}
mt.__add = function(a, b)
  if left > 0 then
    left = left - 1
    local _ = a + b
    _ = a + b
    left = left + 1
  end
  return a
end
local _ = setmetatable({}, mt) + 1""",
    "recursion that could wait": """
local function fib(n)
  if n == 99 then sleep(1) end
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end
print(fib(60))""",
    "tail calls": "local function f(n) return f(n + 1) end f(1)",
    "tail calls of two": """
local g
local function f(n) return g(n + 1) end
function g(n) return f(n + 1) end
f(1)""",
    "tail calls of methods": """
local t = {}
function t:again(...) return self:again(...) end
t:again(1, 2)""",
    "tail calls behind __close": """
local function f(n) do local x <close> = nil end return f(n + 1) end
f(1)""",
    "tail calls that could wait": """
local function f(n) if n == 0 then sleep(1) end return f(n + 1) end
f(1)""",
    "text that load made": "load('while true do end', '=spin.lua')()",
    "text that load made, again and again": """
while true do load('for i = 1, 9 do local n = i end')() end""",
    "a loop with pcall inside": "while true do pcall(function() while true do end end) end",
    "a loop of errors caught": "while true do pcall(error) end",
    "a loop around xpcall": "while true do xpcall(error, function(e) return e end) end",
    "a handler of xpcall": "xpcall(error, function(e) while true do end end)",
    "a handler of the interrupt": """
xpcall(function() while true do end end, function(e) while true do end end)""",
    "a coroutine": "coroutine.wrap(function() while true do end end)()",
    "a generator": """
local f = coroutine.wrap(function() while true do coroutine.yield(1) end end)
while true do f() end""",
    "coroutines resumed and caught": """
while true do coroutine.resume(coroutine.create(function() while true do end end)) end""",
    "a metamethod": """
local t = setmetatable({}, {__index = function() while true do end end})
return t.field""",
    "__tostring": """
print(setmetatable({}, {__tostring = function() while true do end end}))""",
    "a sort comparator": "table.sort({3, 2, 1}, function() while true do end end)",
    "a replacement of gsub": "string.gsub('abc', 'b', function() while true do end end)",
    "__close": """
do local x <close> = setmetatable({}, {__close = function() while true do end end}) end""",
    "__close after the interrupt": """
local x <close> = setmetatable({}, {__close = function() while true do end end})
while true do end""",
    "a function that could wait": """
local function f(n) if n == 1 then sleep(1) end end
while true do f(0) end""",
    "a function that could wait, in pcall": """
local function f(n) if n == 1 then sleep(1) end end
while true do pcall(f, 0) end""",
    "operations": "while true do pcall(publish, 'out/x', 'y', {qos = 7}) end",
    "a task that is cancelled": """
local t = spawn(function()
  local x <close> = setmetatable({}, {__close = function() while true do end end})
  sleep(9)
end)
sleep(0)
pcall(t.cancel, t)""",
}

# In the library's own loops. On lua54 these are C, which nothing interrupts.
IN_LIBRARY = {
    "a pattern that goes back": """
local s = string.rep('a', 60)
print(s:find(string.rep('a?', 60) .. string.rep('a', 61)))""",
    "a pattern that starts everywhere": """
local s = string.rep('a', 60000)
print(s:match('a*b'))""",
    "a pattern in gsub": """
local s = string.rep('a', 200)
print(s:gsub('.-.-.-.-.-.-.-.-b', ''))""",
    "a replacement by a short function": """
local s = string.rep('a', 100000)
while true do s:gsub('a', function() return 'a' end) end""",
    "a sort by a short comparator": """
local t = {}
for i = 1, 200000 do t[i] = i * 7919 % 100003 end
while true do table.sort(t, function(a, b) return a < b end) end""",
    "a move of nothing": "table.move({}, 1, 1 << 60, 2)",
    "a reader of nothing new": "load(function() return ' ' end)",
}
