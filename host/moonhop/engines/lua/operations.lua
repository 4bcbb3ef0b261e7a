-- What programs get of the process: operations of its API and kinds of objects; and the helpers that
-- emitted code is given.
local R = ...
local N, G = R.natives, R.G
local type, select, next, getmetatable = N.type, N.select, N.next, N.debug.getmetatable
local register, type_name, fail = R.register, R.type_name, R.fail

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

function R.install_ops(name, suspends, hidden, ...)
  R.install_op(name, suspends, hidden)
  if ... then return R.install_ops(...) end
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
