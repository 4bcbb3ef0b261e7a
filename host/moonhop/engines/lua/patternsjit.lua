-- Patterns and formats of Lua 5.4, read once for LuaJIT.
local R = ...
local N = R.natives
local type, tonumber, select, unpack, tostring = N.type, N.tonumber, N.select, N.unpack, N.tostring
local byte, sub, find, match, gsub, format = N.string.byte, N.string.sub, N.string.find, N.string.match, N.string.gsub, N.string.format
local floor, concat, huge = N.math.floor, N.table.concat, N.math.huge

-- ---------------------------------------------------------------- patterns

-- Behind the set that begins at `at`, nil if it does not end.
local function behind_set(pattern, at)
  at = at + 1
  if sub(pattern, at, at) == "^" then at = at + 1 end
  repeat
    if at > #pattern then return nil end
    at = at + (sub(pattern, at, at) == "%" and 2 or 1)
  until sub(pattern, at, at) == "]"
  return at + 1
end

-- LuaJIT ends a pattern at a zero byte.
local function without_zeros(item)
  if not find(item, "%z") then return item end
  item = gsub(item, "%%%z", "%%z")
  if byte(item) == 91 then item = gsub(item, "%z%-([^%]])", "%%z\1-%1") end
  return (gsub(item, "%z", "%%z"))
end

local function read(pattern, note)
  local out = {}
  local at, size = 1, #pattern
  local open, closed, begins, count = {}, {}, {}, 0
  local function take(stop)
    out[#out + 1] = without_zeros(sub(pattern, at, stop - 1))
    at = stop
  end
  if byte(pattern) == 94 then
    note.anchored = true
    take(2)
  end
  while at <= size do
    local c, after = sub(pattern, at, at), sub(pattern, at + 1, at + 1)
    if c == "(" then
      count = count + 1
      if count > 32 then return "too many captures" end
      if after == ")" then
        closed[count] = true
        take(at + 2)
      else
        open[#open + 1] = count
        take(at + 1)
        begins[count] = #out
      end
    elseif c == ")" then
      if #open == 0 then return "invalid pattern capture" end
      closed[open[#open]] = true
      open[#open] = nil
      take(at + 1)
    elseif c == "$" and at == size then
      take(at + 1)
    elseif c == "%" and after == "b" then
      if at + 3 > size then return "malformed pattern (missing arguments to '%b')" end
      note.empty = false
      take(at + 4)
    elseif c == "%" and after == "f" then
      if sub(pattern, at + 2, at + 2) ~= "[" then return "missing '[' after '%f' in pattern" end
      take(at + 2)
      local stop = behind_set(pattern, at)
      if not stop then return "malformed pattern (missing ']')" end
      take(stop)
    elseif c == "%" and find(after, "^%d") then
      if not closed[tonumber(after)] then return "invalid capture index %" .. after end
      take(at + 2)
    else
      local stop = at + 1
      if c == "%" then
        if after == "" then return "malformed pattern (ends with '%')" end
        stop = at + 2
      elseif c == "[" then
        stop = behind_set(pattern, at)
        if not stop then return "malformed pattern (missing ']')" end
      end
      local suffix = sub(pattern, stop, stop)
      take(stop)
      if suffix == "*" or suffix == "-" or suffix == "?" then
        take(at + 1)
      else
        note.empty = false
        if suffix == "+" then take(at + 1) end
      end
    end
  end
  note.text = concat(out)
  note.most = count > 1 and count or 1
  if #open > 0 then
    for _, number in N.ipairs(open) do out[begins[number]] = "" end
    note.bare = concat(out)
    return "unfinished capture"
  end
end

-- text   what LuaJIT takes       empty  may match the empty text more than once
-- wrong  the error that comes where matching comes to it       most  the greatest capture there is
-- bare   the same without captures that do not end, which matter only to who wants captures
function R.read_pattern(pattern)
  local note = { text = pattern, empty = true, most = 32 }
  note.wrong = read(pattern, note)
  if note.anchored then note.empty = false end
  return note
end

-- ---------------------------------------------------------------- formats

local FLAGS = { c = "-", d = "-+0 ", i = "-+0 ", u = "-0", o = "-#0", x = "-#0", X = "-#0", p = "-", s = "-", q = "" }
for letter in N.string.gmatch("aAeEfgG", ".") do FLAGS[letter] = "-+#0 " end
local KINDS = { d = "d", i = "d", u = "d", o = "d", x = "d", X = "d", s = "s" }
for letter in N.string.gmatch("aAeEfgG", ".") do KINDS[letter] = "f" end

local function check_conversion(spec, letter)
  local flags = FLAGS[letter]
  if not flags then R.fail("invalid conversion '%" .. spec .. letter .. "' to 'format'") end
  if letter == "q" then
    if spec ~= "" then R.fail("specifier '%q' cannot have modifiers") end
    return
  end
  local at = 1
  while at <= #spec and find(flags, sub(spec, at, at), 1, true) do at = at + 1 end
  local width, precision = match(spec, "^(%d*)(.*)$", at)
  local good = #width <= 2 and sub(width, 1, 1) ~= "0"
  if precision ~= "" then
    good = good and letter ~= "c" and letter ~= "p" and find(precision, "^%.%d?%d?$")
  end
  if not good then R.fail("invalid conversion specification: '%" .. spec .. letter .. "'") end
end

-- Letters of what the arguments have to be, false where R.format has more to do.
function R.read_format(text)
  local wants = {}
  for spec, letter in N.string.gmatch(text, "%%([-+ #0-9.]*)(.?)") do
    if letter ~= "%" or spec ~= "" then
      local want = KINDS[letter]
      if not want or spec ~= "" and not N.pcall(check_conversion, spec, letter) then return false end
      wants[#wants + 1] = want == "s" and spec ~= "" and "w" or want
    end
  end
  return concat(wants)
end

local function literal(value, n)
  local kind = type(value)
  if kind == "string" then return format("%q", value) end
  if kind == "number" then
    if value ~= value then return "(0/0)" end
    if value == huge then return "1e9999" end
    if value == -huge then return "-1e9999" end
    if R.is_integer(value) then return format("%.0f", value) end
    return format("%a", value)
  end
  if kind == "nil" or kind == "boolean" then return tostring(value) end
  R.bad_argument(n, "string.format", "value has no literal form")
end

-- One argument as LuaJIT's format takes it, and the letter for it.
local function prepared(letter, spec, value, n)
  local kind = KINDS[letter]
  if letter == "q" then return literal(value, n), "s" end
  if kind == "s" then
    local text = R.builtins.tostring(value)
    if spec ~= "" and find(text, "\0", 1, true) then
      R.bad_argument(n, "string.format", "string contains zeros")
    end
    return text, "s"
  end
  if letter == "p" then
    if type(value) == "number" or type(value) == "boolean" or value == nil then return "(null)", "s" end
    return value, "p"
  end
  if kind == "f" then
    local number = type(value) == "string" and tonumber(value) or value
    if type(number) ~= "number" then R.expected(n, "string.format", "number", n, value) end
    return number, letter
  end
  if value == nil then R.expected(n, "string.format", "number", n, value) end
  return R.integer_argument(value, n, "string.format"), letter
end

function R.format(text, ...)
  local given = { ... }
  local top = select("#", ...)
  local n, at, parts = 0, 1, {}
  while true do
    local first, last, spec, letter = find(text, "%%([-+ #0-9.]*)(.?)", at)
    if not first then break end
    parts[#parts + 1] = sub(text, at, first - 1)
    at = last + 1
    if letter == "%" and spec == "" then
      parts[#parts + 1] = "%%"
    else
      n = n + 1
      if n > top then R.bad_argument(n + 1, "string.format", "no value") end
      if #spec >= 21 then R.fail("invalid format string to 'format'") end
      if letter == "" then R.fail("invalid conversion '%" .. spec .. "' to 'format'") end
      check_conversion(spec, letter)
      given[n], letter = prepared(letter, spec, given[n], n + 1)
      parts[#parts + 1] = "%" .. spec .. letter
    end
  end
  parts[#parts + 1] = sub(text, at)
  return format(concat(parts), unpack(given, 1, n))
end
