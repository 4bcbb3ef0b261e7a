--! engines = ["lua54", "luajit", "python"]
-- coroutine: close in every state, wrap, isyieldable, running, status; values both ways.
local function closer(name, fails) return setmetatable({}, { __close = function(_, e) print("close " .. name, e) if fails then error(name .. " fails", 0) end end }) end
local co = coroutine.create(function(...)
  local a <close> = closer "a"
  local b <close> = closer("b", true)
  local got = coroutine.yield(...)
  error("never " .. tostring(got))
end)
print(coroutine.close(coroutine.create(print)))
print(coroutine.resume(co, 1, nil, 3, nil))
print(coroutine.status(co), coroutine.close(co))
print(coroutine.status(co), coroutine.close(co), coroutine.resume(co))
local failed = coroutine.create(function() local x <close> = closer "x" error(setmetatable({ code = 1 }, { __tostring = function() return "coded" end })) end)
local ok, e = coroutine.resume(failed)
print(ok, e.code, coroutine.status(failed))
local ok2, e2 = coroutine.close(failed)
print(ok2, e2 == e, coroutine.close(failed))
print(pcall(coroutine.close, coroutine.running()))
print(coroutine.isyieldable(), select(2, coroutine.running()), coroutine.status((coroutine.running())))
coroutine.wrap(function()
  local me, main = coroutine.running()
  print(main, coroutine.status(me), coroutine.isyieldable(), coroutine.isyieldable(me), coroutine.resume(me))
  print(pcall(coroutine.close, me))
  local inner = coroutine.wrap(function() print(coroutine.status(me), coroutine.isyieldable()) print(pcall(coroutine.close, me)) coroutine.yield() end)
  inner()
  print(coroutine.status(me))
end)()
local gen = coroutine.wrap(function(a) while true do a = coroutine.yield(a, a and a * 2) end end)
print(gen(1), gen(2), gen(nil), (gen(4)))
local ends = coroutine.wrap(function() return "only" end)
print(ends())
print(pcall(ends))
local fails = coroutine.wrap(function() local x <close> = closer "w" coroutine.yield(1) error("wrapped", 0) end)
print(fails())
print(pcall(fails))
print(pcall(fails))
print(pcall(coroutine.wrap(function() error() end)))
print(pcall(coroutine.wrap(function() error(setmetatable({}, { __tostring = function() return "E" end })) end)))
print(pcall(coroutine.create), pcall(coroutine.create, 1), pcall(coroutine.wrap, nil), pcall(coroutine.resume, 1))
print(pcall(coroutine.yield, 1))
print(select("#", coroutine.resume(coroutine.create(function() return end))), select("#", coroutine.resume(coroutine.create(function() return nil, nil end))))
print(coroutine.resume(coroutine.create(function(...) return select("#", ...), ... end), nil, nil))
local yields = coroutine.create(function() for i = 1, 3 do print("got", coroutine.yield(i, i * i)) end return "done", "!" end)
for i = 1, 6 do print(coroutine.status(yields), coroutine.resume(yields, "v" .. i, i)) end
local function range(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local sum = 0
for i in range(10) do for j in range(i) do sum = sum + j end end
print(sum)
local function walk(t) if type(t) ~= "table" then coroutine.yield(t) else for _, v in ipairs(t) do walk(v) end end end
local leaves = {}
for v in coroutine.wrap(function() walk { 1, { 2, { 3, 4 }, {} }, { { { 5 } } } } end) do leaves[#leaves + 1] = v end
print(table.concat(leaves, " "))
local nested = coroutine.wrap(function() print(pcall(function() local ok, v = pcall(coroutine.yield, "out") error(v, 0) end)) return "after" end)
print(nested())
print(nested("in"))
local many = {}
for i = 1, 100 do many[i] = coroutine.wrap(function() local n = i while true do n = n + coroutine.yield(n) end end) many[i]() end
sum = 0
for round = 1, 3 do for i = 1, 100 do sum = sum + many[i](round) end end
print(sum)
local a, b
a = coroutine.create(function() print(coroutine.resume(b)) return "a ends" end)
b = coroutine.create(function() print(coroutine.status(a), coroutine.resume(a)) return "b ends" end)
print(coroutine.resume(a))
print(coroutine.status(a), coroutine.status(b))
print(coroutine.resume(coroutine.create(function() return table.unpack({ 1, 2, 3 }) end)))
print(coroutine.wrap(function() return coroutine.yield(coroutine.yield(1)) end)(), coroutine.wrap(pcall)(error, "x"), coroutine.wrap(select)(2, "a", "b"))
