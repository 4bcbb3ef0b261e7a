--! engines = ["lua54", "luajit", "python"]
-- Methods of strings that the program replaces or adds.
local text = "moon"
print(text:upper(), text:rep(2))
function string.shout(s) return s:upper() .. "!" end
print(text:shout())
local rep = string.rep
string.rep = function(s, n) return "<" .. rep(s, n) .. ">" end
print(text:rep(2), ("ab"):rep(2))
string.rep = nil
print(pcall(function() return text:rep(2) end))
string.rep = rep
local library = getmetatable("").__index
getmetatable("").__index = function(s, key)
  if key == "upper" then return function() return "my upper" end end
  if type(key) == "number" then return library.sub(s, key, key) end
  return library[key]
end
print(text:upper(), text:lower(), text:rep(2), (text)[2])
getmetatable("").__index = library
print(text:upper())
