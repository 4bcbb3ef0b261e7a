-- os.time of Lua 5.4 on LuaJIT: fields have to be integers, and are brought into their ranges.
local R = ...
local N, X = R.natives, R.extra
local type, tonumber, next = N.type, N.tonumber, N.next
local time, date = N.os.time, N.os.date

-- A field of a date table; `delta` is what C's calendar subtracts from it.
local function field(t, name, default, delta)
  local value = t[name]
  local number = (type(value) == "number" or type(value) == "string") and tonumber(value)
  local whole = number and R.to_integer(number)
  if not whole then
    if value ~= nil then R.fail("field '" .. name .. "' is not an integer") end
    if not default then R.fail("field '" .. name .. "' missing in date table") end
    return default
  end
  if whole - delta > 0x7fffffff or whole - delta < -0x80000000 then
    R.fail("field '" .. name .. "' is out-of-bound")
  end
  return whole
end

X["os.time"] = function(t)
  if t == nil then return time() end
  if type(t) ~= "table" then R.expected(1, "os.time", "table", 1, t) end
  local moment = time({
    year = field(t, "year", nil, 1900),
    month = field(t, "month", nil, 1),
    day = field(t, "day", nil, 0),
    hour = field(t, "hour", 12, 0),
    min = field(t, "min", 0, 0),
    sec = field(t, "sec", 0, 0),
    isdst = t.isdst,
  })
  if not moment then R.fail("time result cannot be represented in this installation") end
  for name, value in next, date("*t", moment) do t[name] = value end
  return moment
end

-- What strftime knows; by itself LuaJIT hands it anything.
local function check(text)
  local at = 1
  while true do
    at = N.string.find(text, "%", at, true)
    if not at then return end
    local letter = N.string.sub(text, at + 1, at + 1)
    local allowed = "[aAbBcCdDeFgGhHIjmMnprRsStTuUVwWxXyYzZ%%]"
    local used = 2
    if letter == "E" or letter == "O" then
      allowed = letter == "E" and "[cCxXyY]" or "[deHImMSuUVwWy]"
      letter, used = N.string.sub(text, at + 2, at + 2), 3
    end
    if not N.string.find(letter, allowed) then
      R.bad_argument(1, "os.date", "invalid conversion specifier '" .. N.string.sub(text, at) .. "'")
    end
    at = at + used
  end
end

X["os.date"] = function(...)
  local text, moment = ...
  if text ~= nil then
    text = R.text_argument(text, 1, "os.date")
    if not N.string.find(text, "^!?%*t") then check(text) end
  end
  if moment == nil then return date(text) end
  return date(text, R.integer_argument(moment, 2, "os.date"))
end
