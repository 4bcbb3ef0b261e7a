-- The library coroutine. Coroutines are stacks of the machine; a program sees native threads for them.
local R = ...
local N = R.natives
local type, error = N.type, N.error
local register, expected, fail = R.register, R.expected, R.fail

local function create(name, ...)
  local f = ...
  if type(f) ~= "function" then expected(1, name, "function", N.select("#", ...), f) end
  return R.thread_of(R.new_stack(f))
end

register("coroutine.create", function(...) return (create("coroutine.create", ...)) end)
R.suspending(register("coroutine.resume", R.resume_native), R.resume_frames)
R.suspending(register("coroutine.yield", function() return R.yield_direct() end), R.yield_frames)

function R.yield_direct()
  if R.is_yieldable() or R.stack().nested then R.cannot_suspend() end
  fail("attempt to yield from outside a coroutine")
end

local function wrapped(stack, alive, ok, ...)
  if ok then return ... end
  local err = ...
  if alive then
    local closed, why = R.close_stack(stack)
    if not closed then err = why end
  end
  if type(err) == "string" then err = R.where(false) .. err end
  error(err, 0)
end

R.suspending(register("coroutine.wrap.next", function(state, ...)
  local stack = R.stack_of(state[1])
  return wrapped(stack, stack.status == "suspended", R.resume_native(state[1], ...))
end), function(state, ...) return R.wrap_frames(state[1], ...) end, true)

register("coroutine.wrap", function(...)
  return R.bind("coroutine.wrap.next", { create("coroutine.wrap", ...) })
end)

register("coroutine.status", function(...) return R.check_thread("coroutine.status", ...).status end)

register("coroutine.running", function()
  local stack = R.stack()
  while stack.nested do stack = stack.outer end
  return R.thread_of(stack), not (stack.from or stack.native)
end)

register("coroutine.isyieldable", function(...)
  if ... ~= nil then
    local stack = R.check_thread("coroutine.isyieldable", ...)
    return (stack.from or stack.native or stack.status == "suspended") and true or false
  end
  return R.is_yieldable()
end)

register("coroutine.close", function(...)
  local stack = R.check_thread("coroutine.close", ...)
  if stack.status ~= "suspended" and stack.status ~= "dead" then
    fail("cannot close a " .. stack.status .. " coroutine")
  end
  return R.close_stack(stack)
end)
