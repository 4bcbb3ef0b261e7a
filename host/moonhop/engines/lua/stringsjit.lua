-- The string library of Lua 5.4 on LuaJIT: what its own functions do otherwise. Plain cases are tail
-- calls of LuaJIT's functions, so their errors name the program's call.
local R = ...
local N, X = R.natives, R.extra
local type, tostring, select, pcall, unpack = N.type, N.tostring, N.select, N.pcall, N.unpack
local byte, sub, rep, floor = N.string.byte, N.string.sub, N.string.rep, N.math.floor
local find, match, gsub, format = N.string.find, N.string.match, N.string.gsub, N.string.format

-- ---------------------------------------------------------------- patterns

local MANY = 500 -- patterns and formats that are remembered

local patterns = {} -- pattern -> what LuaJIT takes for it; false: something in it is wrong
local notes = {} -- pattern -> all that is known of it (patternsjit.lua)
local loose = {} -- pattern -> false: matches no empty text, so LuaJIT's gmatch and gsub will do
local known = 0

local function note_of(pattern)
  local note = notes[pattern]
  if note then return note end
  known = known + 1
  if known > MANY then patterns, notes, loose, known = {}, {}, {}, 1 end
  note = R.read_pattern(pattern)
  notes[pattern] = note
  patterns[pattern] = not note.wrong and note.text
  loose[pattern] = note.empty or note.wrong ~= nil
  return note
end

local function judge(wrong, ok, ...)
  if ok then return ... end
  R.fail(wrong)
end

-- Find or match with a pattern not met before, or a wrong one, or no pattern at all.
local function search(native, s, pattern, init)
  if pattern == nil and s == nil then return native() end
  if type(pattern) == "number" then pattern = R.tostring(pattern) end
  if type(pattern) ~= "string" or type(s) ~= "string" and type(s) ~= "number" then
    return native(s, pattern, init)
  end
  local note = note_of(pattern)
  if note.wrong then return judge(note.wrong, pcall(native, s, note.text, init)) end
  return native(s, note.text, init)
end

local function beyond(s, init) return type(init) == "number" and type(s) == "string" and init > #s + 1 end

X["string.find"] = function(s, pattern, init, plain)
  if init and beyond(s, init) then return nil end
  if plain then return find(s, pattern, init, true) end
  local text = patterns[pattern]
  if text then return find(s, text, init) end
  return search(find, s, pattern, init)
end

X["string.match"] = function(s, pattern, init)
  if init and beyond(s, init) then return nil end
  local text = patterns[pattern]
  if text then return match(s, text, init) end
  return search(match, s, pattern, init)
end

-- The text that LuaJIT's gmatch takes for a pattern, nil where that one would give other matches.
function R.plain_pattern(pattern)
  if loose[pattern] == nil then note_of(pattern) end
  return loose[pattern] == false and patterns[pattern] or nil
end

-- The same for one of 5.4, which raises an error only where it comes to it.
function R.find_pattern(s, pattern, init)
  local text = patterns[pattern]
  if text then return find(s, text, init) end
  return search(find, s, pattern, init)
end

-- ---------------------------------------------------------------- gsub

local highest = {} -- replacement -> the greatest capture in it; false: a % that stands for nothing

local function read_replacement(text)
  local most = 0
  local at = find(text, "%", 1, true)
  while at do
    local c = byte(text, at + 1)
    if c and c >= 48 and c <= 57 then
      if c - 48 > most then most = c - 48 end
    elseif c ~= 37 then
      most = false
      break
    end
    at = find(text, "%", at + 2, true)
  end
  highest[text] = most
  known = known + 1
  return most
end

local function fill_in(text, whole, count, captures)
  local at, parts = 1, {}
  while true do
    local place = find(text, "%", at, true)
    if not place then break end
    parts[#parts + 1] = sub(text, at, place - 1)
    local c = sub(text, place + 1, place + 1)
    local n = N.tonumber(c)
    if c == "%" then
      parts[#parts + 1] = "%"
    elseif not n then
      R.fail("invalid use of '%' in replacement string")
    elseif n == 0 or n == 1 and count == 0 then
      parts[#parts + 1] = whole
    elseif n > count then
      R.fail("invalid capture index %" .. c)
    else
      parts[#parts + 1] = tostring(captures[n])
    end
    at = place + 2
  end
  parts[#parts + 1] = sub(text, at)
  return N.table.concat(parts)
end

local function replaced(with, whole, ...)
  local kind = type(with)
  if kind == "string" then return fill_in(with, whole, select("#", ...), { ... }) end
  local key = ...
  if key == nil then key = whole end
  local value
  if kind == "table" then
    value = with[key]
  elseif select("#", ...) == 0 then
    value = with(whole)
  else
    value = with(...)
  end
  if value == nil or value == false then return whole end
  if type(value) == "number" then return R.tostring(value) end
  if type(value) ~= "string" then R.fail("invalid replacement value (a " .. type(value) .. ")") end
  return value
end

local function behind(first, last, ...) return first, last, { n = select("#", ...), ... } end

-- All matches as Lua 5.4 counts them: no empty one right behind another one.
local function gsub_loose(s, pattern, with, most, bare)
  local out, n = {}, 0
  local count, at, last_end = 0, 1, nil
  local anchored = byte(pattern) == 94
  local search_at = bare and find or R.find_pattern
  if bare then pattern = bare end
  while count < most do
    local first, last, captures = behind(search_at(s, pattern, at))
    if not first then break end
    if last < first and first == last_end then
      if at > #s then break end
      n = n + 1
      out[n] = sub(s, at, at)
      at = at + 1
      last_end = nil
    else
      count = count + 1
      out[n + 1] = sub(s, at, first - 1)
      n = n + 2
      out[n] = replaced(with, sub(s, first, last), unpack(captures, 1, captures.n))
      at = last + 1
      last_end = at
    end
    if anchored then break end
  end
  out[n + 1] = sub(s, at)
  return N.table.concat(out), count
end

local function gsub_other(count, s, pattern, with, most)
  if count < 2 or type(s) ~= "string" and type(s) ~= "number" or type(pattern) ~= "string" and type(pattern) ~= "number" then
    if count == 0 then return gsub() elseif count == 1 then return gsub(s) end
    return gsub(s, pattern, with, most)
  end
  local kind = type(with)
  if kind == "number" then
    with, kind = R.tostring(with), "string"
  elseif kind ~= "string" and kind ~= "table" and kind ~= "function" then
    local got = count < 3 and "no value" or R.type_name(with)
    return R.bad_argument(3, "string.gsub", "string/function/table expected, got " .. got)
  end
  if type(s) == "number" then s = R.tostring(s) end
  if type(pattern) == "number" then pattern = R.tostring(pattern) end
  if most ~= nil then most = R.integer_argument(most, 4, "string.gsub") end
  if known > MANY then highest, known = {}, 0 end
  local note = note_of(pattern)
  local most_captures = kind == "string" and (highest[with] or read_replacement(with))
  if note.wrong or note.empty or kind == "string" and (not most_captures or most_captures > note.most) then
    local bare = most_captures == 0 and note.bare or nil
    return gsub_loose(s, pattern, with, most or N.math.huge, bare)
  end
  return gsub(s, note.text, with, most)
end

X["string.gsub"] = function(...)
  local s, pattern, with, most = ...
  if loose[pattern] == false and most == nil and type(s) == "string" then
    local kind = type(with)
    if kind == "function" or kind == "table" or kind == "string" and highest[with] == 0 then
      return gsub(s, patterns[pattern], with)
    end
  end
  return gsub_other(select("#", ...), ...)
end

-- ---------------------------------------------------------------- rep, format

local LONGEST = 0x7fffffff

X["string.rep"] = function(...)
  local s, n, sep = ...
  if type(s) == "string" and type(n) == "number" and sep == nil and n == floor(n) and #s * n <= LONGEST then
    return rep(s, n)
  end
  local count = select("#", ...)
  if count < 2 or type(s) ~= "string" and type(s) ~= "number" then return rep(...) end
  s = R.text_argument(s, 1, "string.rep")
  n = R.integer_argument(n, 2, "string.rep")
  sep = sep == nil and "" or R.text_argument(sep, 3, "string.rep")
  if n <= 0 then return "" end
  if #s + #sep == 0 then return "" end
  if (#s + #sep) * n > LONGEST then R.fail("resulting string too large") end
  return rep(s, n, sep)
end

-- format -> a letter for each argument: f anything, d an integer, s text; false: not so simple
local formats = {}
local BIG = 1e14

local function simple(what, value)
  if what == 102 then return type(value) == "number" end
  if what == 100 then
    return type(value) == "number" and value == floor(value) and value < 2 ^ 53 and value > -2 ^ 53
  end
  if what == 119 and type(value) == "string" then return not find(value, "\0", 1, true) end
  return type(value) == "string" or type(value) == "number" and value < BIG and value > -BIG
end

X["string.format"] = function(text, ...)
  local wants = formats[text]
  if wants then
    local count = #wants
    if count == select("#", ...) then
      if count == 1 then
        if simple(byte(wants), (...)) then return format(text, ...) end
      elseif count == 2 then
        local a, b = ...
        if simple(byte(wants), a) and simple(byte(wants, 2), b) then return format(text, a, b) end
      elseif count == 3 then
        local a, b, c = ...
        if simple(byte(wants), a) and simple(byte(wants, 2), b) and simple(byte(wants, 3), c) then
          return format(text, a, b, c)
        end
      elseif count == 0 then
        return format(text)
      end
    end
  end
  if type(text) == "number" then text = R.tostring(text) end
  if type(text) ~= "string" then
    if text == nil then return format() end
    return format(text)
  end
  if wants == nil then
    known = known + 1
    if known > MANY then formats, known = {}, 1 end
    formats[text] = R.read_format(text)
  end
  return R.format(text, ...)
end

X["string.pack"] = function(...) return R.pack(...) end
X["string.packsize"] = function(...) return R.packsize(...) end
X["string.unpack"] = function(...) return R.unpack_text(...) end
