--! engines = ["lua54", "luajit", "python"]
-- Endless recursion ends in an error that can be caught; the program goes on.
local function endless(n) return 1 + endless(n + 1) end
local ok, message = pcall(endless, 1)
print(ok, type(message), (tostring(message):find("stack overflow", 1, true)) ~= nil)
local t = setmetatable({}, {})
getmetatable(t).__index = function(self, k) return self[k .. "x"] end
ok, message = pcall(function() return t.a end)
print(ok, type(message), (tostring(message):find("overflow", 1, true)) ~= nil)
local a, b
function a() return b() + 1 end
function b() return a() + 1 end
print((pcall(a)))
print(select("#", pcall(endless, 1)))
local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
print(depth(100))
