--! engines = ["lua54", "luajit", "python"]
-- Stores that `__newindex` takes elsewhere, and reads that `__index` answers.
local log = {}
local Proxy = {}
Proxy.__index = function(t, key) return "<" .. key .. ">" end
Proxy.__newindex = function(t, key, value) log[#log + 1] = key; rawset(t, key, value) end
local function proxy() return setmetatable({here = 1}, Proxy) end
local p = proxy()
p.here = 2
p.there = 3
p.there = 4
p.gone = nil
print(p.here, p.there, p.gone, p.none, table.concat(log, " "))

local store = {}
local Redirect = {__newindex = store, __index = store}
local r = setmetatable({}, Redirect)
r.x = 1
r.x = r.x + 1
print(r.x, store.x, rawget(r, "x"))
r.f = function(a) return a end
print(r.f(5), store.f("five"), pcall(store.f, nil))

local guarded = setmetatable({ok = 1}, {__newindex = function(_, key) error("no field " .. key, 2) end})
guarded.ok = 2
print(guarded.ok, pcall(function() guarded.bad = 1 end))
