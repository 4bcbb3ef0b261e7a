-- What the machine does when something fails: errors caught and put in the program's terms, stacks
-- unwound, things closed.
local R = ...
local N, kind = R.natives, R.kind
local type, error, xpcall, getmetatable = N.type, N.error, N.xpcall, N.debug.getmetatable
local rawequal = N.rawequal
local close_failed, fail = R.close_failed, R.fail
local call, run, deliver, pop = R.call, R.run, R.deliver, R.pop
local stack_now, set_stack = R.stack, R.set_stack

local OVER = R.OVER

local function catcher()
  local stack = stack_now()
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

function R.caught_error(err)
  if rawequal(err, OVER) then return err end
  err = R.translate(err)
  if not catcher() then R.trace = R.traceback(1) end
  return err
end

-- Calls of what is no function: __call, or the error that names what was called.
function R.call_other(f, ...)
  local meta = getmetatable(f)
  local handler = meta and N.rawget(meta, "__call")
  if handler ~= nil then return call(handler, f, ...) end
  local S = stack_now()
  local F = S[S.n]
  local named = F[2] and kind[F[1]].calls[F[2]]
  fail("attempt to call a " .. type(f) .. " value" .. (named and named[2] ~= "" and " (" .. named[2] .. ")" or ""))
end

-- Take everything above place `keep` off the stack; things to close are closed.
local function unwind(keep, err)
  local S = stack_now()
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

function R.recover(err)
  R.relieve(err)
  R.forget_tailed()
  if rawequal(err, OVER) then
    local stack = stack_now()
    while stack do -- what waits for them, in a task that goes on, finds them dead
      stack.status = "dead"
      stack = stack.from or stack.outer
    end
    return "over", err
  end
  while true do
    local S = stack_now()
    local place = S.n
    while place > 1 and (S[place][2] or S[place][1] ~= "pcall" and S[place][1] ~= "xpcall") do
      place = place - 1
    end
    if place > 1 then
      if S[place][1] == "xpcall" then err = handled(S[place][3], err) end
      err = unwind(place - 1, err)
      return run(deliver, false, err)
    end
    -- A coroutine that fails keeps what it holds open until it is closed; wrap closes it at once.
    local from = S.from
    if S.nested or from and from[from.n][1] == "wrap" then err = unwind(1, err) end
    S.status = "dead"
    S.failed = err
    if not from then return "failed", err end
    S.from = nil
    S = from
    set_stack(S)
    from.status = "running"
    local marker = from[from.n]
    pop()
    if marker[1] == "resume" then return run(deliver, false, err) end
    if type(err) == "string" then
      local F = S[S.n]
      if marker.place then err = marker.place .. err elseif F[2] then err = R.place_of(F) .. err end
    end
  end
end

function R.cannot_suspend()
  local name, place = "?", ""
  R.walk(2, function(unit, line, proto)
    if not unit then return false end
    name = proto.name ~= "" and proto.name or "?"
    place = " (" .. proto.file .. ":" .. line .. ")"
    return true
  end)
  error("attempt to suspend in '" .. name .. "'" .. place .. ", called through a function that cannot", 0)
end

-- coroutine.close: true, or false and the error of a thing that failed to close.
function R.close_stack(stack)
  local outer = stack_now()
  set_stack(stack)
  stack.status = "running" -- for what a closing value does to it meanwhile
  local err = unwind(1, stack.failed)
  stack.failed = nil
  stack.status = "dead"
  stack.fn = nil
  set_stack(outer)
  if err ~= nil then return false, err end
  return true
end

-- Another task may be the one that cancels.
function R.cancel_task(tid)
  local task = R.tasks[tid]
  if not task then return end
  R.tasks[tid] = nil
  local outer = stack_now()
  local stack = R.innermost(task)
  while stack do
    local from = stack.from
    stack.from = nil
    set_stack(stack)
    unwind(1, nil)
    stack.status = "dead"
    stack = from
  end
  set_stack(outer)
end

R.in_trampoline(R.recover, R.call_other)
