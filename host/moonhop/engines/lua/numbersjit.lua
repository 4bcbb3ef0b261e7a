-- Numbers of engine luajit: doubles, integers as far as 2^53; operators of Lua 5.4 that LuaJIT lacks;
-- the generator of math.random on 64-bit values that programs never see.
local R = ...
local N = R.natives
local bit, type, tonumber, tostring = N.bit, N.type, N.tonumber, N.tostring
local floor, frexp, huge = N.math.floor, N.math.frexp, N.math.huge
local format, sub, gsub = N.string.format, N.string.sub, N.string.gsub
local getmetatable, rawget = N.debug.getmetatable, N.rawget

local MOST = 9007199254740992 -- 2^53

function R.is_integer(x) return x == floor(x) and x <= MOST and x >= -MOST end

function R.to_integer(x)
  if x == floor(x) and x < 2 ^ 63 and x >= -2 ^ 63 then return x end
  return nil
end

local function halves(x)
  if x ~= x then return 0x7ff80000, 0 end
  if x == huge then return 0x7ff00000, 0 end
  if x == -huge then return 0xfff00000, 0 end
  local sign = 0
  if x < 0 or x == 0 and 1 / x < 0 then
    sign, x = 0x80000000, -x
  end
  if x == 0 then return sign, 0 end
  local m, e = frexp(x)
  e = e + 1022
  local mantissa
  if e > 0 then
    mantissa = (m * 2 - 1) * 2 ^ 52
  else -- denormal
    mantissa, e = m * 2 ^ (e + 52), 0
  end
  local high = floor(mantissa / 2 ^ 32)
  return sign + e * 2 ^ 20 + high, mantissa - high * 2 ^ 32
end

function R.float_mark(x) return format("d%08x%08x", halves(x)) end

function R.float_of(hex)
  local high, low = tonumber(sub(hex, 1, 8), 16), tonumber(sub(hex, 9), 16)
  local sign = 1
  if high >= 0x80000000 then sign, high = -1, high - 0x80000000 end
  local e = floor(high / 2 ^ 20)
  local mantissa = (high - e * 2 ^ 20) * 2 ^ 32 + low
  if e == 2047 then return mantissa == 0 and sign * huge or 0 / 0 end
  local x
  if e == 0 then
    x = sign * mantissa * 2 ^ -1074
  else
    x = sign * (1 + mantissa * 2 ^ -52) * 2 ^ (e - 1023)
  end
  if x == floor(x) and x <= MOST and x >= -MOST and not (x == 0 and sign < 0) then
    R.whole_floats = R.whole_floats + 1
  end
  return x
end

R.whole_floats = 0 -- floats of an image that are integers from now on

function R.number_mark(x)
  if x == floor(x) and x <= MOST and x >= -MOST and (x ~= 0 or 1 / x > 0) then return format("%.0f", x) end
  return '"' .. gsub(R.float_mark(x), "0+$", "") .. '"'
end

function R.for_integers(start, limit, step)
  if limit ~= limit then return start, nil, step, 0 end
  local count = floor((limit - start) / step) + 1
  if count <= 0 then return start, nil, step, 0 end
  return start, nil, step, count < MOST and count or MOST
end

-- ---------------------------------------------------------------- operators

-- What the metamethod of either operand gives; an error that names the wrong one if there is none.
local function by_metamethod(event, a, b, what)
  local meta = getmetatable(a)
  local f = meta and rawget(meta, event)
  if f == nil then
    meta = getmetatable(b)
    f = meta and rawget(meta, event)
  end
  if f ~= nil then return (f(a, b)) end
  local which, wrong = 1, a
  if type(a) == "number" then which, wrong = 2, b end
  R.fail("attempt to perform " .. what .. " on a " .. R.type_name(wrong) .. " value" .. R.operand_name(which))
end

function R.idiv(a, b)
  if type(a) == "number" and type(b) == "number" then return floor(a / b) end
  local x, y = type(a) ~= "table" and tonumber(a), type(b) ~= "table" and tonumber(b)
  if x and y then return floor(x / y) end
  return by_metamethod("__idiv", a, b, "arithmetic")
end

-- LuaJIT's own gives nan where the divisor is infinite.
function R.mod(a, b)
  if type(a) ~= "number" or type(b) ~= "number" then
    local x, y = type(a) ~= "table" and tonumber(a), type(b) ~= "table" and tonumber(b)
    if x and y then return R.mod(x, y) end
    return by_metamethod("__mod", a, b, "arithmetic")
  end
  if b ~= huge and b ~= -huge or a - a ~= 0 then return a % b end
  if a == 0 or (a > 0) == (b > 0) then return a end
  return b
end

local tobit = bit.tobit

local function wide(x, which)
  if x ~= floor(x) or x >= 2 ^ 63 or x < -2 ^ 63 then
    R.fail("number" .. R.operand_name(which) .. " has no integer representation")
  end
  return x + 0LL
end

local function bitwise(event, op)
  local function slow(a, b)
    if type(a) ~= "number" or type(b) ~= "number" then
      return by_metamethod(event, a, b, "bitwise operation")
    end
    return tonumber(op(wide(a, 1), wide(b, 2)))
  end
  return function(a, b)
    if type(a) == "number" and type(b) == "number" then
      local x, y = tobit(a), tobit(b)
      if x == a and y == b then return op(x, y) end
    end
    return slow(a, b)
  end
end

R.band = bitwise("__band", bit.band)
R.bor = bitwise("__bor", bit.bor)
R.bxor = bitwise("__bxor", bit.bxor)

function R.bnot(a)
  if type(a) ~= "number" then return by_metamethod("__bnot", a, a, "bitwise operation") end
  if a == floor(a) then return -1 - a end
  return tonumber(bit.bnot(wide(a, 1)))
end

local function left(a, n)
  if n < 0 then
    n = -n
    if n >= 64 then return 0 end
    if a >= 0 then return floor(a / 2 ^ n) end
    return tonumber(bit.rshift(wide(a, 1), n))
  end
  if n >= 64 then return 0 end
  local whole = a * 2 ^ n
  if whole < MOST and whole > -MOST then return whole end
  return tonumber(bit.lshift(wide(a, 1), n))
end

local function shift(event, sign)
  return function(a, n)
    if type(a) ~= "number" or type(n) ~= "number" then
      return by_metamethod(event, a, n, "bitwise operation")
    end
    if a ~= floor(a) then wide(a, 1) end
    if n ~= floor(n) then wide(n, 2) end
    return left(a, sign * n)
  end
end

R.shl = shift("__shl", 1)
R.shr = shift("__shr", -1)

function R.len(value)
  if type(value) == "table" then
    if N.getmetatable(value) == nil then return #value end
    local meta = getmetatable(value)
    local f = meta and rawget(meta, "__len")
    if f then return (f(value, value)) end
  end
  return #value
end

-- Lua 5.4 asks the metamethod of either operand, whatever the types; Lua 5.1 wanted the same one.
local function event_of(a, b, event)
  local meta = getmetatable(a)
  local f = meta and rawget(meta, event)
  if f == nil then
    meta = getmetatable(b)
    f = meta and rawget(meta, event)
  end
  return f
end

function R.eq(a, b)
  if a ~= a or N.rawequal(a, b) or type(a) ~= "table" or type(b) ~= "table" then return N.rawequal(a, b) end
  local f = event_of(a, b, "__eq")
  if f then return f(a, b) and true or false end
  return false
end

function R.lt(a, b)
  if type(a) == "number" and type(b) == "number" then return a < b end
  local f = event_of(a, b, "__lt")
  if f and not (type(a) == "string" and type(b) == "string") then return f(a, b) and true or false end
  return a < b
end

function R.le(a, b)
  if type(a) == "number" and type(b) == "number" then return a <= b end
  local f = event_of(a, b, "__le")
  if f and not (type(a) == "string" and type(b) == "string") then return f(a, b) and true or false end
  return a <= b
end

function R.step(step)
  if step == 0 then R.fail("'for' step is zero") end
  return step
end

-- Calls the body of a generic for; closes its fourth value, however it ends.
function R.closing(value, body, ...)
  if value == nil or value == false then return body(...) end
  local F = { false, 0, false }
  R.open(F, value, "(for state)")
  local results = R.rest(0, N.xpcall(body, R.on_error, ...))
  if results[1] then
    R.close(F, 1, nil)
    return N.unpack(results, 2, results.n)
  end
  N.error(R.close_failed(F, results[2]), 0)
end

-- ---------------------------------------------------------------- xoshiro256**, as in PUC Lua 5.4

local s0, s1, s2, s3 = 1ULL, 2ULL, 3ULL, 4ULL
local bxor, rol, lshift, rshift, band, bor = bit.bxor, bit.rol, bit.lshift, bit.rshift, bit.band, bit.bor

local function next_random()
  local a, b, c, d = s0, s1, bxor(s2, s0), bxor(s3, s1)
  local r = rol(b * 5ULL, 7) * 9ULL
  s0, s1, s2, s3 = bxor(a, d), bxor(b, c), bxor(c, lshift(b, 17)), rol(d, 45)
  return r
end

local function unsigned(x)
  return x >= 0 and x + 0ULL or 0ULL - (-x + 0ULL)
end

function R.seed(n1, n2)
  s0, s1, s2, s3 = unsigned(n1), 0xffULL, unsigned(n2), 0ULL
  for _ = 1, 16 do next_random() end
end

local function mark(word)
  if word >= 0x8000000000000000ULL then return "-" .. (gsub(tostring(0ULL - word), "U?LL", "")) end
  return (gsub(tostring(word), "U?LL", ""))
end

-- Seed the generator as it is before the program can.
function R.begin_random(n1, n2)
  R.seed(n1, n2)
  R.first_random = mark(s0)
end

function R.random_marks() return mark(s0), mark(s1), mark(s2), mark(s3) end

local function word_of(text)
  local word = 0ULL
  for digit in N.string.gmatch(text, "%d") do word = word * 10ULL + tonumber(digit) end
  return sub(text, 1, 1) == "-" and 0ULL - word or word
end

function R.set_random_marks(a, b, c, d)
  s0, s1, s2, s3 = word_of(a), word_of(b), word_of(c), word_of(d)
end

function R.random_float() return tonumber(rshift(next_random(), 11)) * 2 ^ -53 end

-- math.random(0): 64 random bits do not fit; their upper 53 as a signed integer.
function R.random_integer()
  local bits = tonumber(rshift(next_random(), 11))
  return bits >= 2 ^ 52 and bits - 2 ^ 53 or bits
end

function R.random_between(low, high)
  local most = unsigned(high - low)
  local bits = next_random()
  if band(most, most + 1ULL) == 0ULL then return low + tonumber(band(bits, most)) end
  local mask = most
  for _, n in N.ipairs({ 1, 2, 4, 8, 16, 32 }) do mask = bor(mask, rshift(mask, n)) end
  bits = band(bits, mask)
  while bits > most do bits = band(next_random(), mask) end
  return low + tonumber(bits)
end
