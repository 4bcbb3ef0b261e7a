-- The library of Lua 5.4 on LuaJIT, as far as LuaJIT has it not or has it otherwise.
local R = ...
local N = R.natives
local type, select, tostring, tonumber, next = N.type, N.select, N.tostring, N.tonumber, N.next
local getmetatable, rawget, floor = N.debug.getmetatable, N.rawget, N.math.floor
local sub, format, gsub = N.string.sub, N.string.format, N.string.gsub

local X = {}
R.extra = X
R.set_metatable = N.debug.setmetatable -- whatever the metatable before says; LuaJIT has no finalizers of tables
local string_meta = getmetatable("")

X.rawlen = function(...)
  local value = ...
  if type(value) ~= "table" and type(value) ~= "string" then
    local got = select("#", ...) == 0 and "no value" or R.type_name(value)
    R.bad_argument(1, "rawlen", "table or string expected, got " .. got)
  end
  return #value
end

function R.tostring(...)
  if select("#", ...) == 0 then R.bad_argument(1, "tostring", "value expected") end
  local value = ...
  local what = type(value)
  if what == "number" then
    if value == floor(value) and value <= 2 ^ 53 and value >= -2 ^ 53 and (value ~= 0 or 1 / value > 0) then
      return format("%.0f", value)
    end
    return tostring(value)
  end
  local text = tostring(value)
  if type(text) ~= "string" and type(text) ~= "number" then R.fail("'__tostring' must return a string") end
  if what == "table" then
    local meta = getmetatable(value)
    local name = meta and rawget(meta, "__name")
    if type(name) == "string" and not rawget(meta, "__tostring") then return name .. sub(text, 6) end
  end
  if what == "function" then return (gsub(text, "builtin#", "builtin: ")) end
  return text
end

local native_pairs = N.pairs
function R.pairs(...)
  local t = ...
  if type(t) == "table" and N.getmetatable(t) == nil then return native_pairs(t) end
  local meta = getmetatable(t)
  local f = meta and rawget(meta, "__pairs")
  if f then
    local a, b, c = f(t)
    return a, b, c
  end
  if type(t) ~= "table" then
    if select("#", ...) == 0 then R.bad_argument(1, "pairs", "value expected") end
    R.fail("bad argument #1 to 'for iterator' (table expected, got " .. R.type_name(t) .. ")")
  end
  return native_pairs(t)
end

-- Tables with an __index are gone through by it.
function R.ipairs_next(t, i)
  i = i + 1
  local value = t[i]
  if value ~= nil then return i, value end
end

local native_ipairs = N.ipairs
function R.ipairs(...)
  local t = ...
  if type(t) == "table" and N.getmetatable(t) == nil then return native_ipairs(t) end
  if select("#", ...) == 0 then R.bad_argument(1, "ipairs", "value expected") end
  return R.ipairs_next, t, 0
end

-- ---------------------------------------------------------------- table, math

X["table.pack"] = function(...) return { n = select("#", ...), ... } end
X["math.type"] = function(...)
  if select("#", ...) == 0 then R.bad_argument(1, "type", "value expected") end
  local x = ...
  if type(x) ~= "number" then return nil end
  return R.is_integer(x) and "integer" or "float"
end
X["math.tointeger"] = function(...)
  local x = ...
  if select("#", ...) == 0 then R.bad_argument(1, "tointeger", "value expected") end
  x = type(x) ~= "table" and tonumber(x)
  return x and R.to_integer(x) or nil
end
X["math.ult"] = function(...)
  local m, n = ...
  if type(m) ~= "number" or type(n) ~= "number" or m ~= floor(m) or n ~= floor(n) then
    local count = select("#", ...)
    m, n = R.integer_argument(m, 1, "math.ult", count), R.integer_argument(n, 2, "math.ult", count)
  end
  if m >= 0 and n >= 0 then return m < n end
  if m < 0 and n < 0 then return m < n end
  return m >= 0
end
for name, factor in N.pairs({ deg = 180 / N.math.pi, rad = N.math.pi / 180 }) do
  X["math." .. name] = function(...)
    local x = ...
    if type(x) ~= "number" then
      local number = type(x) == "string" and tonumber(x)
      if not number then R.expected(1, "math." .. name, "number", select("#", ...), x) end
      x = number
    end
    return x * factor
  end
end
X["math.atan"] = function(y, x) return N.math.atan2(y, x or 1) end

-- ---------------------------------------------------------------- arithmetic of strings

-- What LuaJIT asks where a string is no number.
local function arithmetic(event, operator)
  string_meta["__" .. event] = function(a, b)
    local x, y = tonumber(a), tonumber(b)
    if x and y and type(a) ~= "table" and type(b) ~= "table" then return operator(x, y) end
    local meta = type(b) ~= "string" and getmetatable(b)
    local f = meta and rawget(meta, "__" .. event)
    if f then return (f(a, b)) end
    R.fail(format("attempt to %s a '%s' with a '%s'", event, R.type_name(a), R.type_name(b)))
  end
end

arithmetic("add", function(a, b) return a + b end)
arithmetic("sub", function(a, b) return a - b end)
arithmetic("mul", function(a, b) return a * b end)
arithmetic("div", function(a, b) return a / b end)
arithmetic("mod", function(a, b) return a % b end)
arithmetic("pow", function(a, b) return a ^ b end)
arithmetic("idiv", function(a, b) return floor(a / b) end)
arithmetic("unm", function(a) return -a end)

for name in N.string.gmatch("char codepoint codes len offset codes.next codes.next_lax", "%S+") do
  X["utf8." .. name] = function(...) return R.utf8[name](select("#", ...), ...) end
end
