-- The library that programs see: the engine's own functions where they will do, and what has to be
-- ours because it meets frames (pcall, coroutines, error), hops (gmatch, random) or reaches out.
local R = ...
local N, G, kind = R.natives, R.G, R.kind
local type, select, error, tostring, next = N.type, N.select, N.error, N.tostring, N.next
local xpcall, getmetatable, setmetatable, rawget = N.xpcall, N.debug.getmetatable, N.setmetatable, N.rawget
local find, sub, byte, format, rep = N.string.find, N.string.sub, N.string.byte, N.string.format, N.string.rep
local fail, on_error = R.fail, R.on_error

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

local function bad(n, name, why) fail(format("bad argument #%d to '%s' (%s)", n, name, why)) end
R.bad_argument = bad

local function expected(n, name, what, count, value)
  bad(n, name, what .. " expected, got " .. (n > count and "no value" or type_name(value)))
end

local function text_argument(value, n, name)
  if type(value) == "number" then return tostring(value) end
  if type(value) ~= "string" then expected(n, name, "string", value == nil and 0 or n, value) end
  return value
end

local function integer(value, n, name)
  local number = N.tonumber(value)
  if number == nil or type(value) ~= "number" and type(value) ~= "string" then
    expected(n, name, "number", value == nil and 0 or n, value)
  end
  local whole = R.to_integer(number)
  if not whole then bad(n, name, "number has no integer representation") end
  return whole
end
R.integer_argument = integer

function R.check_thread(thread, name)
  local stack = type(thread) == "thread" and R.stack_of(thread)
  if not stack then expected(1, name, "thread", 1, thread) end
  return stack
end

-- ---------------------------------------------------------------- base

local keep = { "assert", "getmetatable", "next", "rawequal", "rawget", "rawset", "select",
  "setmetatable", "tonumber", "type", "rawlen" }
for _, name in N.ipairs(keep) do
  if N[name] then register(name, N[name]) end
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

local pcall = register("pcall", function(...)
  if select("#", ...) == 0 then bad(1, "pcall", "value expected") end
  return xpcall((...), on_error, select(2, ...))
end)
R.suspending(pcall, function(...)
  if select("#", ...) == 0 then bad(1, "pcall", "value expected") end
  return R.pcall_frames(...)
end)

local function xpcall_direct(f, handler, ...)
  return xpcall(f, function(err) return handler(on_error(err)) end, ...)
end
register("xpcall", function(...)
  if select("#", ...) < 2 then bad(2, "xpcall", "value expected") end
  return xpcall_direct(...)
end)
R.suspending(R.builtins.xpcall, function(...)
  if select("#", ...) < 2 then bad(2, "xpcall", "value expected") end
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
    if type(part) ~= "string" then fail("reader function must return a string") end
    parts[#parts + 1] = part
  end
end

register("load", function(...)
  local chunk, name, mode, env = ...
  local text, given
  if type(chunk) == "function" then
    local ok, read = xpcall(read_all, on_error, chunk)
    if not ok then return nil, read end
    text, given = read, name == nil and "=(load)" or text_argument(name, 2, "load")
  else
    if type(chunk) ~= "string" and type(chunk) ~= "number" then
      expected(1, "load", "function", select("#", ...), chunk)
    end
    text = text_argument(chunk, 1, "load")
    given = name == nil and text or text_argument(name, 2, "load")
  end
  if byte(text) == 27 then return nil, "attempt to load a binary chunk (mode is 't')" end
  if mode ~= nil and not find(text_argument(mode, 3, "load"), "t", 1, true) then
    return nil, "attempt to load a text chunk (mode is '" .. mode .. "')"
  end
  if select("#", ...) < 4 then
    env = G
  elseif type(env) ~= "table" then
    expected(4, "load", "table", 4, env)
  end
  local emitted, info = R.compile(text, given)
  if not emitted then return nil, info end
  return R.load_unit(#R.units + 1, emitted, info, env, given, text).main()
end)

register("debug.traceback", function(...)
  local message, level = ...
  if R.stack_of(message) then message, level = level, nil end
  if message ~= nil and type(message) ~= "string" and type(message) ~= "number" then return message end
  local text = R.traceback(1)
  text = "stack traceback:\n\t" .. N.string.gsub(text, "\n", "\n\t")
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
for _, library in N.ipairs({ "string", "table", "math", "utf8", "os" }) do
  for name in N.string.gmatch(lists[library], "%S+") do
    local f = R.extra and R.extra[library .. "." .. name] or N[library][name]
    if f then register(library .. "." .. name, f) end
  end
end
register("string.dump", function() fail("unable to dump given function") end)
G.math.pi, G.math.huge = N.math.pi, N.math.huge
G.math.maxinteger = N.math.maxinteger or 9007199254740991
G.math.mininteger = N.math.mininteger or -9007199254740991
G.utf8.charpattern = R.luajit and "[%z\1-\127\194-\253][\128-\191]*" or "[\0-\127\194-\253][\128-\191]*"
register("utf8.codes.next", R.extra and R.extra["utf8.codes.next"] or (G.utf8.codes("")))
register("utf8.codes.next_lax", R.extra and R.extra["utf8.codes.next_lax"] or (G.utf8.codes("", true)))

-- Strings find the program's library, not the engine's.
local string_meta = getmetatable("")
string_meta.__index = G.string
register("string.meta", string_meta, true)

-- ---------------------------------------------------------------- builtins with a state

-- A function that calls builtin `name` with `state` before its own arguments, and can hop.
function R.bind(name, state)
  local impl = R.builtins[name]
  local f = function(...) return impl(state, ...) end
  R.bound[f] = { name, state }
  local handler = kind[impl]
  if handler then
    kind[f] = { run = function(...) return handler.run(state, ...) end, op = handler.op }
  end
  return f
end

function R.rebind(f, name, state)
  -- f was made blank by R.blank_bound: its upvalues are set here
  local entry = R.bound[f]
  entry[1], entry[2] = name, state
  local handler = kind[R.builtins[name]]
  if handler then
    kind[f] = { run = function(...) return handler.run(state, ...) end, op = handler.op }
  end
end

function R.blank_bound()
  local entry = {}
  local f = function(...) return R.builtins[entry[1]](entry[2], ...) end
  R.bound[f] = entry
  return f
end

-- ---------------------------------------------------------------- gmatch that hops

-- state: text, pattern, where to go on (from 0), end of the last match (an empty one there does not count)
local function matched(state, first, last, ...)
  if first == nil then
    state[3] = #state[1] + 1
    return
  end
  state[3], state[4] = last, last
  if select("#", ...) == 0 then return sub(state[1], first, last) end
  return ...
end

local function plain_start(pattern) return byte(pattern) == 94 and "%" .. pattern or pattern end

register("string.gmatch.next", function(state)
  local text, start = state[1], state[3]
  if start > #text then return end
  local pattern = plain_start(state[2])
  local _, last = find(text, pattern, start + 1)
  if last == state[4] then start = start + 1 end
  if start > #text then return matched(state, nil) end
  return matched(state, find(text, pattern, start + 1))
end)

local gmatch = register("string.gmatch", function(s, pattern, init)
  s, pattern = text_argument(s, 1, "gmatch"), text_argument(pattern, 2, "gmatch")
  local start = init == nil and 1 or integer(init, 3, "gmatch")
  if start < 0 then start = N.math.max(#s + start + 1, 1) elseif start == 0 then start = 1 end
  return R.bind("string.gmatch.next", { s, pattern, N.math.min(start - 1, #s + 1), -1 })
end)

-- Right behind `in`, where nobody else gets hold of the iterator: the engine's own.
function R.gmatch(f, s, ...)
  if not f then
    if type(s) ~= "string" then return s:gmatch(...) end
    f = string_meta.__index.gmatch
  end
  if f == gmatch and type(s) == "string" and type((...)) == "string" and select("#", ...) == 1 then
    return N.string.gmatch(s, (...))
  end
  return f(s, ...)
end

-- ---------------------------------------------------------------- generic for in frame form

register("next.carried", function(state)
  local table, keys, at = state.table, state.keys, state.at
  while true do
    at = at + 1
    local key = keys[at]
    if key == nil then return nil end
    keys[at] = nil
    state.at = at
    local value = rawget(table, key)
    if value ~= nil then return key, value end
  end
end)

function R.forstart(f, s, control, closing)
  if f == next and type(s) == "table" and control == nil then
    local keys, n = {}, 0
    for key in next, s do
      n = n + 1
      keys[n] = key
    end
    return R.bind("next.carried", { table = s, keys = keys, at = 0 }), nil, nil, closing
  end
  return f, s, control, closing
end

-- ---------------------------------------------------------------- coroutines

local function create(f, name)
  if type(f) ~= "function" then expected(1, name, "function", 1, f) end
  return R.thread_of(R.new_stack(f))
end

register("coroutine.create", function(f) return create(f, "create") end)
R.suspending(register("coroutine.resume", R.resume_native), R.resume_frames)
R.suspending(register("coroutine.yield", function() return R.yield_direct() end), R.yield_frames)

function R.yield_direct()
  if R.is_yieldable() or R.stack().nested then R.cannot_suspend() end
  fail("attempt to yield from outside a coroutine")
end

local function wrapped(ok, ...)
  if ok then return ... end
  local err = ...
  if type(err) == "string" then err = R.where(false) .. err end
  error(err, 0)
end

R.suspending(register("coroutine.wrap.next", function(state, ...)
  return wrapped(R.resume_native(state[1], ...))
end), function(state, ...) return R.wrap_frames(state[1], ...) end)

register("coroutine.wrap", function(f)
  return R.bind("coroutine.wrap.next", { create(f, "wrap") })
end)

register("coroutine.status", function(thread) return R.check_thread(thread, "status").status end)

register("coroutine.running", function()
  local stack = R.stack()
  while stack.nested do stack = stack.outer end
  return R.thread_of(stack), not (stack.from or stack.native)
end)

register("coroutine.isyieldable", function(thread)
  if R.stack_of(thread) then
    local stack = R.stack_of(thread)
    return (stack.from or stack.native or stack.status == "suspended") and true or false
  end
  return R.is_yieldable()
end)

register("coroutine.close", function(thread)
  local stack = R.check_thread(thread, "close")
  if stack.status ~= "suspended" and stack.status ~= "dead" then
    fail("cannot close a " .. stack.status .. " coroutine")
  end
  return R.close_stack(stack)
end)

-- ---------------------------------------------------------------- helpers of emitted code

-- `index, limit, by, count = forprep(start, limit, step)`: manual 3.3.5
local function for_number(value, what)
  if type(value) ~= "number" then
    fail("bad 'for' " .. what .. " (number expected, got " .. type_name(value) .. ")")
  end
  return value
end

function R.forprep(start, limit, step)
  for_number(start, "initial value")
  for_number(limit, "limit")
  for_number(step, "step")
  if step == 0 then fail("'for' step is zero") end
  if R.is_integer(start) and R.is_integer(step) then
    return R.for_integers(start, limit, step)
  end
  return start + 0.0, limit + 0.0, step + 0.0, nil
end

function R.rest(skip, ...)
  return { n = select("#", ...) - skip, select(skip + 1, ...) }
end

function R.keep_values(...) return ... end

-- ---------------------------------------------------------------- the process's operations

local function op_result(status, ...)
  if status == 0 then return ... end
  if status == 1 then R.cannot_suspend() end
  fail((...))
end

function R.install_op(name, suspends, hidden)
  local host = R.host
  local f
  if name == "print" or name == "log" then
    f = function(...)
      local n = select("#", ...)
      local show = R.builtins.tostring
      if n == 1 then return op_result(host(name, (show((...))))) end
      local texts = { ... }
      for i = 1, n do texts[i] = show(texts[i]) end
      return op_result(host(name, N.unpack(texts, 1, n)))
    end
  elseif not suspends then
    f = function(...) return op_result(host(name, ...)) end
  else
    f = function(...)
      if name == "exit" then host(name, ...) end
      R.cannot_suspend()
    end
    R.suspending(f, function(...) return R.op_frames(name, ...) end, true)
  end
  return register(name, f, hidden)
end

-- A kind of object: its operations stand in a table that is not reachable from _G.
function R.install_kind(name)
  local table = R.builtins[name]
  G[name] = nil
  if table.__index == nil then table.__index = table end
end

-- Called once everything is there: what differs from now on goes into images.
function R.seal()
  for name, value in next, R.builtins do
    if type(value) == "table" then
      local pairs_now = {}
      for k, v in next, value do pairs_now[k] = v end
      R.pristine[name] = { pairs_now, getmetatable(value) }
    end
  end
end
