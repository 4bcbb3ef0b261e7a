-- Builtins that suspend, as the trampoline does them: calls that catch errors, and coroutines.
local R = ...
local error, fail = R.natives.error, R.fail
local call, deliver, push, begin, give_back, run = R.call, R.deliver, R.push, R.begin, R.give_back, R.run
local stack_now, set_stack, stack_of = R.stack, R.set_stack, R.stack_of

function R.pcall_frames(f, ...)
  push({ "pcall", false })
  return call(f, ...)
end

function R.xpcall_frames(f, handler, ...)
  push({ "xpcall", false, handler })
  return call(f, ...)
end

local function refuse(stack)
  return stack.status == "dead" and "cannot resume dead coroutine" or "cannot resume non-suspended coroutine"
end

local function enter(KIND, stack, thread, ...)
  local marker = { KIND, false, thread }
  local tailed = R.tailed()
  if tailed then
    marker.place = R.place_of(tailed)
    R.forget_tailed()
  end
  push(marker)
  local outer = stack_now()
  outer.status = "normal"
  stack.from = outer
  stack.status = "running"
  set_stack(stack)
  return begin(stack, ...)
end

function R.resume_frames(thread, ...)
  local stack = stack_of(thread) or R.check_thread("coroutine.resume", thread)
  if stack.status ~= "suspended" then return deliver(false, refuse(stack)) end
  return enter("resume", stack, thread, ...)
end

function R.wrap_frames(thread, ...)
  local stack = stack_of(thread)
  if stack.status ~= "suspended" then fail(refuse(stack)) end
  return enter("wrap", stack, thread, ...)
end

function R.yield_frames(...)
  local S = stack_now()
  if S.from then
    S.status = "suspended"
    return give_back(...)
  end
  if S.native then
    S.status = "suspended"
    return "yield", ...
  end
  if S.nested then R.cannot_suspend() end
  fail("attempt to yield from outside a coroutine")
end

local function native_end(stack, outer, tag, ...)
  set_stack(outer)
  outer.status = "running"
  stack.native = nil
  stack.outer = nil
  if tag == "over" then error((...), 0) end
  return tag ~= "failed", ...
end

-- coroutine.resume as direct functions call it.
function R.resume_native(thread, ...)
  local stack = stack_of(thread) or R.check_thread("coroutine.resume", thread)
  if stack.status ~= "suspended" then return false, refuse(stack) end
  local outer = stack_now()
  outer.status = "normal"
  stack.native = true
  stack.outer = outer
  stack.status = "running"
  set_stack(stack)
  return native_end(stack, outer, run(begin, stack, ...))
end

function R.is_yieldable()
  local S = stack_now()
  return (S.from or S.native) and true or false
end

R.in_trampoline(enter, R.pcall_frames, R.xpcall_frames, R.resume_frames, R.wrap_frames, R.yield_frames)
