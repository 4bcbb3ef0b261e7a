-- The library of Lua 5.4 on LuaJIT, as far as LuaJIT has it not or has it otherwise.
local R = ...
local N = R.natives
local type, select, tostring, tonumber, next = N.type, N.select, N.tostring, N.tonumber, N.next
local getmetatable, rawget, floor = N.debug.getmetatable, N.rawget, N.math.floor
local byte, char, sub, format, gsub = N.string.byte, N.string.char, N.string.sub, N.string.format, N.string.gsub
local find, concat = N.string.find, N.table.concat

local X = {}
R.extra = X

function N.rawlen(value)
  if type(value) ~= "table" and type(value) ~= "string" then
    R.bad_argument(1, "rawlen", "table or string expected")
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
  local meta = getmetatable(t)
  local f = meta and rawget(meta, "__pairs")
  if f then
    local a, b, c = f(t)
    return a, b, c
  end
  if type(t) ~= "table" then
    if select("#", ...) == 0 then R.bad_argument(1, "pairs", "table expected, got no value") end
    R.bad_argument(1, "for iterator", "table expected, got " .. type(t))
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
  if type(t) == "table" and getmetatable(t) == nil then return native_ipairs(t) end
  if select("#", ...) == 0 then R.bad_argument(1, "ipairs", "value expected") end
  return R.ipairs_next, t, 0
end

-- ---------------------------------------------------------------- table, math

X["table.pack"] = function(...) return { n = select("#", ...), ... } end
X["table.unpack"] = N.unpack
X["math.type"] = function(...)
  if select("#", ...) == 0 then R.bad_argument(1, "type", "value expected") end
  local x = ...
  if type(x) ~= "number" then return nil end
  return R.is_integer(x) and "integer" or "float"
end
X["math.tointeger"] = function(x)
  x = tonumber(x)
  return x and R.to_integer(x)
end
X["math.ult"] = function(m, n)
  if m >= 0 and n >= 0 then return m < n end
  if m < 0 and n < 0 then return m < n end
  return m >= 0
end
X["math.atan"] = function(y, x) return N.math.atan2(y, x or 1) end
for _, name in N.ipairs({ "pack", "packsize", "unpack" }) do
  X["string." .. name] = function() R.fail("string." .. name .. " is not available on engine luajit") end
end

-- ---------------------------------------------------------------- utf8

local LIMITS = { 0x80, 0x800, 0x10000, 0x200000, 0x4000000 }

local function encode(code)
  if code < 0x80 then return char(code) end
  local bytes, n = {}, 0
  local first = 0x3f
  repeat
    n = n + 1
    bytes[n] = 0x80 + code % 64
    code = floor(code / 64)
    first = floor(first / 2)
  until code <= first
  local out = { char((0xff - first * 2 - 1) % 256 + code) }
  for i = n, 1, -1 do out[#out + 1] = char(bytes[i]) end
  return concat(out)
end

X["utf8.char"] = function(...)
  local out = {}
  for i = 1, select("#", ...) do
    local code = R.integer_argument((select(i, ...)), i, "char")
    if code < 0 or code > 0x7fffffff then R.bad_argument(i, "char", "value out of range") end
    out[i] = encode(code)
  end
  return concat(out)
end

-- The character at byte `at`: its code and the byte behind it, nil if it is none.
local function decode(s, at, lax)
  local c = byte(s, at)
  if not c then return nil end
  if c < 0x80 then return c, at + 1 end
  if c < 0xc0 or c > 0xfd then return nil end
  local count = c < 0xe0 and 1 or c < 0xf0 and 2 or c < 0xf8 and 3 or c < 0xfc and 4 or 5
  local code = c % 2 ^ (6 - count)
  for i = 1, count do
    local more = byte(s, at + i)
    if not more or more < 0x80 or more > 0xbf then return nil end
    code = code * 64 + more - 0x80
  end
  if code < LIMITS[count] then return nil end
  if not lax and (code > 0x10ffff or code >= 0xd800 and code <= 0xdfff) then return nil end
  return code, at + count + 1
end

local function place(i, size)
  if i >= 0 then return i end
  if -i > size then return 0 end
  return size + i + 1
end

local function continues(s, at)
  local c = byte(s, at)
  return c and c >= 0x80 and c <= 0xbf
end

X["utf8.codepoint"] = function(s, i, j, lax)
  i = place(i == nil and 1 or i, #s)
  j = place(j == nil and i or j, #s)
  if i < 1 then R.bad_argument(2, "codepoint", "out of bounds") end
  if j > #s then R.bad_argument(3, "codepoint", "out of bounds") end
  local out, n = {}, 0
  while i <= j do
    local code, after = decode(s, i, lax)
    if not code then R.fail("invalid UTF-8 code") end
    n = n + 1
    out[n], i = code, after
  end
  return N.unpack(out, 1, n)
end

X["utf8.len"] = function(s, i, j, lax)
  i = place(i == nil and 1 or i, #s)
  j = place(j == nil and -1 or j, #s)
  if i < 1 or i > #s + 1 then R.bad_argument(2, "len", "initial position out of bounds") end
  if j > #s then R.bad_argument(3, "len", "final position out of bounds") end
  local n = 0
  while i <= j do
    local code, after = decode(s, i, lax)
    if not code then return nil, i end
    i, n = after, n + 1
  end
  return n
end

X["utf8.offset"] = function(s, n, i)
  local size = #s
  i = place(i == nil and (n > 0 and 1 or size + 1) or i, size)
  if i < 1 or i > size + 1 then R.bad_argument(3, "offset", "position out of bounds") end
  if n == 0 then
    while i > 1 and continues(s, i) do i = i - 1 end
    return i
  end
  if continues(s, i) then R.fail("initial position is a continuation byte") end
  if n < 0 then
    while n < 0 and i > 1 do
      repeat i = i - 1 until i <= 1 or not continues(s, i)
      n = n + 1
    end
  else
    n = n - 1
    while n > 0 and i <= size do
      repeat i = i + 1 until not continues(s, i)
      n = n - 1
    end
  end
  if n == 0 then return i end
  return nil
end

local function iterator(lax)
  return function(s, i)
    i = i + 1
    while continues(s, i) do i = i + 1 end
    if i > #s then return nil end
    local code, after = decode(s, i, lax)
    if not code or continues(s, after) then R.fail("invalid UTF-8 code") end
    return i, code
  end
end

X["utf8.codes.next"], X["utf8.codes.next_lax"] = iterator(false), iterator(true)
X["utf8.codes"] = function(s, lax)
  if type(s) ~= "string" then R.bad_argument(1, "codes", "string expected, got " .. type(s)) end
  return lax and X["utf8.codes.next_lax"] or X["utf8.codes.next"], s, 0
end
