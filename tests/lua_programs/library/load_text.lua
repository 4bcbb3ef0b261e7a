--! engines = ["lua54", "luajit", "python"]
-- load: environments, chunk names, modes, readers, what chunks share and do not share.
local env = { print = print, tostring = tostring }
local chunk = load("x = (x or 0) + 1; return x, y", "counter", "t", env)
print(chunk(), chunk(), env.x, x, y)
env.y = "why"
print(chunk())
local other = load("x = (x or 0) + 1; return x", "counter", nil, { x = 10 })
print(other(), other(), env.x)
print(load("return _ENV", "e", "t", env)() == env, load("return _ENV")() == _G)
print(pcall(load("return a.b.c", "=noenv", "t", { a = {} })))
print(pcall(load("return print('x')", "=noprint", "t", {})))
print(pcall(load("x = 1", "=env", "t", setmetatable({}, { __newindex = function(_, k) error("no " .. k, 0) end }))))
print(load("return name", "=index", "t", setmetatable({}, { __index = function(_, k) return k .. "?" end }))())
do
  local _ENV = { load = load, print = print }
  hidden = 1
  print(load("return hidden")(), load("return hidden", "=x", "t", _ENV)())
end

-- names of chunks in messages
for _, name in ipairs { "=name", "@file.lua", "short text", "first line\nsecond line", "", "=", "@", ("long "):rep(30), "=" .. ("n"):rep(100), "@" .. ("dir/"):rep(30) .. "f.lua" } do
  print(pcall(load("\n\nerror('here')", name)))
  print(load("\nx =", name))
end
print(load("x = ", "=(load)"), load("error('unnamed')") ~= nil)
print(pcall(load("error('unnamed')")))
print(load("\n\nx = + "))
print(load(("-- a long first line of a chunk without a name "):rep(3) .. "\nx = + "))

-- modes
for _, mode in ipairs { "t", "b", "bt", "tb" } do print(mode, load("return 1", "=mode", mode) ~= nil, select(2, load("return 1", "=mode", mode))) end
print(load("\27Lua", "=binary", "t"))

-- readers
local function reader(...)
  local parts, at = { ... }, 0
  return function()
    at = at + 1
    return parts[at]
  end
end
print(load(reader("re", "turn 1", "0 + ", "5"))())
print(load(reader("return 1", "", " + this is never read"))())
print(type(load(reader())))
print(#{ load(reader("")) }, load(reader(""))())
print(load(reader("return 'a", "b\\", "n", "c'"))())
print(load(reader("x =", " ="), "=read"))
print(load(reader("return ", 1, 2, "3"))())
print((select(2, pcall(load, reader("return ", {}), "=read"))))
print(pcall(load, function() error("reader fails", 0) end))
print(load(function() error({}) end) == nil)
print(pcall(load, nil))
print(pcall(load, {}))
print(pcall(load, true))

-- varargs, results, locals, upvalues, recursion
print(load("return select('#', ...), ...")(nil, 2, nil))
print(select("#", load("")()), select("#", load("return")()), select("#", load("return nil")()), load("return 1, 2, 3")())
local a = 1
print(pcall(load("return a + 1", "=locals")))
local make = load("local n = ...; return function() n = n + 1 return n end, function() return n end")
local up, get = make(5)
local up2, get2 = make(50)
print(up(), up(), get(), up2(), get2())
print(load("local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib(...)")(15))
print(load("return load('return load(\"return ...\")(...)')(...)")("nested"))
function global_of_a_chunk() return "old" end
load("function global_of_a_chunk() return 'new' end")()
print(global_of_a_chunk())
load("local t = ...; function t.f() return 'f' end; function t:m() return self == t end")(env)
print(env.f(), env:m())
print(load("#!shebang is for files only\nreturn 1", "=bang"))
local co = coroutine.wrap(function() return load("coroutine.yield(1) return coroutine.yield(2)")() end)
print(co(), co(), co("end"))
local built = { "return {" }
for i = 1, 200 do built[#built + 1] = i .. "," end
print(#load(table.concat(built) .. "}")())
print(load("return 1;;; ; "), load(";;;return 1") ~= nil, load("return 1 return 2", "=two"))
print(pcall(function() return load("local t <close> = setmetatable({}, {__close = function() print('closed') end}) return 'r'")() end))
print(load("goto l; local x ::l:: print(x)", "=jump"))
print(load("do goto l end; local x; ::l:: ; ", "=jump") ~= nil)
print(loadstring, unpack)
