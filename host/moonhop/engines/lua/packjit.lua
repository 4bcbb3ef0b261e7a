-- string.pack, packsize and unpack of Lua 5.4 on LuaJIT: integers of up to eight bytes are exact as
-- far as 2^53.
local R = ...
local N = R.natives
local type, tonumber, select, unpack = N.type, N.tonumber, N.select, N.unpack
local byte, sub, rep, char, reverse = N.string.byte, N.string.sub, N.string.rep, N.string.char, N.string.reverse
local match, format, concat, floor = N.string.match, N.string.format, N.table.concat, N.math.floor

local SIZES = { b = 1, B = 1, h = 2, H = 2, i = 4, I = 4, l = 8, L = 8, j = 8, J = 8, T = 8, f = 4, d = 8, n = 8 }
local SIGNED = { b = true, h = true, i = true, l = true, j = true }
local ALIGNMENT = 8
local MOST = floor((0x7fffffff - 9) / 10) -- a size to which another digit can be added
local LONG = 100000 -- bytes of a text of fixed size

local function read_size(text, at, default)
  local digits = match(text, "^%d*", at)
  if digits == "" then
    return default, at
  end
  local size, used = 0, 0
  while used < #digits and size <= MOST do -- what is left of more digits is an option of its own
    used = used + 1
    size = size * 10 + byte(digits, used) - 48
  end
  return size, at + used
end

local function limited(size)
  if size < 1 or size > 16 then R.fail(format("integral size (%.0f) out of limits [1,16]", size)) end
  return size
end

local option

-- The option at `at`: where the next one begins, what it is (int, uint, float, text, counted, zero, pad,
-- align, none), its size, and how much padding it wants at position `place`.
function option(text, at, place, mode)
  local c = sub(text, at, at)
  at = at + 1
  local kind, size = "none", 0
  if c == "i" or c == "I" then
    size, at = read_size(text, at, 4)
    kind, size = c == "i" and "int" or "uint", limited(size)
  elseif c == "f" or c == "d" or c == "n" then
    kind, size = "float", SIZES[c]
  elseif SIZES[c] then
    kind, size = SIGNED[c] and "int" or "uint", SIZES[c]
  elseif c == "s" then
    size, at = read_size(text, at, 8)
    kind, size = "counted", limited(size)
  elseif c == "c" then
    size, at = read_size(text, at, -1)
    if size == -1 then R.fail("missing size for format option 'c'") end
    kind = "text"
  elseif c == "z" then
    kind = "zero"
  elseif c == "x" then
    kind, size = "pad", 1
  elseif c == "X" then
    if at > #text then R.fail("invalid next option for option 'X'") end
    local next_kind, next_size
    at, next_kind, next_size = option(text, at, 0, { align = 1 })
    if next_kind == "text" or next_size == 0 then R.fail("invalid next option for option 'X'") end
    kind, size = "align", next_size
  elseif c == "<" or c == "=" then
    mode.big = false
  elseif c == ">" then
    mode.big = true
  elseif c == "!" then
    size, at = read_size(text, at, ALIGNMENT)
    mode.align, size = limited(size), 0
  elseif c ~= " " then
    R.fail("invalid format option '" .. c .. "'")
  end
  local padding = 0
  if kind ~= "text" and kind ~= "zero" and kind ~= "pad" and kind ~= "none" then
    local step = size < mode.align and size or mode.align
    if step > 1 then
      local exponent = N.math.log(step) / N.math.log(2)
      if 2 ^ floor(exponent + 0.5) ~= step then
        R.fail("bad argument #1 to 'pack' (format asks for alignment not power of 2)")
      end
      padding = (step - place % step) % step
    end
  end
  if kind == "align" then size = 0 end
  return at, kind, size, padding
end

-- ---------------------------------------------------------------- numbers

local function integer_bytes(value, size, big)
  local out = {}
  for i = 1, size do
    out[i] = char(value % 256)
    value = floor(value / 256)
  end
  local text = concat(out)
  return big and reverse(text) or text
end

local function bytes_integer(text, signed, big)
  if not big then text = reverse(text) end
  local size = #text
  local negative = signed and byte(text) >= 128
  for i = 1, size - 8 do
    local c = byte(text, i)
    if c ~= 0 and not (negative and c == 255) then
      R.fail(format("%d-byte integer does not fit into Lua Integer", size))
    end
  end
  local value = 0
  for i = size > 8 and size - 7 or 1, size do
    local c = byte(text, i)
    value = value * 256 + (negative and 255 - c or c)
  end
  return negative and -1 - value or value
end

local function double_bytes(value, big)
  local hex = sub(R.float_mark(value), 2)
  local text = N.string.gsub(hex, "%x%x", function(pair) return char(tonumber(pair, 16)) end)
  return big and text or reverse(text)
end

local function single_bytes(value, big)
  local sign, bits = 0, nil
  if value < 0 or value == 0 and 1 / value < 0 then sign, value = 2 ^ 31, -value end
  if value ~= value then
    bits = 0x7fc00000
  elseif value == 0 then
    bits = 0
  else
    local _, e = N.math.frexp(value)
    if e > 128 then
      bits = 0x7f800000
    else
      local scale = e < -125 and 149 or 24 - e
      local scaled = value * 2 ^ scale
      local whole = floor(scaled)
      local rest = scaled - whole
      if rest > 0.5 or rest == 0.5 and whole % 2 == 1 then whole = whole + 1 end
      bits = e < -125 and whole or whole + (e + 125) * 2 ^ 23
    end
  end
  return integer_bytes(sign + bits, 4, big)
end

local function bytes_float(text, big)
  if not big then text = reverse(text) end
  if #text == 8 then
    return (R.float_of(N.string.gsub(text, ".", function(c) return format("%02x", byte(c)) end)))
  end
  local bits = bytes_integer(text, false, true)
  local sign = 1
  if bits >= 2 ^ 31 then sign, bits = -1, bits - 2 ^ 31 end
  local e, m = floor(bits / 2 ^ 23), bits % 2 ^ 23
  if e == 255 then return m == 0 and sign * N.math.huge or 0 / 0 end
  if e == 0 then return sign * m * 2 ^ -149 end
  return sign * (m + 2 ^ 23) * 2 ^ (e - 150)
end

-- ---------------------------------------------------------------- the three functions

local function packed(kind, size, value, n, mode)
  if kind == "int" or kind == "uint" then
    value = R.integer_argument(value, n, "string.pack")
    if size < 8 then
      local most = 2 ^ (kind == "int" and size * 8 - 1 or size * 8)
      if kind == "int" and (value < -most or value >= most) then
        R.bad_argument(n, "string.pack", "integer overflow")
      elseif kind == "uint" and (value >= most or value < 0) then
        R.bad_argument(n, "string.pack", "unsigned overflow")
      end
    end
    return integer_bytes(value, size, mode.big)
  end
  if kind == "float" then
    local number = type(value) == "string" and tonumber(value) or value
    if type(number) ~= "number" then R.expected(n, "string.pack", "number", n, value) end
    return size == 8 and double_bytes(number, mode.big) or single_bytes(number, mode.big)
  end
  local text = R.text_argument(value, n, "string.pack")
  if kind == "text" then
    if #text > size then R.bad_argument(n, "string.pack", "string longer than given size") end
    return text .. rep("\0", size - #text)
  end
  if kind == "counted" then
    if size < 8 and #text >= 2 ^ (size * 8) then
      R.bad_argument(n, "string.pack", "string length does not fit in given size")
    end
    return integer_bytes(#text, size, mode.big) .. text
  end
  if N.string.find(text, "\0", 1, true) then R.bad_argument(n, "string.pack", "string contains zeros") end
  return text .. "\0"
end

function R.pack(text, ...)
  text = R.text_argument(text, 1, "string.pack")
  local mode, at, n, place, out = { align = 1 }, 1, 0, 0, {}
  while at <= #text do
    local kind, size, padding
    at, kind, size, padding = option(text, at, place, mode)
    if kind == "text" and size > LONG then
      local rest = at
      while rest <= #text do rest = option(text, rest, 0, { align = mode.align }) end -- raises what is wrong there
    end
    local made = rep("\0", padding)
    if kind == "pad" then
      made = made .. "\0"
    elseif kind ~= "none" and kind ~= "align" then
      n = n + 1
      local value
      if n > select("#", ...) then
        value = nil
      else
        value = select(n, ...)
      end
      made = made .. packed(kind, size, value, n + 1, mode)
    end
    out[#out + 1] = made
    place = place + #made
  end
  return concat(out)
end

function R.packsize(text)
  text = R.text_argument(text, 1, "string.packsize")
  local mode, at, place = { align = 1 }, 1, 0
  while at <= #text do
    local kind, size, padding
    at, kind, size, padding = option(text, at, place, mode)
    if kind == "counted" or kind == "zero" then R.bad_argument(1, "string.packsize", "variable-length format") end
    place = place + padding + size
    if place > 0x7fffffff then R.bad_argument(1, "string.packsize", "format result too large") end
  end
  return place
end

function R.unpack_text(text, data, init)
  text, data = R.text_argument(text, 1, "string.unpack"), R.text_argument(data, 2, "string.unpack")
  local place = init == nil and 1 or R.integer_argument(init, 3, "string.unpack")
  if place < 0 then place = place + #data + 1 end
  place = place - 1
  if place < 0 or place > #data then R.bad_argument(3, "string.unpack", "initial position out of string") end
  local mode, at, n, out = { align = 1 }, 1, 0, {}
  while at <= #text do
    local kind, size, padding
    at, kind, size, padding = option(text, at, place, mode)
    if padding + size > #data - place then R.bad_argument(2, "string.unpack", "data string too short") end
    place = place + padding
    local item = sub(data, place + 1, place + size)
    if kind == "int" or kind == "uint" then
      n = n + 1
      out[n] = bytes_integer(item, kind == "int", mode.big)
    elseif kind == "float" then
      n = n + 1
      out[n] = bytes_float(item, mode.big)
    elseif kind == "text" then
      n = n + 1
      out[n] = item
    elseif kind == "counted" then
      local length = bytes_integer(item, false, mode.big)
      if length > #data - place - size then R.bad_argument(2, "string.unpack", "data string too short") end
      n = n + 1
      out[n] = sub(data, place + size + 1, place + size + length)
      place = place + length
    elseif kind == "zero" then
      local stop = N.string.find(data, "\0", place + 1, true)
      if not stop then R.bad_argument(2, "string.unpack", "unfinished string for format 'z'") end
      n = n + 1
      out[n] = sub(data, place + 1, stop - 1)
      place = stop
    end
    place = place + size
  end
  out[n + 1] = place + 1
  return unpack(out, 1, n + 1)
end
