-- LuaJIT words errors as Lua 5.1 did, and names less; this says them as Lua 5.4 does. The emitter
-- notes what LuaJIT cannot name: `hints` of a unit, by emitted line.
local R = ...
local N = R.natives
local getinfo, getlocal, type, rawget = N.debug.getinfo, N.debug.getlocal, N.type, N.rawget
local find, format, match, sub = N.string.find, N.string.format, N.string.match, N.string.sub
local tonumber = N.tonumber

-- The innermost level of the program's own code, above the caller.
local function program_level()
  local level = 3
  local info = getinfo(level, "S")
  while info do
    if sub(info.source, 1, 3) == "=\1U" then return level - 1 end
    level = level + 1
    info = getinfo(level, "S")
  end
end

-- What the first or second operand of the running operator is called: " (local 'x')" or "".
function R.operand_name(which)
  local level = program_level()
  if not level then return "" end
  local info = getinfo(level, "Sl")
  local unit = R.units[tonumber(sub(info.source, 4))]
  local hint = unit.hints and unit.hints[info.currentline]
  local name = hint and hint[which == 1 and "a" or "b"]
  return name and name ~= "" and " (" .. name .. ")" or ""
end

-- The last local of that name in the function that failed.
local function last_local(name)
  local level = program_level()
  local i, found = 1, nil
  while level do
    local at, value = getlocal(level, i)
    if not at then break end
    if at == name then found = R.type_name(value) end
    i = i + 1
  end
  return found
end

-- The __name of a table that is at hand in the function that failed.
local function name_at_hand()
  local level = program_level()
  local i, found = 1, nil
  while level do
    local at, value = getlocal(level, i)
    if not at then break end
    if type(value) == "table" then
      local name = R.type_name(value)
      if name ~= "table" then found = name end
    end
    i = i + 1
  end
  return found
end

local LOOP = { ["initial value"] = "(for index)", limit = "(for limit)", step = "(for step)" }
local PLAIN = {
  ["bad argument #(%d+) to '(.-)' %(invalid value%)$"] = "bad argument #%s to '%s' (value out of range)",
}

-- What the program compares when math.max and min do.
local function compared(text)
  local n, name, got = match(text, "^bad argument #(%d+) to '.-(m[ai][xn])' %(number expected, got (.*)%)$")
  if not n or got == "no value" then return nil end
  local a, b = "number", got
  if n == "1" then a, b = b, a end
  if name == "min" then a, b = b, a end
  return "attempt to compare " .. a .. " with " .. b
end

-- The __name of the table that a builtin refuses as its n-th argument.
local function name_given(n)
  local level = 3
  local info = getinfo(level, "S")
  while info and sub(info.source, 1, 3) ~= "=\1U" do
    if info.what == "C" then
      local _, value = getlocal(level, n)
      if type(value) == "table" then
        local name = R.type_name(value)
        if name ~= "table" then return name end
      end
    end
    level = level + 1
    info = getinfo(level, "S")
  end
end

local function of_library(text)
  text = N.string.gsub(text, "^(bad argument #%d+ to ')__", "%1")
  if R.has_names then
    local before, n = match(text, "^(bad argument #(%d+) to .* got )table%)$")
    local name = n and name_given(tonumber(n))
    if name then text = before .. name .. ")" end
  end
  local bare = compared(text)
  if bare then return bare, true end
  for pattern, other in N.next, PLAIN do
    local a, b = match(text, pattern)
    if a then return format(other, a, b) end
  end
  local name = match(text, "^bad argument #1 to '(.-)' %(number expected, got no value%)$")
  if name and find(name, "^ma[tx][h.]*") and (find(name, "max$") or find(name, "min$")) or name == "min" then
    return "bad argument #1 to '" .. name .. "' (value expected)"
  end
  return text
end

function R.words_of_54(text, unit, line)
  if sub(text, 1, 3) == "bad" then return of_library(text) end
  local what, scope, name, value = match(text, "^(attempt to .-) (%a+) '(.-)' %((an? .- value)%)$")
  if not what then
    what, scope, name, value = match(text, "^(attempt to .-) (%a+) '(.-)' %((no value)%)$")
  end
  local hint = unit and unit.hints and unit.hints[line]
  if what then
    if what == "attempt to index" and hint and hint.unnamed == name then return format("%s %s", what, value) end
    if value == "a table value" and R.has_names then value = "a " .. (name_at_hand() or "table") .. " value" end
    return format("%s %s (%s '%s')", what, value, scope, name)
  end
  local loop = match(text, "^'for' (.+) must be a number$")
  if loop and LOOP[loop] then
    local got = last_local(LOOP[loop]) or "no number"
    return format("bad 'for' %s (number expected, got %s)", loop, got)
  end
  if hint and find(text, "^attempt to index an? [%w ]+ value$") and hint.index then
    return text .. " (" .. hint.index .. ")"
  end
  if hint and find(text, "^attempt to call an? [%w ]+ value$") and hint.call then
    return text .. " (" .. hint.call .. ")"
  end
  if R.has_names and find(text, " table", 1, true) then
    local found = name_at_hand()
    if found then text = N.string.gsub(text, "( )table", function() return " " .. found end, 1) end
  end
  if hint and hint.element and hint.element ~= "" and (find(text, "^attempt to [pgc][eo][rtn]") and find(text, " value$")) then
    return text .. " (" .. hint.element .. ")"
  end
  return text
end
