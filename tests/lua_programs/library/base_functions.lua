--! engines = ["lua54", "luajit", "python"]
-- The basic functions: type, tostring, tonumber, next, rawequal, select, load.
for _, v in ipairs {1, "x", true, {}, print, function() end, coroutine.create(print)} do
  print(type(v))
end
print(type(nil), pcall(function() return type() end), tostring(nil), tostring(true), tostring(-1.5), tostring("s"))
print((tostring({}):gsub("0x%x+", "")), (tostring(print):match("^%w+")), (tostring(coroutine.create(print)):match("^%w+")))
print(tonumber("12"), tonumber("0x1f"), tonumber("  7  "), tonumber("1.5"), tonumber(""), tonumber("x"), tonumber("1 2"), tonumber(nil == 1), tonumber({}), tonumber("1e2") == 100, tonumber("101", 2), tonumber("z", 36), tonumber("9", 8), tonumber("7", 8), tonumber("-7", 8))
print(rawequal("a", "a"), rawequal({}, {}), rawlen({1, 2}), rawget({5}, 1), select("#", nil, nil), select(2, 1, 2, 3))
print(load("return 1 + 1")(), load("x = 5 return x")(), x, load("syntax error here"))
print(load("return ...")(1, 2))
print(load("return ...", "chunk", "t", {})(3))
local env = {print = print}
load("a = 1; b = function() a = a + 1 return a end; function c() return a end", "env", "t", env)()
print(env.a, env.b(), env.c(), a, b)
print(pcall(load("error('in chunk')", "=mychunk")))
print(pcall(load("error('in chunk')", "@file.lua")))
print(pcall(load("local x = nil; x()", "=(load)")))
print(load("return 1", "n", "b"))
print(pcall(function() return load(nil) end))
local parts, i = {"return ", "1", " + 2", nil}, 0
print(load(function() i = i + 1 return parts[i] end)())
print(load("for i = 1, do end", "=bad"))
print(load("x = = 1", "=bad"))
print(load("return 'unfinished", "=bad"))
print(load("goto nowhere", "=bad"))
print(load("break", "=bad"))
print(load("local x <const> = 1; x = 2", "=bad"))
print(load("::a:: ::a::", "=bad"))
print(load("return return", "=bad"))
print(load("x = }", "=bad"))
print(load("if x then", "=bad"))
print(load("f(", "=bad"))
print(load("a.b:c = 1", "=bad"))
print(load("x = '\\q'", "=bad"))
print(load("x = 0x", "=bad"))
print(load("--[[ unfinished", "=bad"))
print(load("local function f() return ... end", "=bad"))
print(load("local x <foo> = 1", "=bad"))
print(_G._G == _G, _G.print == print, _VERSION, type(_ENV), _ENV == _G)
newglobal = "g"
print(_G.newglobal, rawget(_G, "newglobal"))
_G["dynamic name"] = 1
print(_G["dynamic name"])
do
  local _ENV = {print = print}
  y = 10
  print(y, _ENV.y, newglobal)
end
print(y)
local function sandbox()
  local _ENV <const> = {}
  z = 3
  return z
end
print(sandbox(), z)
setmetatable(_G, {__index = function(_, k) return "undefined " .. k end, __newindex = function(t, k, v)
  rawset(t, k, v)
end})
print(nope, alsonope)
newone = 1
print(newone)
setmetatable(_G, nil)
print(nope)
print(collectgarbage("count") > 0, collectgarbage() == 0, collectgarbage("step") ~= nil)
local f = load("local n = ... return function() n = n + 1 return n end")
local c1, c2 = f(10), f(20)
print(c1(), c1(), c2())
print(next({}, nil), next({10}), pcall(function() return next({}, 1) end))
print(os.time() > 1600000000, type(os.clock()), os.time({year = 2020, month = 1, day = 1, hour = 12}) - os.time({year = 2020, month = 1, day = 1, hour = 11}), os.date("!%Y-%m-%d %H:%M:%S", 86400))
