-- Values that travel, and strings in the notation of images.
local R = ...
local N = R.natives
local type, next, error, rawget = N.type, N.next, N.error, N.rawget
local concat, find, gsub = N.table.concat, N.string.find, N.string.gsub
local format, byte = N.string.format, N.string.byte

local function escape(char) return format("\\u%04x", byte(char)) end

-- A string as JSON text.
local function text_mark(text)
  if find(text, '[%c"\\]') then text = gsub(text, '[%c"\\]', escape) end
  return '"s' .. text .. '"'
end
R.text_mark = text_mark

function R.count_whole_floats() return R.whole_floats end

-- ---------------------------------------------------------------- values that travel

local DEEPEST = 50

-- A value as JSON text in the notation of process/values.py, or nil and why it cannot travel.
local function plain(value, out, depth)
  local what = type(value)
  if what == "table" then
    if depth > DEEPEST then
      error({ refused = "a table that contains itself, or is nested too deep, cannot travel" }, 0)
    end
    local count, size = 0, 0
    for _ in next, value do count = count + 1 end
    while rawget(value, size + 1) ~= nil do size = size + 1 end
    if count == size then
      out[#out + 1] = "["
      for i = 1, size do
        if i > 1 then out[#out + 1] = "," end
        plain(rawget(value, i), out, depth + 1)
      end
      out[#out + 1] = "]"
      return
    end
    out[#out + 1] = '{"pairs":['
    local separator = "["
    for key, inner in next, value do
      if type(key) == "table" then error({ refused = "a table with tables as keys cannot travel" }, 0) end
      out[#out + 1] = separator
      plain(key, out, depth + 1)
      out[#out + 1] = ","
      plain(inner, out, depth + 1)
      separator = "],["
    end
    out[#out + 1] = "]]}"
  elseif what == "string" then
    out[#out + 1] = text_mark(value)
  elseif what == "number" then
    out[#out + 1] = R.number_mark(value)
  elseif what == "boolean" then
    out[#out + 1] = value and "true" or "false"
  elseif what == "nil" then
    out[#out + 1] = "null"
  else
    error({ refused = "a " .. what .. " cannot travel" }, 0)
  end
end

function R.plain(value)
  local out = {}
  local ok, err = N.pcall(plain, value, out, 0)
  if ok then return concat(out) end
  if type(err) == "table" and err.refused then return nil, err.refused end
  error(err, 0)
end
