-- The library json: json.encode, json.decode, strictly after RFC 8259. A table with a border is an
-- array, any other an object whose keys come sorted, so equal tables give equal text on every node.
local R = ...
local N = R.natives
local type, next, tonumber, rawget = N.type, N.next, N.tonumber, N.rawget
local byte, char, find, format = N.string.byte, N.string.char, N.string.find, N.string.format
local gsub, match, sub, concat = N.string.gsub, N.string.match, N.string.sub, N.table.concat

local DEEPEST = 100
local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\b"] = "\\b" }

local function text_of(text)
  return '"' .. gsub(text, '[%z\1-\31"\\]', function(c)
    return ESCAPES[c] or format("\\u%04x", byte(c))
  end) .. '"'
end

local function number_text(x)
  if R.is_integer(x) then return format(R.luajit and "%.0f" or "%d", x) end
  if x - x ~= 0 then R.fail("cannot encode " .. N.tostring(x) .. ": JSON has no such number") end
  local text
  for digits = 14, 17 do
    text = format("%." .. digits .. "g", x)
    if tonumber(text) == x then break end
  end
  return find(text, "[.e]") and text or text .. ".0"
end

local write

local function write_array(t, size, out, depth)
  local count = 0
  for _ in next, t do count = count + 1 end
  if count ~= size then R.fail("cannot encode a table that has a list and other keys as well") end
  for i = 1, size do
    out[#out + 1] = i == 1 and "[" or ","
    write(rawget(t, i), out, depth)
  end
  out[#out + 1] = "]"
end

local function write_object(t, out, depth)
  local keys = {}
  for key in next, t do
    if type(key) ~= "string" then
      R.fail("cannot encode a table with a key of type " .. type(key) .. " that is no list")
    end
    keys[#keys + 1] = key
  end
  N.table.sort(keys)
  for i, key in N.ipairs(keys) do
    out[#out + 1] = (i == 1 and "{" or ",") .. text_of(key) .. ":"
    write(t[key], out, depth)
  end
  out[#out + 1] = #keys > 0 and "}" or "{}"
end

function write(value, out, depth)
  local what = type(value)
  if what == "string" then
    out[#out + 1] = text_of(value)
  elseif what == "number" then
    out[#out + 1] = number_text(value)
  elseif what == "nil" then
    out[#out + 1] = "null"
  elseif what == "boolean" then
    out[#out + 1] = value and "true" or "false"
  elseif what == "table" then
    if depth >= DEEPEST then R.fail("cannot encode: tables nested deeper than " .. DEEPEST) end
    local size = 0
    while rawget(value, size + 1) ~= nil do size = size + 1 end
    if size > 0 then write_array(value, size, out, depth + 1) else write_object(value, out, depth + 1) end
  else
    R.fail("cannot encode a " .. what .. " value")
  end
end

R.register("json.encode", function(value)
  local out = {}
  write(value, out, 0)
  return concat(out)
end)

-- ---------------------------------------------------------------- decoding

local function fault(at, what) R.bad_argument(1, "decode", what .. " at byte " .. format("%d", at)) end

local function blanks(s, at) return (match(s, "^[ \t\n\r]*()", at)) end

local function unit(s, at)
  local digits = match(s, "^%x%x%x%x", at)
  if not digits then fault(at, "four hexadecimal digits expected") end
  return tonumber(digits, 16)
end

local function utf8_of(code)
  if code < 0x80 then return char(code) end
  local last = char(0x80 + code % 64)
  code = (code - code % 64) / 64
  if code < 0x20 then return char(0xc0 + code) .. last end
  last = char(0x80 + code % 64) .. last
  code = (code - code % 64) / 64
  if code < 0x10 then return char(0xe0 + code) .. last end
  last = char(0x80 + code % 64) .. last
  return char(0xf0 + (code - code % 64) / 64) .. last
end

local SIMPLE = { ['"'] = '"', ["/"] = "/", ["\\"] = "\\", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

-- The string whose first quote is at `at`, and the byte behind it.
local function read_string(s, at)
  local out = {}
  at = at + 1
  while true do
    local plain, after = match(s, '^([^%z\1-\31"\\]*)()', at)
    out[#out + 1] = plain
    at = after
    local c = sub(s, at, at)
    if c == '"' then return concat(out), at + 1 end
    if c == "" then fault(at, "unfinished string") end
    if c ~= "\\" then fault(at, "control character in the string") end
    c = sub(s, at + 1, at + 1)
    if c == "u" then
      local code = unit(s, at + 2)
      at = at + 6
      if code >= 0xd800 and code < 0xdc00 and sub(s, at, at + 1) == "\\u" then
        local low = unit(s, at + 2)
        if low >= 0xdc00 and low < 0xe000 then
          code = 0x10000 + (code - 0xd800) * 1024 + low - 0xdc00
          at = at + 6
        end
      end
      out[#out + 1] = utf8_of(code)
    elseif SIMPLE[c] then
      out[#out + 1] = SIMPLE[c]
      at = at + 2
    else
      fault(at + 1, "invalid escape")
    end
  end
end

local read

local function read_object(s, at, depth)
  local t = {}
  at = blanks(s, at)
  if byte(s, at) == 125 then return t, at + 1 end
  while true do
    if byte(s, at) ~= 34 then fault(at, "a name between quotes expected") end
    local key, value
    key, at = read_string(s, at)
    at = blanks(s, at)
    if byte(s, at) ~= 58 then fault(at, "':' expected") end
    value, at = read(s, at + 1, depth)
    t[key] = value
    at = blanks(s, at)
    local c = byte(s, at)
    if c == 125 then return t, at + 1 end
    if c ~= 44 then fault(at, "',' or '}' expected") end
    at = blanks(s, at + 1)
  end
end

local function read_array(s, at, depth)
  local t, n = {}, 0
  at = blanks(s, at)
  if byte(s, at) == 93 then return t, at + 1 end
  while true do
    n = n + 1
    t[n], at = read(s, at, depth)
    at = blanks(s, at)
    local c = byte(s, at)
    if c == 93 then return t, at + 1 end
    if c ~= 44 then fault(at, "',' or ']' expected") end
    at = at + 1
  end
end

local function read_number(s, at)
  local text = match(s, "^[-+.%deE]+", at)
  local whole, rest = match(text, "^%-?(%d+)(.*)$")
  local good = whole and (whole == "0" or byte(whole) ~= 48)
  if good and rest ~= "" then
    rest = gsub(rest, "^%.%d+", "")
    good = rest == "" or find(rest, "^[eE][-+]?%d+$")
  end
  if not good then fault(at, "malformed number") end
  return tonumber(text), at + #text
end

local WORDS = { ["null"] = { nil }, ["true"] = { true }, ["false"] = { false } }

function read(s, at, depth)
  at = blanks(s, at)
  local c = byte(s, at)
  if c == 34 then return read_string(s, at) end
  if c == 123 or c == 91 then
    if depth >= DEEPEST then fault(at, "nested deeper than " .. DEEPEST) end
    if c == 123 then return read_object(s, at + 1, depth + 1) end
    return read_array(s, at + 1, depth + 1)
  end
  if c == 45 or c and c >= 48 and c <= 57 then return read_number(s, at) end
  local word = match(s, "^%l+", at)
  for name, value in next, WORDS do
    if word and sub(word, 1, #name) == name then return value[1], at + #name end
  end
  fault(at, "value expected")
end

R.register("json.decode", function(s)
  if type(s) == "number" then s = N.tostring(s) end
  if type(s) ~= "string" then
    R.bad_argument(1, "decode", "string expected, got " .. (s == nil and "no value" or type(s)))
  end
  local value, at = read(s, 1, 0)
  at = blanks(s, at)
  if at <= #s then fault(at, "the end of the text expected") end
  return value
end)
