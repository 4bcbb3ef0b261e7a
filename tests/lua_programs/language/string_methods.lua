--! engines = ["lua54", "luajit", "python"]
-- Methods of strings: on strings, on values that may be strings, on what is none.
local function shorten(s, n) return s:sub(1, n) .. s:upper():sub(-1) end
print(shorten("moonhop", 4), shorten(tostring(12345), 2), ("x"):rep(3), ("%d"):format(7), #("abc"):reverse())
local boxed = {sub = function(self, i, j) return "box " .. i .. " " .. tostring(j) end, upper = function() return "BOX" end}
print(shorten(boxed, 3))
for _, value in ipairs {5, true, {}} do print(pcall(shorten, value, 1)) end
print(pcall(shorten))
print(pcall(function() return ("x"):nothing() end))
local text = "one two"
local none
print(pcall(function() return none:sub(1) end))
print(pcall(function() return text:rep({}) end), pcall(function() return (text .. "x"):sub({}) end))
print(text:find("two", 1, true), text:byte(1, 3), text:len(), (text:gsub("o", "0")), text:match("%a+"))
