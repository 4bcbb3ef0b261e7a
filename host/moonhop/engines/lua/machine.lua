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
local setmetatable, getmetatable = N.setmetatable, N.debug.getmetatable
local kind = R.kind
local token = R.token
local translate = R.translate
local close, close_failed, fail = R.close, R.close_failed, R.fail

local LIMIT = 190000 -- frames on one stack
local BASE = { "base", false }
local IDLE = { BASE, n = 1, status = "running" }
local S = IDLE
local tailed = nil -- the frame that a builtin was tail called from

function R.stack() return S end
function R.tailed() return tailed end

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

-- ---------------------------------------------------------------- errors

local function catcher()
  local stack = S
  while stack do
    for i = stack.n, 2, -1 do
      local what = stack[i]
      if not what[2] and (what[1] == "pcall" or what[1] == "xpcall") then return true end
    end
    if stack.nested or stack.native then return true end
    stack = stack.from
    local top = stack and stack[stack.n]
    if top and top[1] == "resume" then return true end
  end
  return false
end

local function on_error(err)
  err = translate(err)
  if not catcher() then R.trace = R.traceback(1) end
  return err
end

-- ---------------------------------------------------------------- the trampoline

local call, passed

local function deliver(...)
  local F = S[S.n]
  local pc = F[2]
  if pc then return R.after(F[1](token, F, pc, ...)) end
  return passed[F[1]](F, ...)
end

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
    return call(mh_callee, ...) -- __call, or an error that wants the frame
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

-- Calls of what is no function: __call, or the error that names what was called.
local function call_other(f, ...)
  local meta = getmetatable(f)
  local handler = meta and N.rawget(meta, "__call")
  if handler ~= nil then return call(handler, f, ...) end
  local F = S[S.n]
  local named = F[2] and kind[F[1]].calls[F[2]]
  fail("attempt to call a " .. type(f) .. " value" .. (named and named[2] ~= "" and " (" .. named[2] .. ")" or ""))
end

function call(mh_callee, ...)
  local k = kind[mh_callee]
  if k == nil then
    if type(mh_callee) ~= "function" then return call_other(mh_callee, ...) end
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

local recover

local function settle(ok, ...)
  if ok then return ... end
  return recover(...)
end

local function run(f, ...) return settle(xpcall(f, on_error, ...)) end
R.run = run

-- Take everything above place `keep` off the stack; things to close are closed.
local function unwind(keep, err)
  for i = S.n, keep + 1, -1 do
    local F = S[i]
    S.n = i
    if F[2] and F[3] then err = close_failed(F, err) end
    S[i] = nil
  end
  S.n = keep
  return err
end

local function handled(handler, err)
  local ok, value = xpcall(handler, R.on_error, err)
  return value
end

function recover(err)
  tailed = nil
  while true do
    local place = S.n
    while place > 1 and (S[place][2] or S[place][1] ~= "pcall" and S[place][1] ~= "xpcall") do
      place = place - 1
    end
    if place > 1 then
      if S[place][1] == "xpcall" then err = handled(S[place][3], err) end
      err = unwind(place - 1, err)
      return run(deliver, false, err)
    end
    err = unwind(1, err)
    S.status = "dead"
    S.failed = err
    local from = S.from
    if not from then return "failed", err end
    S.from = nil
    S = from
    from.status = "running"
    local marker = from[from.n]
    pop()
    if marker[1] == "resume" then return run(deliver, false, err) end
    if type(err) == "string" then
      local F = S[S.n]
      if F[2] then err = kind[F[1]].unit.name .. ":" .. R.frame_line(F) .. ": " .. err end
    end
  end
end

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

local function cannot_suspend()
  local name, place = "?", ""
  R.walk(2, function(unit, line, proto)
    if not unit then return false end
    name = proto.number == 0 and "main chunk" or proto.name ~= "" and proto.name or "?"
    place = " (" .. unit.name .. ":" .. line .. ")"
    return true
  end)
  error("attempt to suspend in '" .. name .. "'" .. place .. ", called through a function that cannot", 0)
end
R.cannot_suspend = cannot_suspend

-- ---------------------------------------------------------------- builtins that suspend

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

function R.pcall_frames(f, ...)
  push({ "pcall", false })
  return call(f, ...)
end

function R.xpcall_frames(f, handler, ...)
  push({ "xpcall", false, handler })
  return call(f, ...)
end

local function begin(stack, ...)
  local f = stack.fn
  if f ~= nil then
    stack.fn = nil
    return call(f, ...)
  end
  return deliver(...)
end

local function refuse(stack)
  return stack.status == "dead" and "cannot resume dead coroutine" or "cannot resume non-suspended coroutine"
end

local function enter(KIND, stack, thread, ...)
  push({ KIND, false, thread })
  S.status = "normal"
  stack.from = S
  stack.status = "running"
  S = stack
  return begin(stack, ...)
end

function R.resume_frames(thread, ...)
  local stack = R.check_thread(thread, "resume")
  if stack.status ~= "suspended" then return deliver(false, refuse(stack)) end
  return enter("resume", stack, thread, ...)
end

function R.wrap_frames(thread, ...)
  local stack = stacks[thread]
  if stack.status ~= "suspended" then fail(refuse(stack)) end
  return enter("wrap", stack, thread, ...)
end

function R.yield_frames(...)
  if S.from then
    S.status = "suspended"
    return give_back(...)
  end
  if S.native then
    S.status = "suspended"
    return "yield", ...
  end
  if S.nested then cannot_suspend() end
  fail("attempt to yield from outside a coroutine")
end

local function native_end(stack, outer, tag, ...)
  S = outer
  outer.status = "running"
  stack.native = nil
  stack.outer = nil
  return tag ~= "failed", ...
end

-- coroutine.resume as direct functions call it.
function R.resume_native(thread, ...)
  local stack = R.check_thread(thread, "resume")
  if stack.status ~= "suspended" then return false, refuse(stack) end
  local outer = S
  outer.status = "normal"
  stack.native = true
  stack.outer = outer
  stack.status = "running"
  S = stack
  return native_end(stack, outer, run(begin, stack, ...))
end

function R.is_yieldable() return (S.from or S.native) and true or false end

-- coroutine.close: true, or false and the error of a thing that failed to close.
function R.close_stack(stack)
  local outer = S
  S = stack
  local err = stack.failed
  stack.failed = nil
  if err == nil then err = unwind(1, nil) end
  stack.status = "dead"
  stack.fn = nil
  S = outer
  if err ~= nil then return false, err end
  return true
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
  if (first.nested or first.native) and name ~= "exit" then cannot_suspend() end
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
  if tag == "failed" then
    return tag, R.message((...)), "stack traceback:\n\t" .. N.string.gsub(R.trace or "", "\n", "\n\t")
  end
  return tag, ...
end

local function raise(positioned, err)
  if positioned then fail(err) end
  error(err, 0)
end

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

function R.cancel_task(tid)
  local task = tasks[tid]
  if not task then return end
  tasks[tid] = nil
  local outer = S -- another task may be the one that cancels
  local stack = innermost(task)
  while stack do
    local from = stack.from
    stack.from = nil
    S = stack
    unwind(1, nil)
    stack.status = "dead"
    stack = from
  end
  S = outer
end

-- Where the walk over what is active (messages.lua) finds frames instead of native levels.
R.trampoline = {}
for _, f in N.ipairs({ call, deliver, after, leave, tail, call_other, pass_on, caught, give_back,
  passed.base, begin, enter, raise, recover, settle, op_done, R.pcall_frames, R.xpcall_frames,
  R.resume_frames, R.wrap_frames, R.yield_frames, R.op_frames }) do
  R.trampoline[f] = true
end
