--! engines = ["lua54", "luajit", "python"]
-- Closures, builtins and loaded functions: what they share and who they are.
local function rests() for _ = 1, 4 do sleep(0.1) end end

-- One variable in three functions and in a suspended coroutine, written from each of them.
local shared, log = 1, {}
local function add(n) shared = shared + n return shared end
local function times(n) shared = shared * n return shared end
local function get() return shared end
local co = coroutine.create(function(n)
  local own = 10
  local function inner() own = own + shared return own end
  log.inner = inner
  while true do
    shared = shared + n
    n = coroutine.yield(shared, own)
    own = own + 1
  end
end)
print(coroutine.resume(co, 5))
rests()
print(add(1), times(2), get())
print(coroutine.resume(co, 100))
print(get(), log.inner())
rests()
print(coroutine.resume(co, 1000))
print(add(1), log.inner(), get(), shared)
local cells = {}
for i = 1, 3 do
  cells[i] = {set = function(v) i = v end, get = function() return i end}
end
sleep(0.1)
cells[2].set("two")
sleep(0.1)
print(cells[1].get(), cells[2].get(), cells[3].get())

-- Builtins and libraries as values; renamed, replaced, removed, added to.
local held = {print, string, math.floor, coroutine, string.format, [pairs] = next, lib = table}
local floor, lower = math.floor, string.lower
local plain_print, len, old_rawlen = print, string.len, rawlen
shout = print
string.len, math.cos = nil, nil
string.upper, string.lower = string.lower, string.upper
math.extra, string.twice, table.sub_library = {1, 2}, function(s) return s .. s end, {f = print}
_G.print = function(...) return plain_print("replaced:", ...) end
rawlen = function(x) return "raw " .. old_rawlen(x) end
local saved_utf8 = utf8
utf8 = {char = function() return "my char" end}
rests()
print(held[1] == plain_print, held[2] == string, held[3] == floor, held[4] == coroutine, held[5] == string.format)
print(held[pairs] == next, held.lib == table, held[3](2.7), floor(-2.5), shout == plain_print)
print(string.len, math.cos, len("four"), pcall(function() return ("x"):len() end) == false)
print(("aB"):upper(), ("aB"):lower(), string.upper == lower, math.extra[2], ("ab"):twice(), table.sub_library.f == plain_print)
print(rawlen("four"), utf8.char(65), saved_utf8.char(66))
string.len, string.upper, string.lower, rawlen, utf8, _G.print = len, string.lower, string.upper, old_rawlen, saved_utf8, plain_print
rests()
print(("four"):len(), ("aB"):upper(), rawlen("four"), utf8.char(67))
print = nil
sleep(0.1)
print = shout
print(print == plain_print)

-- What load makes, with environments of its own.
local env = {print = print, n = 0}
local unit = load("local up = 0; function bump(k) up = up + k; n = n + 1; return up, n end; return bump, function() return up end", "=unit", "t", env)
local bump, read = unit()
local plain = load("loaded_global = (loaded_global or 0) + 1; return loaded_global")
local twin = load("return ...")
rests()
print(bump(5), env.bump == bump, _G.bump)
sleep(0.1)
print(env.bump(2), read(), env.n)
print(plain(), plain(), loaded_global, twin(1, nil, 3))
local second_bump = unit()
sleep(0.1)
print(second_bump ~= bump, second_bump(1), bump(1), env.n)
local late = load("return n", "=late", "t", env)
sleep(0.1)
env.n = "changed"
print(late(), read())
