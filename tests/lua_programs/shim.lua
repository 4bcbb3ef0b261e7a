-- The process API in plain Lua, with virtual time: what programs that sleep must print.
--     lua5.4 shim.lua PROGRAM [ARGS]
-- With SHIM_RESTS set, it says on stderr how often the process was at rest.
-- The order is that of shared/moonhop_core/process: messages first, then what is due (by moment,
-- then by entry), then the first ready task, which runs until it waits.

local raw = {create = coroutine.create, resume = coroutine.resume, yield = coroutine.yield,
  status = coroutine.status, close = coroutine.close}
local pack, unpack = table.pack, table.unpack
local WAIT = {}

local clock, last_id, last_entry = 0, 0, 0
local tasks, ready, agenda = {}, {}, {} -- tasks: by creation
local timers, subscriptions, mailboxes, posted = {}, {}, {}, {}
local results, current = {}, nil

local function new_id() last_id = last_id + 1 return last_id end

local function remove(list, value)
  for i, v in ipairs(list) do if v == value then table.remove(list, i) return true end end
  return false
end

local function micro(s) s = s + 0 return s <= 0 and 0 or math.floor(s) * 1000000 + math.floor((s - math.floor(s)) * 1e6 + 0.5) end

local function enter(moment, act)
  last_entry = last_entry + 1
  local entry = {moment = moment, number = last_entry, act = act}
  local at = #agenda + 1
  while at > 1 and agenda[at - 1].moment > moment do at = at - 1 end
  table.insert(agenda, at, entry)
  return entry
end

---------------------------------------------------------------- tasks

local function start(f, args, ended)
  local task = {id = new_id(), thread = raw.create(f), answer = args, ended = ended}
  tasks[#tasks + 1] = task
  ready[#ready + 1] = task
  return task
end

local function wake(task, ...)
  if task.entry then remove(agenda, task.entry) task.entry = nil end
  task.wait, task.answer = nil, pack(...)
  ready[#ready + 1] = task
end

local function suspend(wait)
  local answer = pack(raw.yield(WAIT, wait))
  if not answer[1] then error(answer[2], 0) end
  return unpack(answer, 2, answer.n)
end

local function joiners(task)
  local found = {}
  for _, other in ipairs(tasks) do
    if other.wait and other.wait.join == task then found[#found + 1] = other end
  end
  return found
end

local function fail(message, trace)
  io.stdout:flush()
  io.stderr:write(tostring(message), "\n", trace or "", "\n")
  os.exit(1)
end

local function run(task)
  current = task
  local answer = task.answer
  task.answer = nil
  local r = pack(raw.resume(task.thread, unpack(answer, task.begun and 1 or 2, answer.n)))
  task.begun = true
  current = nil
  if r[1] and r[2] == WAIT then
    task.wait = r[3]
    if r[3].begin then r[3].begin(task) end
    return
  end
  remove(tasks, task)
  local waiting = joiners(task)
  if not r[1] then
    if #waiting == 0 then fail(r[2], debug.traceback(task.thread)) end
    for _, other in ipairs(waiting) do wake(other, false, tostring(r[2])) end
  elseif task.ended then
    task.ended()
  else
    for _, other in ipairs(waiting) do wake(other, unpack(r, 1, r.n)) end
    results[task.id] = pack(unpack(r, 2, r.n))
  end
end

local task_methods = {}
local task_of = setmetatable({}, {__mode = "k"})
local task_meta = {__index = function(object, name)
  if name ~= "status" then return task_methods[name] end
  local task = task_of[object]
  if task == current then return "running" end
  for _, other in ipairs(tasks) do
    if other == task then return task.wait and "waiting" or "ready" end
  end
  return "ended"
end}

function spawn(f, ...)
  local task = start(f, pack(true, ...))
  local object = setmetatable({id = task.id}, task_meta)
  task_of[object] = task
  return object
end

local function alive(task)
  for _, other in ipairs(tasks) do if other == task then return true end end
  return false
end

function task_methods.join(object)
  local task = task_of[object]
  if alive(task) then return suspend({join = task}) end
  local values = results[task.id] or pack()
  return unpack(values, 1, values.n)
end

function task_methods.cancel(object)
  local task = task_of[object]
  if not alive(task) then return false end
  remove(tasks, task)
  remove(ready, task)
  if task.entry then remove(agenda, task.entry) end
  if task.wait and task.wait.mailbox then remove(task.wait.mailbox.waiting, task) end
  raw.close(task.thread)
  for _, other in ipairs(joiners(task)) do wake(other, true) end
  return true
end

---------------------------------------------------------------- time

function now() return clock / 1000000 end

function sleep(s)
  local d = micro(s)
  return suspend({begin = function(task)
    task.entry = enter(clock + d, function() task.entry = nil wake(task, true) end)
  end})
end

local function add_timer(s, f, periodic)
  local timer = {f = f, period = micro(s)}
  last_id = last_id + 1
  local fire
  local function tick()
    timer.tick = start(timer.f, pack(true), function()
      timer.tick = nil
      if timer.missed and timers[timer] then timer.missed = false tick() end
    end)
  end
  function fire(moment)
    if not periodic then
      timers[timer] = nil
      start(timer.f, pack(true), function() end)
      return
    end
    local next_moment = moment + ((clock - moment) // timer.period + 1) * timer.period
    timer.entry = enter(next_moment, function() fire(next_moment) end)
    if timer.tick then timer.missed = true else tick() end
  end
  timers[timer] = true
  local first = clock + timer.period
  timer.entry = enter(first, function() timer.entry = nil fire(first) end)
  return setmetatable({}, {__index = {cancel = function()
    if not timers[timer] then return false end
    timers[timer] = nil
    if timer.entry then remove(agenda, timer.entry) end
    if timer.tick and not timer.tick.begun then remove(tasks, timer.tick) remove(ready, timer.tick) end
    return true
  end}})
end

function after(s, f) return add_timer(s, f, false) end
function every(s, f) return add_timer(s, f, true) end

---------------------------------------------------------------- messages

local function matches(filter, topic)
  local want, have = {}, {}
  for level in (filter .. "/"):gmatch("(.-)/") do want[#want + 1] = level end
  for level in (topic .. "/"):gmatch("(.-)/") do have[#have + 1] = level end
  for i, level in ipairs(want) do
    if level == "#" then return #have >= i - 1 end
    if not have[i] or (level ~= "+" and level ~= have[i]) then return false end
  end
  return #want == #have
end

local function text(value) return value == nil and "" or tostring(value) end

function publish(topic, payload) posted[#posted + 1] = {topic, text(payload)} end

local function handle_next(subscription)
  if not subscription.handler and #subscription.queue > 0 then
    local message = table.remove(subscription.queue, 1)
    subscription.handler = start(subscription.f, pack(true, message[1], message[2]), function()
      subscription.handler = nil
      if not subscription.cancelled then handle_next(subscription) end
    end)
  end
end

function subscribe(filter, f)
  local subscription = {filter = filter, f = f, queue = {}}
  last_id = last_id + 1
  subscriptions[#subscriptions + 1] = subscription
  return setmetatable({}, {__index = {cancel = function()
    if not remove(subscriptions, subscription) then return false end
    subscription.cancelled = true
    local handler = subscription.handler
    if handler and not handler.begun then remove(tasks, handler) remove(ready, handler) end
    return true
  end}})
end

function recv(filter, timeout)
  local mailbox
  for _, other in ipairs(mailboxes) do if other.filter == filter then mailbox = other end end
  if not mailbox then
    mailbox = {filter = filter, queue = {}, waiting = {}}
    mailboxes[#mailboxes + 1] = mailbox
  end
  if #mailbox.queue > 0 then return unpack(table.remove(mailbox.queue, 1)) end
  local d = timeout and micro(timeout)
  return suspend({mailbox = mailbox, begin = function(task)
    table.insert(mailbox.waiting, task)
    if d then
      task.entry = enter(clock + d, function()
        task.entry = nil
        remove(mailbox.waiting, task)
        wake(task, true, nil)
      end)
    end
  end})
end

local function settle()
  local messages = posted
  posted = {}
  for _, message in ipairs(messages) do
    for _, s in ipairs({unpack(subscriptions)}) do
      if matches(s.filter, message[1]) then s.queue[#s.queue + 1] = message handle_next(s) end
    end
    for _, m in ipairs(mailboxes) do
      if matches(m.filter, message[1]) then
        if #m.waiting > 0 then
          wake(table.remove(m.waiting, 1), true, message[1], message[2])
        else
          m.queue[#m.queue + 1] = message
        end
      end
    end
  end
end

---------------------------------------------------------------- coroutines let waits through

local waiting = {} -- coroutines that wait in some task

local function resume(thread, ...)
  if waiting[thread] then return false, "cannot resume non-suspended coroutine" end
  local r = pack(raw.resume(thread, ...))
  while r[1] and r.n > 1 and r[2] == WAIT do
    waiting[thread] = true
    local answer = pack(raw.yield(WAIT, r[3]))
    waiting[thread] = nil
    r = pack(raw.resume(thread, unpack(answer, 1, answer.n)))
  end
  return unpack(r, 1, r.n)
end
coroutine.resume = resume

function coroutine.wrap(f)
  local thread = raw.create(f)
  return function(...)
    local r = pack(resume(thread, ...))
    if r[1] then return unpack(r, 2, r.n) end
    local e = r[2]
    if raw.status(thread) == "dead" then
      local closed, other = raw.close(thread)
      if not closed then e = other end
    end
    error(e, type(e) == "string" and 2 or 0)
  end
end

---------------------------------------------------------------- the run

function log() end

-- As PUC Lua's, but what it calls may suspend; other tasks wait until it has.
local loaded, loading = package.loaded, {}
function require(name)
  if loaded[name] then return loaded[name] end
  while loading[name] and loading[name] ~= current do
    sleep(0.01)
    if loaded[name] then return loaded[name] end
  end
  local told = ""
  for _, searcher in ipairs(package.searchers) do
    local loader, data = searcher(name)
    if type(loader) == "function" then
      loading[name] = current
      local ended <close> = setmetatable({}, { __close = function() loading[name] = nil end })
      local value = loader(name, data)
      if value ~= nil then loaded[name] = value end
      if loaded[name] == nil then loaded[name] = true end
      return loaded[name], data
    end
    if type(loader) == "string" then told = told .. "\n\t" .. loader end
  end
  error("module '" .. name .. "' not found:" .. told, 2)
end

function exit(status)
  io.stdout:flush()
  os.exit(status == nil and 0 or status)
end

local path = arg[1]
local file = assert(io.open(path, "rb"))
local source = file:read("a")
file:close()
start(assert(load(source, "@" .. path:match("[^/]*$"), "t")), pack(true, unpack(arg, 2)))

local rests = 0
while true do
  settle()
  if #ready == 0 then
    if #agenda == 0 then
      if #tasks > 0 then fail("stuck: " .. #tasks .. " tasks wait for what never comes") end
      break
    end
    clock = math.max(clock, agenda[1].moment)
  end
  while agenda[1] and agenda[1].moment <= clock do table.remove(agenda, 1).act() end
  if #ready > 0 then run(table.remove(ready, 1)) end
  rests = rests + 1
  if #tasks == 0 and next(timers) == nil and #subscriptions == 0 then break end
end

if os.getenv("SHIM_RESTS") then io.stderr:write(rests, "\n") end
