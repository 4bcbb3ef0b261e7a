--! engines = ["lua54", "luajit", "python"]
-- Concatenation and what is turned into text for it.
print("a" .. "b" .. "c", 1 .. 2, "n=" .. 5, 5 .. "", -1 .. "|" .. 0.5)
print(1 .. 2 + 3, "x" .. 2 * 3 .. "y", ("a"):rep(3) .. "b")
for _, v in ipairs {false, true} do print(pcall(function() return "a" .. v end)) end
print(pcall(function() return "a" .. nil end))
print(pcall(function() return {} .. "x" end))
print(pcall(function() local t = {} return "x" .. t.name end))
local mt = {__concat = function(a, b)
  return (type(a) == "table" and a.n or a) .. "~" .. (type(b) == "table" and b.n or b)
end}
local o = setmetatable({n = "obj"}, mt)
print(o .. "x", "x" .. o, 1 .. o, o .. 2, "a" .. "b" .. o, o .. "a" .. "b", o .. o)
local parts = {}
for i = 1, 20 do parts[i] = i .. (i % 2 == 0 and "e" or "o") end
print(table.concat(parts, ","))
local s = ""
for i = 1, 50 do s = s .. i % 10 end
print(s, #s)
print(tostring(nil) .. tostring(true) .. tostring(false) .. tostring(12))
print("5" + 1, "5" .. 1, 5 .. 1 + 1)
print(#("x" .. "\0" .. "y"), "a" .. "" == "a")
local t = {"a", "b"}
t[1] = t[1] .. t[2]
t.x = (t.x or "") .. "k"
print(t[1], t.x)
local i = 0
local function nxt() i = i + 1 return "<" .. i .. ">" end
print(nxt() .. nxt() .. nxt() .. nxt())
