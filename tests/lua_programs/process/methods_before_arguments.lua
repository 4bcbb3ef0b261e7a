--! engines = ["lua54", "luajit", "python"]
-- A method is looked up before its arguments are evaluated, also if one of them waits.
local log = {}
local p = setmetatable({}, {__index = function(t, k) log[#log+1] = "look " .. k return function(self, x) log[#log+1] = "call" return x end end})
local function s() log[#log+1] = "arg" sleep(0.001) return 1 end
p:f(s())
print(table.concat(log, ","))
local q = {n = 1}
function q:add(x) self.n = self.n + x return self end
function q:wait(x) sleep(0.001) return x end
print(q:add(q:wait(2)):add(q:wait(3)).n)
local function swap() sleep(0.001) q.add = function() return {n = "new"} end return 1 end
print(q:add(swap()).n, q:add(1).n)
print(pcall(function() return q:none(q:wait(1)) end))
print(pcall(function() local z return z:none(q:wait(1)) end))
print(("x"):rep(q:wait(3)))
print(select("#", q:wait(q:wait(nil))))
