-- Runs frame-form functions: a stack of frames and markers per coroutine, and the trampoline that
-- moves it. A step returns 0 and its results, 1 and a call, or 2 and a tail call; values go from
-- one tail call to the next, so nothing is allocated for a call but the frame.
--
-- A stack is {BASE, frame or marker …, n =, status =, fn =, from =, nested =, native =, outer =}:
--   frame    {closure, pc, closers or false, live values …}
--   marker   {KIND, false, values …}: what a builtin does across a suspension
--   fn       what it starts with, until it has started
--   from     the stack that resumed it
--   nested   run from a direct function, by an ordinary call; nothing in it may suspend
--   native   a coroutine that a direct function resumed: it may yield, not wait
--   outer    for those two: the stack that was running
local R = ...
local N = R.natives
local type, error, xpcall, unpack, select = N.type, N.error, N.xpcall, N.unpack, N.select
local setmetatable, tostring = N.setmetatable, N.tostring
local kind = R.kind
local token = R.token
local close, fail = R.close, R.fail

-- What is raised when a turn is over (interrupt.lua). No program meets it.
local OVER = {}
R.OVER = OVER

local LIMIT = 190000 -- frames on one stack
local BASE = { "base", false }
local IDLE = { BASE, n = 1, status = "running" }
local S = IDLE
local tailed = nil -- the frame that a builtin was tail called from

function R.stack() return S end
function R.set_stack(stack) S = stack end
function R.tailed() return tailed end
function R.forget_tailed() tailed = nil end

function R.new_stack(fn)
  return { BASE, n = 1, status = "suspended", fn = fn }
end

-- ---------------------------------------------------------------- coroutines as values

-- A program sees a native thread, which is never resumed: `type` says "thread". Weak both ways,
-- and the thread itself holds the stack: both go together.
local stacks = setmetatable({}, { __mode = "kv" })
local create = N.coroutine.create

function R.thread_of(stack)
  local thread = stack.thread
  if not thread then
    thread = create(function() return stack end)
    stacks[thread] = stack
    stack.thread = thread
  end
  return thread
end

function R.stack_of(thread) return stacks[thread] end

-- ---------------------------------------------------------------- the trampoline

local call, passed

local function deliver(...)
  local F = S[S.n]
  local pc = F[2]
  if pc then return R.after(F[1](token, F, pc, ...)) end
  return passed[F[1]](F, ...)
end

-- Take the frame or marker on top away.
local function pop()
  local n = S.n
  S[n] = nil
  S.n = n - 1
end

local function leave(...)
  local n = S.n
  local F = S[n]
  if F[3] and F[3].n > 0 then
    local values = { n = select("#", ...), ... }
    close(F, F[3].n, nil)
    pop()
    return deliver(unpack(values, 1, values.n))
  end
  S[n] = nil
  S.n = n - 1
  return deliver(...)
end

local function tail(mh_callee, ...)
  local k = kind[mh_callee]
  if k == nil then
    if type(mh_callee) == "function" then return leave(mh_callee(...)) end
    local meta = N.debug.getmetatable(mh_callee)
    local handler = meta and N.rawget(meta, "__call")
    if handler ~= nil then return tail(handler, mh_callee, ...) end
    return call(mh_callee, ...) -- an error that wants the frame
  end
  local F = S[S.n]
  pop()
  if k.new then return call(mh_callee, ...) end
  if k.op then tailed = F end
  return k.run(...)
end

local function after(tag, ...)
  if tag == 1 then return call(...) end
  if tag == 0 then
    local n = S.n
    local F = S[n]
    if F[3] then return leave(...) end
    S[n] = nil
    S.n = n - 1
    F = S[n - 1]
    local pc = F[2]
    if pc then return R.after(F[1](token, F, pc, ...)) end
    return passed[F[1]](F, ...)
  end
  return tail(...)
end
R.after = after

function call(mh_callee, ...)
  local k = kind[mh_callee]
  if k == nil then
    if type(mh_callee) ~= "function" then return R.call_other(mh_callee, ...) end
    local F = S[S.n]
    local pc = F[2]
    if pc then return after(F[1](token, F, pc, mh_callee(...))) end
    return passed[F[1]](F, mh_callee(...))
  end
  local new = k.new
  if not new then return k.run(...) end
  local n = S.n + 1
  if n > LIMIT then fail("stack overflow") end
  local F = new(mh_callee)
  S[n] = F
  S.n = n
  return after(mh_callee(token, F, 0, ...))
end

-- ---------------------------------------------------------------- what results pass through

local function pass_on(_, ...)
  pop()
  return deliver(...)
end

local function caught(_, ...)
  pop()
  return deliver(true, ...)
end

-- Give values to the stack that resumed this one.
local function give_back(...)
  local from = S.from
  S.from = nil
  S = from
  from.status = "running"
  return passed[from[from.n][1]](from[from.n], ...)
end

passed = {
  pcall = caught,
  xpcall = caught,
  resume = caught,
  wrap = pass_on,
  base = function(_, ...)
    S.status = "dead"
    if S.from then return give_back(...) end
    return "done", ...
  end,
}

-- ---------------------------------------------------------------- running, and errors caught

local function on_error(err) return R.caught_error(err) end

local function settle(ok, ...)
  if ok then return ... end
  return R.recover(...)
end

local function run(f, ...) return settle(xpcall(f, on_error, ...)) end
R.run = run

local function nested_end(outer, tag, ...)
  S = outer
  if tag == "done" then return ... end
  error((...), 0)
end

-- A frame-form function that a direct one calls.
function R.nested(...)
  local f = N.debug.getinfo(2, "f").func
  local outer = S
  S = { BASE, n = 1, status = "running", nested = true, outer = outer, thread = outer.thread }
  return nested_end(outer, run(call, f, ...))
end

-- The root of the stacks that have resumed each other up to the running one.
local function root()
  local stack = S
  while stack.from do stack = stack.from end
  return stack
end

-- ---------------------------------------------------------------- builtins that suspend (frames.lua)

-- Register `f`, which direct functions call, as one that the trampoline does by `handler`.
local function suspending(f, handler, op)
  kind[f] = { run = handler, op = op }
  return f
end
R.suspending = suspending

local function push(marker)
  local n = S.n + 1
  if n > LIMIT then fail("stack overflow") end
  S[n] = marker
  S.n = n
end

local function begin(stack, ...)
  local f = stack.fn
  if f ~= nil then
    stack.fn = nil
    return call(f, ...)
  end
  return deliver(...)
end

local function op_done(status, ...)
  if status == 0 then
    tailed = nil
    return deliver(...)
  end
  if status == 1 then
    tailed = nil
    return "wait"
  end
  fail((...))
end

-- An operation of the process that may suspend.
function R.op_frames(name, ...)
  local first = root()
  if (first.nested or first.native) and name ~= "exit" then R.cannot_suspend() end
  return op_done(R.host(name, ...))
end

-- ---------------------------------------------------------------- tasks

R.tasks = {}
local tasks = R.tasks

local function marks_resumed(marker) return marker[1] == "resume" or marker[1] == "wrap" end

-- The stack of a task that waits: that of the coroutine it resumed last.
local function innermost(stack)
  local top = stack[stack.n]
  while not top[2] and marks_resumed(top) do
    local inner = stacks[top[3]]
    inner.from = stack
    stack = inner
    top = stack[stack.n]
  end
  return stack
end

function R.spawn(tid, fn, ...)
  local stack = R.new_stack(fn)
  stack.args = { n = select("#", ...), ... }
  tasks[tid] = stack
end

local function at_rest(tid, tag, ...)
  S = IDLE
  tailed = nil
  if tag ~= "wait" then tasks[tid] = nil end
  if tag == "over" then return tag, OVER.message, OVER.trace end
  if tag == "failed" then
    return tag, R.message((...)), "stack traceback:\n\t" .. N.string.gsub(R.trace or "", "\n", "\n\t")
  end
  return tag, ...
end

local function raise(positioned, err)
  if positioned then fail(err) end
  error(err, 0)
end

-- After a turn that was interrupted: the other tasks can go on.
function R.forget_over() OVER.message, OVER.trace = nil, nil end

-- Run a task until it waits, ends or fails. mode: "values", "error" (a value as it is) or "failed"
-- (a message to which the call's position belongs).
function R.resume_task(tid, mode, ...)
  local task = tasks[tid]
  R.trace = nil
  local args = task.args
  if args then
    task.args = nil
    task.status = "running"
    S = task
    return at_rest(tid, run(begin, task, unpack(args, 1, args.n)))
  end
  S = innermost(task)
  if mode == "values" then return at_rest(tid, run(deliver, ...)) end
  return at_rest(tid, run(raise, mode == "failed", ...))
end

-- Leave a hook where the engine's own C hook will find it, and that one armed for nothing; the host
-- reads back which it is and takes it out. Returns the running state's address, as text.
function R.lay_hook()
  local function hook() return R.interrupted() end
  N.debug.sethook(hook, "", 1000000000)
  -- LuaJIT hides its main thread; there any thread will do, hooks are common to all.
  R.hooked = N.coroutine.running() or create(hook)
  return tostring(R.hooked)
end

R.passed = passed
R.call, R.deliver, R.pop, R.push, R.begin, R.give_back = call, deliver, pop, push, begin, give_back
R.innermost = innermost

-- Where the walk over what is active (messages.lua) finds frames instead of native levels.
R.trampoline = {}
function R.in_trampoline(...)
  for i = 1, select("#", ...) do R.trampoline[(select(i, ...))] = true end
end
R.in_trampoline(call, deliver, after, leave, tail, pass_on, caught, give_back, passed.base, begin, raise, settle, op_done,
  R.op_frames)
