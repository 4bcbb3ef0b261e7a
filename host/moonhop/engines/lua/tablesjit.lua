-- The table library of Lua 5.4 on LuaJIT: bounds, metamethods; base functions that differ. Plain cases
-- are tail calls of LuaJIT's functions, so their errors name the program's call.
local R = ...
local N, X = R.natives, R.extra
local type, select, getmetatable, rawget = N.type, N.select, N.getmetatable, N.rawget
local insert, remove, concat, unpack, sort = N.table.insert, N.table.remove, N.table.concat, N.unpack, N.table.sort
local move = N.table.move
local tonumber, setmetatable, floor = N.tonumber, N.setmetatable, N.math.floor

R.has_names = false -- has a table with __name been made?

-- #t, which has to be an integer; a string that spells one will do.
function R.whole_len(t)
  local size = R.len(t)
  local number = (type(size) == "number" or type(size) == "string") and tonumber(size)
  local whole = number and R.to_integer(number)
  if not whole then R.fail("object length is not an integer") end
  return whole
end

local function size_of(t, n, name)
  if type(t) ~= "table" then R.expected(n, name, "table", n, t) end
  return R.whole_len(t)
end

local function insert_at(t, count, at, value)
  local size = size_of(t, 1, "table.insert")
  if count == 2 then
    t[size + 1] = at
    return
  end
  if count ~= 3 then R.fail("wrong number of arguments to 'insert'") end
  at = R.integer_argument(at, 2, "table.insert")
  if at < 1 or at > size + 1 then R.bad_argument(2, "table.insert", "position out of bounds") end
  for i = size + 1, at + 1, -1 do t[i] = t[i - 1] end
  t[at] = value
end

X["table.insert"] = function(...)
  local t, at, value = ...
  local count = select("#", ...)
  if type(t) == "table" and getmetatable(t) == nil then
    if count == 2 then return insert(t, at) end
    if count == 3 and type(at) == "number" and at == floor(at) and at >= 1 and at <= #t + 1 then
      return insert(t, at, value)
    end
  end
  if count == 0 then return insert() end
  return insert_at(t, count, at, value)
end

X["table.remove"] = function(...)
  local t, at = ...
  local count = select("#", ...)
  if count == 1 and type(t) == "table" and getmetatable(t) == nil and #t > 0 then return remove(t) end
  if count == 0 then return remove() end
  local size = size_of(t, 1, "table.remove")
  at = count > 1 and R.integer_argument(at, 2, "table.remove") or size
  if at ~= size and (at < 1 or at > size + 1) then
    R.bad_argument(1, "table.remove", "position out of bounds")
  end
  local value = t[at]
  for i = at, size - 1 do t[i] = t[i + 1] end
  if at <= size then t[size] = nil else t[at] = nil end
  return value
end

-- LuaJIT's own functions take positions of 32 bits.
local function fits(i) return type(i) ~= "number" or i > -0x80000000 and i < 0x7fffffff end

-- What a table reads as from i to j, as a plain table; its metamethods are asked.
local function read(t, i, j)
  local out = {}
  for k = i, j do out[k] = t[k] end
  return out
end

X["table.concat"] = function(t, sep, i, j)
  if type(t) ~= "table" or getmetatable(t) == nil then
    if t == nil then return concat() end
    return concat(t, sep, i, j)
  end
  i = i == nil and 1 or R.integer_argument(i, 3, "table.concat")
  j = j == nil and size_of(t, 1, "table.concat") or R.integer_argument(j, 4, "table.concat")
  return concat(read(t, i, j), sep, i, j)
end

X["table.unpack"] = function(t, i, j)
  if type(t) == "table" and getmetatable(t) == nil and fits(i) and fits(j) then return unpack(t, i, j) end
  i = i == nil and 1 or R.integer_argument(i, 2, "table.unpack")
  if j == nil then j = R.whole_len(t) else j = R.integer_argument(j, 3, "table.unpack") end
  if j - i >= 1e6 then R.fail("too many results to unpack") end
  if type(t) ~= "table" then return unpack(t, i, j) end
  local part = {}
  for k = i, j do part[k - i + 1] = t[k] end
  return unpack(part, 1, j - i + 1)
end

local function is_plain(t) return type(t) == "table" and getmetatable(t) == nil end

X["table.move"] = function(...)
  local a, from, to, at, b = ...
  if b == nil then b = a end
  if not is_plain(a) or not is_plain(b) then
    if type(a) ~= "table" then R.expected(1, "table.move", "table", select("#", ...), a) end
    if type(b) ~= "table" then R.expected(5, "table.move", "table", select("#", ...), b) end
    from, to = R.integer_argument(from, 2, "table.move"), R.integer_argument(to, 3, "table.move")
    at = R.integer_argument(at, 4, "table.move")
    if at > to or at <= from or a ~= b then
      for i = 0, to - from do b[at + i] = a[from + i] end
    else
      for i = to - from, 0, -1 do b[at + i] = a[from + i] end
    end
    return b
  end
  return move(...)
end

X["table.sort"] = function(t, before)
  if type(t) ~= "table" or getmetatable(t) == nil then
    if t == nil then return sort() end
    return sort(t, before)
  end
  local size = size_of(t, 1, "table.sort")
  local plain = read(t, 1, size)
  sort(plain, before)
  for i = 1, size do t[i] = plain[i] end
end

-- ---------------------------------------------------------------- base

-- A table as __call, which LuaJIT does not follow: a function stands for it, in images the table itself.
function R.chain_call(meta)
  local called = rawget(meta, "__call")
  if type(called) ~= "table" then return end
  local inner = N.debug.getmetatable(called)
  if inner and rawget(inner, "__call") ~= nil then meta.__call = R.bind("call.chained", { called }) end
end

X.setmetatable = function(...)
  local t, meta = ...
  if type(t) == "table" and type(meta) == "table" then
    R.chain_call(meta)
    if rawget(meta, "__name") ~= nil then R.has_names = true end
    return setmetatable(t, meta)
  end
  if type(t) == "table" and meta ~= nil or select("#", ...) == 1 then
    local got = select("#", ...) == 1 and "no value" or R.type_name(meta)
    if type(t) ~= "table" then return setmetatable(...) end
    return R.bad_argument(2, "setmetatable", "nil or table expected, got " .. got)
  end
  return setmetatable(...)
end

X.tonumber = function(...)
  local text, base = ...
  if base == nil then
    if type(text) == "string" then
      local number = tonumber(text)
      -- LuaJIT reads 0b101, inf and nan too
      if number and (N.string.byte(text, 2) == 98 or number - number ~= 0) and N.string.find(text, "[bBiInN]") then
        return R.plain_number(text)
      end
      return number
    end
    if select("#", ...) == 0 then return R.bad_argument(1, "tonumber", "value expected") end
    return tonumber(text)
  end
  base = R.integer_argument(base, 2, "tonumber")
  if type(text) ~= "string" then
    return R.bad_argument(1, "tonumber", "string expected, got " .. R.type_name(text))
  end
  if base < 2 or base > 36 then return R.bad_argument(2, "tonumber", "base out of range") end
  -- LuaJIT reads any number in base 10, takes 0x in base 16, and stops at a zero byte
  local minus, digits = N.string.match(text, "^%s*([-+]?)(%w+)%s*$")
  if not digits or base <= 10 and N.string.find(digits, "%a") or base == 16 and N.string.find(digits, "[xX]") then
    return nil
  end
  local number = tonumber(digits, base)
  return number and (minus == "-" and -number or number)
end

function R.plain_number(text)
  if N.string.find(text, "^%s*[-+]?0[xX]") then return tonumber(text) end
  if N.string.find(text, "^%s*[-+]?[%d.]") and not N.string.find(text, "[bB]") then return tonumber(text) end
  return nil
end
