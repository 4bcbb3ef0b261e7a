--! engines = ["lua54", "luajit", "python"]
-- Richards: an operating system's kernel with tasks of four classes that send each other packets.
local rounds = tonumber((...)) or 3000

local ID_IDLE, ID_WORKER, ID_HANDLER_A, ID_HANDLER_B, ID_DEVICE_A, ID_DEVICE_B = 1, 2, 3, 4, 5, 6
local KIND_DEVICE, KIND_WORK = 0, 1
local DATA_SIZE = 4

-- A packet: passed between tasks in linked queues.
local Packet = {}
Packet.__index = Packet

local function new_packet(link, id, kind)
  local data = {}
  for i = 1, DATA_SIZE do data[i] = 0 end
  return setmetatable({link = link, id = id, kind = kind, datum = 1, data = data}, Packet)
end

function Packet:append_to(queue)
  self.link = nil
  if not queue then return self end
  local last = queue
  while last.link do last = last.link end
  last.link = self
  return queue
end

-- A task control block; its state is three flags.
local Block = {}
Block.__index = Block

local function new_block(link, id, priority, queue, task)
  return setmetatable({
    link = link, id = id, priority = priority, queue = queue, task = task,
    pending = queue ~= nil, suspended = true, held = false,
  }, Block)
end

function Block:runnable()
  return not self.held and (self.pending or not self.suspended)
end

function Block:run()
  local packet
  if self.suspended and self.pending then
    packet = self.queue
    self.queue = packet.link
    self.suspended = false
    self.pending = self.queue ~= nil
  end
  return self.task:run(packet)
end

function Block:check_priority_add(current, packet)
  if not self.queue then
    self.queue = packet
    self.pending = true
    if self.priority > current.priority then return self end
  else
    self.queue = packet:append_to(self.queue)
  end
  return current
end

local Scheduler = {}
Scheduler.__index = Scheduler

local function new_scheduler()
  return setmetatable({
    queue_count = 0, hold_count = 0, blocks = {}, list = nil, current = nil, current_id = nil,
  }, Scheduler)
end

function Scheduler:add(id, priority, queue, task, running)
  local block = new_block(self.list, id, priority, queue, task)
  self.list = block
  self.blocks[id] = block
  if running then block.suspended, block.pending = false, false end
end

function Scheduler:schedule()
  self.current = self.list
  while self.current do
    local block = self.current
    if block:runnable() then
      self.current_id = block.id
      self.current = block:run()
    else
      self.current = block.link
    end
  end
end

function Scheduler:release(id)
  local block = self.blocks[id]
  if not block then return block end
  block.held = false
  if block.priority > self.current.priority then return block end
  return self.current
end

function Scheduler:hold_current()
  self.hold_count = self.hold_count + 1
  self.current.held = true
  return self.current.link
end

function Scheduler:suspend_current()
  self.current.suspended = true
  return self.current
end

function Scheduler:queue(packet)
  local block = self.blocks[packet.id]
  if not block then return block end
  self.queue_count = self.queue_count + 1
  packet.link = nil
  packet.id = self.current_id
  return block:check_priority_add(self.current, packet)
end

-- The idle task releases one device or the other, by a shift register's lowest bit.
local IdleTask = {}
IdleTask.__index = IdleTask

local function flip(value, bit)
  return value % (bit + bit) >= bit and value - bit or value + bit
end

-- value xor 0xd008, by arithmetic: LuaJIT has no such operator
local function scrambled(value)
  return flip(flip(flip(flip(value, 0x8000), 0x4000), 0x1000), 0x0008)
end

function IdleTask:run()
  self.count = self.count - 1
  if self.count == 0 then return self.scheduler:hold_current() end
  if self.register % 2 == 0 then
    self.register = math.floor(self.register / 2)
    return self.scheduler:release(ID_DEVICE_A)
  end
  self.register = scrambled(math.floor(self.register / 2))
  return self.scheduler:release(ID_DEVICE_B)
end

local DeviceTask = {}
DeviceTask.__index = DeviceTask

function DeviceTask:run(packet)
  if packet then
    self.packet = packet
    return self.scheduler:hold_current()
  end
  local waiting = self.packet
  if not waiting then return self.scheduler:suspend_current() end
  self.packet = nil
  return self.scheduler:queue(waiting)
end

-- The worker fills packets with letters and sends them to the handlers in turn.
local WorkerTask = {}
WorkerTask.__index = WorkerTask

function WorkerTask:run(packet)
  if not packet then return self.scheduler:suspend_current() end
  self.target = self.target == ID_HANDLER_A and ID_HANDLER_B or ID_HANDLER_A
  packet.id = self.target
  packet.datum = 1
  for i = 1, DATA_SIZE do
    self.letter = self.letter + 1
    if self.letter > 26 then self.letter = 1 end
    packet.data[i] = self.letter
  end
  return self.scheduler:queue(packet)
end

-- A handler passes the letters of work packets on to its device, one a packet.
local HandlerTask = {}
HandlerTask.__index = HandlerTask

function HandlerTask:run(packet)
  if packet then
    if packet.kind == KIND_WORK then
      self.work = packet:append_to(self.work)
    else
      self.device = packet:append_to(self.device)
    end
  end
  local work = self.work
  if work then
    local at = work.datum
    if at > DATA_SIZE then
      self.work = work.link
      return self.scheduler:queue(work)
    end
    local device = self.device
    if device then
      self.device = device.link
      device.datum = work.data[at]
      work.datum = at + 1
      return self.scheduler:queue(device)
    end
  end
  return self.scheduler:suspend_current()
end

local scheduler = new_scheduler()

local function task(class, fields)
  fields.scheduler = scheduler
  return setmetatable(fields, class)
end

scheduler:add(ID_IDLE, 0, nil, task(IdleTask, {register = 1, count = rounds}), true)
local queue = new_packet(nil, ID_WORKER, KIND_WORK)
queue = new_packet(queue, ID_WORKER, KIND_WORK)
scheduler:add(ID_WORKER, 1000, queue, task(WorkerTask, {target = ID_HANDLER_A, letter = 0}))
for _, pair in ipairs({{ID_HANDLER_A, ID_DEVICE_A}, {ID_HANDLER_B, ID_DEVICE_B}}) do
  local handler, device = pair[1], pair[2]
  queue = nil
  for _ = 1, 3 do queue = new_packet(queue, device, KIND_DEVICE) end
  scheduler:add(handler, handler == ID_HANDLER_A and 2000 or 3000, queue, task(HandlerTask, {}))
end
scheduler:add(ID_DEVICE_A, 4000, nil, task(DeviceTask, {}))
scheduler:add(ID_DEVICE_B, 5000, nil, task(DeviceTask, {}))
scheduler:schedule()
print(scheduler.queue_count, scheduler.hold_count)
