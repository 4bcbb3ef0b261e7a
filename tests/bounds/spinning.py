"""Programs that never end by themselves: name -> Lua source."""

SPINNING = {
    "a loop": "while true do end",
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
