-- The library that programs see: the engine's own functions where they will do, and what has to be
-- ours because it meets frames (pcall, coroutines, error), hops (gmatch, random) or reaches out.
local R = ...
local N, G, kind = R.natives, R.G, R.kind
local type, select, error, tostring, next = N.type, N.select, N.error, N.tostring, N.next
local xpcall, getmetatable, setmetatable, rawget = N.xpcall, N.debug.getmetatable, N.setmetatable, N.rawget
local find, sub, byte, format, rep = N.string.find, N.string.sub, N.string.byte, N.string.format, N.string.rep
local fail, on_error, OVER = R.fail, R.on_error, R.OVER

-- ---------------------------------------------------------------- registering

local function split(name)
  local last
  for at = #name, 1, -1 do
    if byte(name, at) == 46 then
      last = at
      break
    end
  end
  if last then return sub(name, 1, last - 1), sub(name, last + 1) end
  return nil, name
end

-- Register a builtin; reachable from _G unless `hidden` or below a function.
function R.register(name, value, hidden)
  R.builtins[name] = value
  R.names[value] = name
  if hidden then return value end
  local holder, key = split(name)
  local table = G
  if holder then
    table = R.builtins[holder]
    if table == nil then table = R.register(holder, {}) end
    if type(table) ~= "table" then return value end
  end
  table[key] = value
  return value
end
local register = R.register

-- ---------------------------------------------------------------- arguments

local function type_name(value)
  local meta = getmetatable(value)
  local name = meta and type(value) == "table" and rawget(meta, "__name")
  return type(name) == "string" and name or type(value)
end

-- `name` is what the builtin is called where the program did not call it by a name.
local function bad(n, name, why) fail(R.argument_message(n, name, why)) end
R.bad_argument = bad

local function expected(n, name, what, count, value)
  bad(n, name, what .. " expected, got " .. (n > count and "no value" or type_name(value)))
end

local function text_argument(value, n, name, count)
  if type(value) == "number" then return tostring(value) end
  if type(value) ~= "string" then expected(n, name, "string", count or (value == nil and 0 or n), value) end
  return value
end

R.expected, R.text_argument, R.type_name = expected, text_argument, type_name

-- `count`: how many arguments there are, where that is known.
local function integer(value, n, name, count)
  local number = N.tonumber(value)
  if number == nil or type(value) ~= "number" and type(value) ~= "string" then
    expected(n, name, "number", count or (value == nil and 0 or n), value)
  end
  local whole = R.to_integer(number)
  if not whole then bad(n, name, "number has no integer representation") end
  return whole
end
R.integer_argument = integer

function R.check_thread(name, ...)
  local thread = ...
  local stack = type(thread) == "thread" and R.stack_of(thread)
  if not stack then expected(1, name, "thread", select("#", ...), thread) end
  return stack
end

-- ---------------------------------------------------------------- base

local keep = { "assert", "getmetatable", "next", "rawequal", "rawget", "rawset", "select",
  "setmetatable", "tonumber", "type", "rawlen" }
for _, name in N.ipairs(keep) do
  register(name, R.extra and R.extra[name] or N[name])
end
register("tostring", R.tostring or tostring)
register("pairs", R.pairs or N.pairs)
register("ipairs", R.ipairs or N.ipairs)
register("ipairs.next", R.ipairs_next or (N.ipairs({})))
if R.ipairs_next then R.names[(N.ipairs({}))] = "ipairs.next" end
G._G = G
R.builtins._G = G
R.names[G] = "_G"
G._VERSION = "Lua 5.4"

register("error", function(message, level)
  if level == nil then level = 1 else level = integer(level, 2, "error") end
  if type(message) == "string" and level > 0 then message = R.where_level(level) .. message end
  error(message, 0)
end)

-- LuaJIT does not collect what is dead before it gives up, nor does PUC Lua for a long string: without
-- room the next step would fail, too.
function R.relieve(err)
  if err == "not enough memory" then N.collectgarbage() end
end
local function relieved(ok, ...)
  if not ok then R.relieve((...)) end
  return ok, ...
end

local pcall = register("pcall", function(...)
  if select("#", ...) == 0 then bad(1, "pcall", "value expected") end
  if R.luajit then return relieved(xpcall((...), on_error, select(2, ...))) end
  return xpcall((...), on_error, select(2, ...))
end)
R.suspending(pcall, function(...)
  if select("#", ...) == 0 then bad(1, "pcall", "value expected") end
  return R.pcall_frames(...)
end)

local function check_handler(...)
  local _, handler = ...
  if type(handler) ~= "function" then expected(2, "xpcall", "function", select("#", ...), handler) end
end

local function xpcall_direct(f, handler, ...)
  return xpcall(f, function(err)
    err = on_error(err)
    if N.rawequal(err, OVER) then return err end -- no more of the program
    return handler(err)
  end, ...)
end
register("xpcall", function(...)
  check_handler(...)
  return xpcall_direct(...)
end)
R.suspending(R.builtins.xpcall, function(...)
  check_handler(...)
  return R.xpcall_frames(...)
end)

register("collectgarbage", function(option)
  option = option == nil and "collect" or text_argument(option, 1, "collectgarbage")
  if option == "collect" or option == "step" then
    N.collectgarbage("collect")
    return option == "step" and true or 0
  end
  if option == "count" then return N.collectgarbage("count") end
  if option == "isrunning" then return true end
  if option == "incremental" or option == "generational" then return "incremental" end
  if option == "stop" or option == "restart" or option == "setpause" or option == "setstepmul" then return 0 end
  bad(1, "collectgarbage", "invalid option '" .. option .. "'")
end)

local function read_all(f)
  local parts = {}
  while true do
    local part = f()
    if part == nil or part == "" then return N.table.concat(parts) end
    if type(part) == "number" then part = text_argument(part, 1, "load") end
    if type(part) ~= "string" then error("reader function must return a string", 0) end
    parts[#parts + 1] = part
  end
end

register("load", function(...)
  local chunk, name, mode, env = ...
  local text, given
  if mode ~= nil then mode = text_argument(mode, 3, "load") end
  if name ~= nil then name = text_argument(name, 2, "load") end
  if type(chunk) == "function" then
    local ok, read = xpcall(read_all, on_error, chunk)
    if not ok then return nil, read end
    text, given = read, name or "=(load)"
  else
    if type(chunk) ~= "string" and type(chunk) ~= "number" then
      expected(1, "load", "function", select("#", ...), chunk)
    end
    text = text_argument(chunk, 1, "load")
    given = name or text
  end
  if byte(text) == 27 then return nil, "attempt to load a binary chunk (mode is 't')" end
  if mode ~= nil and not find(mode, "t", 1, true) then
    return nil, "attempt to load a text chunk (mode is '" .. mode .. "')"
  end
  if select("#", ...) < 4 then env = G end
  local emitted, info = R.compile(text, given)
  if not emitted then return nil, info end
  return R.load_unit(#R.units + 1, emitted, info, env, given, text).main()
end)

register("debug.traceback", function(...)
  local message, level = ...
  local stack = R.stack_of(message)
  if stack then
    message, level = select(2, ...)
    if stack == R.stack() then stack = nil end
  end
  if message ~= nil and type(message) ~= "string" and type(message) ~= "number" then return message end
  level = level == nil and (stack and 0 or 1) or integer(level, stack and 3 or 2, "debug.traceback")
  local text = stack and R.traceback_of(stack) or R.traceback(1)
  for _ = stack and 1 or 2, level do -- lines that are not wanted
    local at = find(text, "\n", 1, true)
    text = at and sub(text, at + 1) or ""
  end
  if text ~= "" then text = "\n\t" .. N.string.gsub(text, "\n", "\n\t") end
  text = "stack traceback:" .. text
  return message ~= nil and message .. "\n" .. text or text
end)

-- ---------------------------------------------------------------- libraries of the engine

local lists = {
  string = "byte char find format gsub len lower match pack packsize rep reverse sub unpack upper",
  table = "concat insert move pack remove sort unpack",
  math = "abs acos asin atan ceil cos deg exp floor fmod log max min modf rad sin sqrt tan tointeger type ult",
  utf8 = "char codepoint codes len offset",
  os = "clock date difftime time",
}
local function install(library)
  for name in N.string.gmatch(lists[library], "%S+") do
    local native, full = N[library] and N[library][name], library .. "." .. name
    if native then R.names[native] = full end -- messages name what a builtin calls, too
    register(full, R.extra and R.extra[full] or native)
  end
  if library == "math" then
    G.math.pi, G.math.huge = N.math.pi, N.math.huge
    G.math.maxinteger = N.math.maxinteger or 9007199254740991
    G.math.mininteger = N.math.mininteger or -9007199254740991
  elseif library == "utf8" then
    G.utf8.charpattern = R.luajit and "[%z\1-\127\194-\253][\128-\191]*" or "[\0-\127\194-\253][\128-\191]*"
    register("utf8.codes.next", R.extra and R.extra["utf8.codes.next"] or (G.utf8.codes("")))
    register("utf8.codes.next_lax", R.extra and R.extra["utf8.codes.next_lax"] or (G.utf8.codes("", true)))
  end
end
-- Programs that cannot mean a library do not pay for it; methods of strings need no name.
for _, library in N.ipairs({ "string", "table", "math", "utf8", "os" }) do
  if library == "string" or R.wanted(library) then install(library) end
end
register("string.dump", function() fail("unable to dump given function") end)

-- Strings find the program's library, not the engine's.
local string_meta = getmetatable("")
string_meta.__index = G.string
register("string.meta", string_meta, true)
