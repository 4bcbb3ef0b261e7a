-- Builtins with a state, which can hop: the iterators of gmatch and of `pairs` in frame form, the
-- functions that coroutine.wrap gives.
local R = ...
local N, kind = R.natives, R.kind
local type, select, next, rawget = N.type, N.select, N.next, N.rawget
local sub, byte = N.string.sub, N.string.byte
local register, text_argument, integer = R.register, R.text_argument, R.integer_argument
local find_pattern = R.luajit and R.find_pattern or N.string.find
local string_meta = N.debug.getmetatable("")

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

-- What LuaJIT has in place of a __call that is no function (tablesjit.lua).
if R.luajit then
  R.suspending(register("call.chained", function(state, ...) return state[1](...) end, true),
    function(state, ...) return R.call(state[1], ...) end)
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
  local _, last = find_pattern(text, pattern, start + 1)
  if last == state[4] then start = start + 1 end
  if start > #text then return matched(state, nil) end
  return matched(state, find_pattern(text, pattern, start + 1))
end)

local gmatch = register("string.gmatch", function(s, pattern, init)
  s, pattern = text_argument(s, 1, "gmatch"), text_argument(pattern, 2, "gmatch")
  local start = init == nil and 1 or integer(init, 3, "gmatch")
  if start < 0 then start = N.math.max(#s + start + 1, 1) elseif start == 0 then start = 1 end
  return R.bind("string.gmatch.next", { s, pattern, N.math.min(start - 1, #s + 1), -1 })
end)

-- Right behind `in`, where nobody else gets hold of the iterator: the engine's own.
function R.gmatch(called, s, ...)
  local f = called
  if not f then
    if type(s) ~= "string" then return s:gmatch(...) end
    f = string_meta.__index.gmatch
  end
  if f == gmatch and type(s) == "string" and type((...)) == "string" and select("#", ...) == 1 then
    if not R.luajit then return N.string.gmatch(s, (...)) end
    local pattern = R.plain_pattern((...))
    if pattern then return N.string.gmatch(s, pattern) end
  end
  local iterate, state, control, closing = f(s, ...)
  return iterate, state, control, closing
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
