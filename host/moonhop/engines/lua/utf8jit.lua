-- The utf8 library of Lua 5.4 on LuaJIT.
local R = ...
local N = R.natives
local type, select, floor = N.type, N.select, N.math.floor
local byte, char, concat = N.string.byte, N.string.char, N.table.concat

local U = {}
R.utf8 = U

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

U["char"] = function(_, ...)
  local out = {}
  for i = 1, select("#", ...) do
    local code = R.integer_argument((select(i, ...)), i, "utf8.char", i)
    if code < 0 or code > 0x7fffffff then R.bad_argument(i, "utf8.char", "value out of range") end
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

local function place(i, size, n, name)
  if type(i) ~= "number" or i ~= floor(i) then i = R.integer_argument(i, n, name) end
  if i >= 0 then return i end
  if -i > size then return 0 end
  return size + i + 1
end

local function continues(s, at)
  local c = byte(s, at)
  return c and c >= 0x80 and c <= 0xbf
end

U["codepoint"] = function(count, s, i, j, lax)
  s = R.text_argument(s, 1, "utf8.codepoint", count)
  i = place(i == nil and 1 or i, #s, 2, "utf8.codepoint")
  j = place(j == nil and i or j, #s, 3, "utf8.codepoint")
  if i < 1 then R.bad_argument(2, "utf8.codepoint", "out of bounds") end
  if j > #s then R.bad_argument(3, "utf8.codepoint", "out of bounds") end
  local out, n = {}, 0
  while i <= j do
    local code, after = decode(s, i, lax)
    if not code then R.fail("invalid UTF-8 code") end
    n = n + 1
    out[n], i = code, after
  end
  return N.unpack(out, 1, n)
end

U["len"] = function(count, s, i, j, lax)
  s = R.text_argument(s, 1, "utf8.len", count)
  i = place(i == nil and 1 or i, #s, 2, "utf8.len")
  j = place(j == nil and -1 or j, #s, 3, "utf8.len")
  if i < 1 or i > #s + 1 then R.bad_argument(2, "utf8.len", "initial position out of bounds") end
  if j > #s then R.bad_argument(3, "utf8.len", "final position out of bounds") end
  local n = 0
  while i <= j do
    local code, after = decode(s, i, lax)
    if not code then return nil, i end
    i, n = after, n + 1
  end
  return n
end

U["offset"] = function(count, s, n, i)
  s = R.text_argument(s, 1, "utf8.offset", count)
  local size = #s
  n = R.integer_argument(n, 2, "utf8.offset", count)
  i = place(i == nil and (n >= 0 and 1 or size + 1) or i, size, 3, "utf8.offset")
  if i < 1 or i > size + 1 then R.bad_argument(3, "utf8.offset", "position out of bounds") end
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
  return function(_, s, i)
    i = i + 1
    while continues(s, i) do i = i + 1 end
    if i > #s then return nil end
    local code, after = decode(s, i, lax)
    if not code or continues(s, after) then R.fail("invalid UTF-8 code") end
    return i, code
  end
end

U["codes.next"], U["codes.next_lax"] = iterator(false), iterator(true)
U["codes"] = function(count, s, lax)
  s = R.text_argument(s, 1, "utf8.codes", count)
  return R.builtins[lax and "utf8.codes.next_lax" or "utf8.codes.next"], s, 0
end
