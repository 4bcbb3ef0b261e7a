--! engines = ["lua54", "luajit", "python"]
-- Tail calls of functions with a `<close>` variable take no stack, unless it is still open.
local N = 20000
local function closed(n)
  do local x <close> = setmetatable({}, {__close = function() N = N end}) end
  if n == 0 then return "closed" end
  return closed(n - 1)
end
print(closed(N))
local half, other
function half(n) local x <const> = n do local y <close> = nil end
  if n == 0 then return "half" end return other(x - 1) end
function other(n) if n == 0 then return "other" end return half(n - 1) end
print(half(N), other(N))
local log = {}
local function held(n)
  local x <close> = setmetatable({}, {__close = function() log[#log + 1] = n end})
  if n == 0 then return "held" end
  return held(n - 1)
end
print(held(3), table.concat(log, " "))
function Method_less(n)
  do local y <close> = nil end
  if n == 0 then return "global" end
  return (function(m) return Method_less(m) end)(n - 1)
end
print(Method_less(N))
local object = {}
function object:m(n) do local y <close> = nil end if n == 0 then return "m" end return self:k(n - 1) end
function object:k(n) if n == 0 then return "k" end return self:m(n - 1) end
print(object:m(N), object:k(N))
local function failing(n) do local y <close> = nil end
  if n == 0 then return missing(n) end
  return failing(n - 1) end
print(pcall(failing, 3))
