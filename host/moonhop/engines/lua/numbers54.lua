-- Numbers of engine lua54: integers of 64 bits and floats; the generator of math.random.
local R = ...
local N = R.natives
local mtype, tointeger = N.math.type, N.math.tointeger
local format, pack, unpack = N.string.format, N.string.pack, N.string.unpack

function R.is_integer(x) return mtype(x) == "integer" end

function R.to_integer(x) return tointeger(x) end

function R.float_mark(x) return format("d%016x", unpack(">i8", pack(">d", x))) end

function R.float_of(hex)
  return (unpack(">d", pack(">i8", N.tonumber("0x" .. hex))))
end

-- A number as it stands in an image.
function R.number_mark(x)
  if mtype(x) == "integer" then return format("%d", x) end
  return '"' .. N.string.gsub(R.float_mark(x), "0+$", "") .. '"'
end

-- The integer loop of forprep; count is unsigned.
function R.for_integers(start, limit, step)
  local last = limit
  if mtype(limit) ~= "integer" then
    if limit ~= limit then return start, nil, step, 0 end
    if step > 0 then
      if limit >= 0x1p63 then last = N.math.maxinteger
      elseif limit < -0x1p63 then return start, nil, step, 0
      else last = N.math.floor(limit) end
    else
      if limit < -0x1p63 then last = N.math.mininteger
      elseif limit >= 0x1p63 then return start, nil, step, 0
      else last = N.math.ceil(limit) end
    end
  end
  if step > 0 and start > last or step < 0 and start < last then return start, nil, step, 0 end
  local distance, by
  if step > 0 then distance, by = last - start, step else distance, by = start - last, -(step + 1) + 1 end
  -- unsigned division
  local turns
  if by < 0 then
    turns = N.math.ult(distance, by) and 0 or 1
  elseif distance >= 0 then
    turns = distance // by
  else
    turns = ((distance >> 1) // by) << 1
    if not N.math.ult(distance - turns * by, by) then turns = turns + 1 end
  end
  return start, nil, step, turns + 1
end

-- ---------------------------------------------------------------- xoshiro256**, as in PUC Lua 5.4

local s0, s1, s2, s3 = 1, 2, 3, 4

local function next_random()
  local a, b, c, d = s0, s1, s2 ~ s0, s3 ~ s1
  local r = b * 5
  r = ((r << 7) | (r >> 57)) * 9
  s0, s1, s2, s3 = a ~ d, b ~ c, c ~ (b << 17), (d << 45) | (d >> 19)
  return r
end

function R.seed(n1, n2)
  s0, s1, s2, s3 = n1, 0xff, n2, 0
  for _ = 1, 16 do next_random() end
end

R.seed(R.entropy())
R.first_random = format("%d", s0)

function R.random_marks() return format("%d", s0), format("%d", s1), format("%d", s2), format("%d", s3) end
function R.set_random_marks(a, b, c, d)
  s0, s1, s2, s3 = tointeger(N.tonumber(a)), tointeger(N.tonumber(b)), tointeger(N.tonumber(c)), tointeger(N.tonumber(d))
end

function R.random_float() return (next_random() >> 11) * 0x1p-53 end
function R.random_integer() return next_random() end

-- From `low` to `high`, both included.
function R.random_between(low, high)
  local most = high - low
  local bits = next_random()
  if most & (most + 1) == 0 then return low + (bits & most) end
  local mask = most
  mask = mask | mask >> 1
  mask = mask | mask >> 2
  mask = mask | mask >> 4
  mask = mask | mask >> 8
  mask = mask | mask >> 16
  mask = mask | mask >> 32
  bits = bits & mask
  while N.math.ult(most, bits) do bits = next_random() & mask end
  return low + bits
end
