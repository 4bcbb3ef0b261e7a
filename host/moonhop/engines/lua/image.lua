-- Writes the program's values down as records and makes them again (docs/architecture.md, "The
-- image"). Nothing here recurses: objects that were mentioned wait in a list. Records are JSON text,
-- handed to the host in batches; on the way back each comes as the arguments of one call.
local R = ...
local N, kind, names, bound = R.natives, R.kind, R.names, R.bound
local type, next, error, tostring, tonumber = N.type, N.next, N.error, N.tostring, N.tonumber
local getmetatable, rawset, rawequal, select = N.debug.getmetatable, N.rawset, N.rawequal, N.select
local setmetatable = N.debug.setmetatable
local getupvalue, setupvalue, upvalueid, upvaluejoin =
  N.debug.getupvalue, N.debug.setupvalue, N.debug.upvalueid, N.debug.upvaluejoin
local concat, gsub, format, sub, byte = N.table.concat, N.string.gsub, N.string.format, N.string.sub, N.string.byte
local find, match = N.string.find, N.string.match

local PAIRS = 64 -- at most so many in one record of a table
local BATCH = 512 -- records in one call of the host

R.kept = {}
local kept = R.kept
local next_handle = 1

function R.keep(value)
  local handle = next_handle
  next_handle = handle + 1
  kept[handle] = value
  return handle
end

-- ---------------------------------------------------------------- writing

local function escape(char) return format("\\u%04x", byte(char)) end

local function text_mark(text)
  if find(text, '[%c"\\]') then text = gsub(text, '[%c"\\]', escape) end
  return '"s' .. text .. '"'
end

-- Writes what is reachable: `put` takes JSON text of a list of records.
local function new_walker(put)
  local W = { count = 0 }
  local ids = {} -- object (or id of a native cell) -> number
  local todo, waiting = {}, 0 -- {what, object, …} in twos: kind letter and object
  local batch, filled = {}, 0
  local number_mark = R.number_mark
  local mention

  local function record(parts, n)
    filled = filled + 1
    batch[filled] = "[" .. concat(parts, ",", 1, n) .. "]"
    if filled == BATCH then W.flush() end
  end
  W.record = record

  function W.flush()
    if filled > 0 then
      put("[" .. concat(batch, ",", 1, filled) .. "]")
      batch, filled = {}, 0
    end
  end

  local function later(letter, object, key)
    local id = W.count + 1
    W.count = id
    ids[key] = id
    todo[waiting + 1], todo[waiting + 2], todo[waiting + 3] = letter, object, id
    waiting = waiting + 3
    return id
  end

  -- A box: the cell of a variable of a frame-form function.
  local function box_mark(box, key)
    local id = ids[box] or later("b", { box, key }, box)
    return '"c' .. id .. '"'
  end

  local function native_cell_mark(f, place)
    local key = upvalueid(f, place)
    local id = ids[key] or later("c", { f, place }, key)
    return '"c' .. id .. '"'
  end

  local function pack_mark(pack)
    local parts, n = { '"p"', 0 }, 2
    for i = 1, pack.n do
      n = n + 1
      parts[n] = mention(pack[i])
    end
    local id = W.count + 1
    W.count = id
    parts[2] = id
    record(parts, n)
    return '"p' .. id .. '"'
  end

  local function function_mark(f)
    local id = ids[f]
    local name = names[f]
    if name then return '"b' .. name .. '"' end
    if bound[f] then return '"n' .. (id or later("n", f, f)) .. '"' end
    local proto = kind[f]
    if not proto or not proto.unit then proto = R.proto_of(f) end
    if not proto then error({ unwritable = f }, 0) end
    id = id or later("f", { f, proto }, f)
    local unit = proto.unit.number
    return '"f' .. id .. ":" .. (unit == 0 and "" or unit .. "/") .. proto.number .. '"'
  end

  function mention(value)
    local what = type(value)
    if what == "string" then
      return text_mark(value)
    elseif what == "number" then
      return number_mark(value)
    elseif what == "table" then
      local name = names[value]
      if name then return '"b' .. name .. '"' end
      return '"t' .. (ids[value] or later("t", value, value)) .. '"'
    elseif what == "nil" then
      return "null"
    elseif what == "boolean" then
      return value and "true" or "false"
    elseif what == "function" then
      return function_mark(value)
    elseif what == "thread" and R.stack_of(value) then
      local stack = R.stack_of(value)
      return '"k' .. (ids[stack] or later("k", stack, stack)) .. '"'
    end
    error({ unwritable = value }, 0)
  end
  W.mention = mention

  local function write_table(t, id)
    local meta = mention(getmetatable(t))
    local parts, n = { '"t"', id, meta }, 3
    for key, value in next, t do
      if n >= 3 + 2 * PAIRS then
        record(parts, n)
        n = 3
      end
      -- plain keys and values first: they are most
      local what = type(key)
      parts[n + 1] = what == "string" and text_mark(key) or mention(key)
      parts[n + 2] = mention(value)
      n = n + 2
    end
    record(parts, n)
  end

  local function write_closure(f, proto, id)
    local parts = { '"f"', id }
    local places = R.places(proto, f)
    for i = 1, #places do
      local place = places[i]
      local letter = byte(proto.kinds, i)
      if not place then
        parts[i + 2] = "null" -- declared, and mentioned in dead code only
      elseif letter == 99 then -- c
        parts[i + 2] = native_cell_mark(f, place)
      else
        local _, value = getupvalue(f, place)
        parts[i + 2] = letter == 98 and box_mark(value, "=" .. proto.vars[i]) or mention(value)
      end
    end
    record(parts, #places + 2)
  end

  local function write_frame(stack_id, F)
    local proto = kind[F[1]]
    local pc = F[2]
    local closers = F[3]
    local parts = { '"r"', stack_id, function_mark(F[1]), format("%d", pc), closers and pack_mark(closers) or "null" }
    local live, keys = proto.live[pc], proto.livenames[pc]
    for i = 1, #live do
      local letter, value = byte(live, i), F[i + 3]
      if letter == 112 then -- p
        parts[i + 5] = pack_mark(value)
      elseif letter == 98 then -- b
        -- not yet made, if its scope has not begun
        parts[i + 5] = value ~= nil and box_mark(value, "=" .. keys[i]) or "null"
      else
        parts[i + 5] = mention(value)
      end
    end
    record(parts, #live + 5)
  end

  local function write_stack(stack, id)
    record({ '"k"', id, '"' .. stack.status .. '"', mention(stack.fn) }, 4)
    for i = 2, stack.n do
      local entry = stack[i]
      if entry[2] then
        write_frame(id, entry)
      else
        local parts = { '"m"', id, '"' .. entry[1] .. '"' }
        if entry[3] ~= nil then parts[4] = mention(entry[3]) end
        record(parts, #parts)
      end
    end
  end

  local function write(letter, object, id)
    if letter == "t" then
      write_table(object, id)
    elseif letter == "f" then
      write_closure(object[1], object[2], id)
    elseif letter == "b" then
      record({ '"c"', id, mention(object[1][object[2]]) }, 3)
    elseif letter == "c" then
      local _, value = getupvalue(object[1], object[2])
      record({ '"c"', id, mention(value) }, 3)
    elseif letter == "k" then
      write_stack(object, id)
    else
      local entry = bound[object]
      record({ '"n"', id, '"' .. entry[1] .. '"', mention(entry[2]) }, 4)
    end
  end

  -- Write all that was mentioned.
  function W.drain()
    while waiting > 0 do
      local letter, object, id = todo[waiting - 2], todo[waiting - 1], todo[waiting]
      todo[waiting] = nil
      waiting = waiting - 3
      write(letter, object, id)
    end
  end

  return W
end

local function same(a, b)
  if not rawequal(a, b) then return false end
  return type(a) ~= "number" or R.number_mark(a) == R.number_mark(b)
end

-- Where builtin tables differ from what they were when the engine was made.
local function differences(W)
  for name, was in next, R.pristine do
    local t = R.builtins[name]
    local before = was[1]
    local parts, n = { '"d"', '"' .. name .. '"' }, 2
    local function add(key, value)
      if n >= 2 + 2 * PAIRS then
        W.record(parts, n)
        n = 2
      end
      parts[n + 1], parts[n + 2] = W.mention(key), W.mention(value)
      n = n + 2
    end
    for key, value in next, t do
      local old = before[key]
      if old == nil or not same(old, value) then add(key, value) end
    end
    for key in next, before do
      if N.rawget(t, key) == nil then add(key, nil) end
    end
    if n > 2 then W.record(parts, n) end
    if not rawequal(getmetatable(t), was[2]) then
      W.record({ '"M"', '"' .. name .. '"', W.mention(getmetatable(t)) }, 3)
    end
    W.drain()
  end
end

local function write_all(put)
  local W = new_walker(put)
  for number = 1, #R.units do
    local unit = R.units[number]
    local parts = { '"u"', number, '"' .. sub(text_mark(unit.given), 3), '"' .. sub(text_mark(unit.source), 3) }
    if unit.env ~= R.G then parts[5] = W.mention(unit.env) end
    W.record(parts, #parts)
  end
  W.drain()
  differences(W)
  for tid, stack in next, R.tasks do
    local mark = W.mention(R.thread_of(stack))
    W.record({ '"T"', tid, match(mark, "%d+") }, 3)
    W.drain()
  end
  for handle, value in next, kept do
    W.record({ '"h"', handle, W.mention(value) }, 3)
    W.drain()
  end
  local a, b, c, d = R.random_marks()
  W.record({ '"g"', a, b, c, d }, 5)
  W.flush()
end

-- Write the image; gives true, or false and the value that cannot be written.
function R.write_image(put)
  N.collectgarbage("stop") -- a program's __gc must not run between two records
  local ok, err = N.pcall(write_all, put)
  N.collectgarbage("restart")
  if ok then return true end
  if type(err) == "table" and err.unwritable ~= nil then return false, R.find_path(err.unwritable) end
  error(err, 0)
end

-- ---------------------------------------------------------------- the path to a value

local function key_step(key)
  if type(key) == "string" then
    if find(key, "^[%a_][%w_]*$") then return "." .. key end
    return '["' .. key .. '"]'
  end
  if type(key) == "number" then return "[" .. tostring(key) .. "]" end
  return "[a " .. type(key) .. "]"
end

local function contents(value, visit)
  local what = type(value)
  if what == "table" then
    if getmetatable(value) then visit("(metatable)", getmetatable(value)) end
    for key, inner in next, value do
      visit(key_step(key), inner)
      visit("(a key)", key)
    end
  elseif what == "function" then
    if bound[value] then return visit("(state)", bound[value][2]) end
    local proto = kind[value]
    if not proto or not proto.unit then proto = R.proto_of(value) end
    if not proto then return end
    for i, place in N.ipairs(R.places(proto, value)) do
      if place then
        local _, inner = getupvalue(value, place)
        visit(byte(proto.kinds, i) == 98 and "(upvalue)" or "(upvalue " .. proto.vars[i] .. ")", inner)
      end
    end
  elseif what == "thread" then
    local stack = R.stack_of(value)
    if not stack then return end
    visit("(function)", stack.fn)
    for i = 2, stack.n do
      for j = 1, #stack[i] do visit("(a local)", stack[i][j]) end
      for _, inner in next, stack[i] do visit("(a local)", inner) end
    end
  end
end

-- The shortest path from a root to a value: `_G.cache.handle`.
function R.find_path(target)
  local seen, row = {}, { { "_G", R.G } }
  for name in next, R.pristine do row[#row + 1] = { name, R.builtins[name] } end
  for tid, stack in next, R.tasks do row[#row + 1] = { "task " .. tid, R.thread_of(stack) } end
  for handle, value in next, kept do row[#row + 1] = { "handler " .. handle, value } end
  local what = type(target)
  while #row > 0 do
    local following = {}
    for _, entry in N.ipairs(row) do
      local found
      contents(entry[2], function(step, inner)
        if rawequal(inner, target) then found = found or step end
        local holds = type(inner)
        if (holds == "table" or holds == "function" or holds == "thread") and not seen[inner] then
          seen[inner] = true
          following[#following + 1] = { entry[1] .. step, inner }
        end
      end)
      if found then return entry[1] .. found, what end
    end
    row = following
  end
  return "(unknown place)", what
end

-- ---------------------------------------------------------------- reading

local objects = { t = {}, c = {}, f = {}, k = {}, n = {}, p = {} }
local written = {} -- numbers whose record has come
local values = {} -- number of a cell whose record came before any mention -> {value}
local patches = {} -- {list, place, number of a pack that was not there yet}

local function damaged(message) error({ damaged = message }, 0) end

local function new_object(letter, number, rest)
  if letter == "t" then return {} end
  if letter == "k" then
    return R.new_stack(nil)
  end
  if letter == "f" then
    local unit, proto = match(rest, "^(%d+)/(%d+)$")
    unit = R.units[tonumber(unit or 0)]
    proto = tonumber(proto or rest)
    if not unit or not unit.protos[proto] then damaged("the program has no function " .. rest) end
    return R.blank(unit, proto)
  end
  if letter == "n" then return R.blank_bound() end
  damaged("bad mark " .. letter .. number)
end

local function object(letter, number, rest)
  local known = objects[letter]
  if not known then damaged("bad mark " .. letter .. number) end
  local found = known[number]
  if found == nil then
    found = new_object(letter, number, rest)
    known[number] = found
  end
  return found
end

local function value_of(mark)
  if type(mark) ~= "string" then return mark end
  local letter = sub(mark, 1, 1)
  if letter == "s" then return sub(mark, 2) end
  if letter == "d" then
    if #mark ~= 17 then damaged("bad float " .. mark) end
    return R.float_of(sub(mark, 2))
  end
  if letter == "b" then
    local found = R.builtins[sub(mark, 2)]
    if found == nil then damaged("this node has no builtin '" .. sub(mark, 2) .. "'") end
    return found
  end
  local number, rest = match(mark, "^%a(%d+):?(.*)$")
  if not number then damaged("bad value " .. mark) end
  local found = object(letter, tonumber(number), rest)
  if letter == "k" then return R.thread_of(found) end
  return found
end

local function cell_number(mark)
  local number = type(mark) == "string" and match(mark, "^c(%d+)$")
  if not number then damaged("a cell expected") end
  return tonumber(number)
end

-- A cell is a box or a native upvalue, which one its variable tells.
local function box_of(mark, key)
  local number = cell_number(mark)
  local box = objects.c[number]
  if not box then
    box = {}
    objects.c[number] = { box = box, key = key }
    if values[number] then box[key] = values[number][1] end
    return box
  end
  return box.box
end

local function native_of(mark)
  local number = cell_number(mark)
  local cell = objects.c[number]
  if not cell then
    cell = { native = R.new_cell() }
    objects.c[number] = cell
    if values[number] then setupvalue(cell.native, 1, values[number][1]) end
  end
  return cell.native
end

local function set_cell(number, value)
  local cell = objects.c[number]
  if not cell then
    values[number] = { value }
  elseif cell.box then
    cell.box[cell.key] = value
  else
    setupvalue(cell.native, 1, value)
  end
end

local function set_pairs(t, first, ...)
  local given = { ... }
  for i = first, select("#", ...), 2 do
    local key = value_of(given[i])
    if key == nil or key ~= key then damaged("a key is nil or nan") end
    rawset(t, key, value_of(given[i + 1]))
  end
end

local function fill_closure(number, ...)
  local f = objects.f[number]
  if not f then damaged("a function that nothing mentions") end
  local proto = kind[f] or R.proto_of(f)
  local places = R.places(proto, f)
  for i = 1, #places do
    local place = places[i]
    local mark = (select(i, ...))
    local letter = byte(proto.kinds, i)
    if not place then
      -- mentioned in dead code only
    elseif letter == 99 then
      upvaluejoin(f, place, native_of(mark), 1)
    elseif letter == 98 then
      setupvalue(f, place, box_of(mark, "=" .. proto.vars[i]))
    else
      setupvalue(f, place, value_of(mark))
    end
  end
end

local function pack_of(list, place, mark)
  local number = tonumber(match(mark, "^p(%d+)$"))
  local pack = objects.p[number]
  list[place] = pack or false
  if not pack then patches[#patches + 1] = { list, place, number } end
end

local function push(number, entry)
  local stack = object("k", number)
  stack.n = stack.n + 1
  stack[stack.n] = entry
end

local readers = {}

function readers.t(number, meta, ...)
  local t = object("t", number)
  written[number] = true
  meta = value_of(meta)
  if meta ~= nil then setmetatable(t, meta) end
  set_pairs(t, 1, ...)
end

function readers.c(number, mark)
  written[number] = true
  set_cell(number, value_of(mark))
end

function readers.f(number, ...)
  written[number] = true
  fill_closure(number, ...)
end

function readers.n(number, name, mark)
  written[number] = true
  if R.builtins[name] == nil then damaged("this node has no builtin '" .. name .. "'") end
  R.rebind(object("n", number), name, value_of(mark))
end

function readers.p(number, ...)
  written[number] = true
  local pack = { n = select("#", ...), ... }
  for i = 1, pack.n do pack[i] = value_of(pack[i]) end
  objects.p[number] = pack
end

function readers.d(name, ...) set_pairs(value_of("b" .. name), 1, ...) end

function readers.M(name, mark) setmetatable(value_of("b" .. name), value_of(mark)) end

function readers.k(number, status, mark)
  local stack = object("k", number)
  written[number] = true
  stack.status = status
  stack.fn = value_of(mark)
end

function readers.r(number, closure, pc, closers, ...)
  local f = value_of(closure)
  local proto = kind[f]
  local live = proto and proto.live and proto.live[pc]
  if not live or #live ~= select("#", ...) then damaged("a frame does not fit its function") end
  local F = proto.new(f)
  F[2] = pc
  if closers ~= nil then pack_of(F, 3, closers) end
  for i = 1, #live do
    local mark = (select(i, ...))
    local letter = byte(live, i)
    if letter == 112 then
      pack_of(F, i + 3, mark)
    elseif letter == 98 and mark ~= nil then
      F[i + 3] = box_of(mark, "=" .. proto.livenames[pc][i])
    else
      F[i + 3] = value_of(mark)
    end
  end
  push(number, F)
end

local markers = { pcall = true, xpcall = true, resume = true, wrap = true }

function readers.m(number, name, mark)
  if not markers[name] then damaged("unknown marker '" .. tostring(name) .. "'") end
  push(number, { name, false, value_of(mark) })
end

function readers.T(tid, number) R.tasks[tid] = object("k", number) end

function readers.h(handle, mark)
  kept[handle] = value_of(mark)
  if handle >= next_handle then next_handle = handle + 1 end
end

readers["g"] = function(...) R.set_random_marks(...) end

-- Take one record; gives nothing, or what is wrong with it.
function R.read_record(letter, ...)
  local reader = readers[letter]
  if not reader then return "unknown record '" .. tostring(letter) .. "'" end
  local ok, err = N.pcall(reader, ...)
  if ok then return nil end
  if type(err) == "table" and err.damaged then return err.damaged end
  return "damaged record (" .. tostring(err) .. ")"
end

-- Take a unit that `load` had compiled; gives nothing, or what is wrong.
function R.read_unit(number, text, info, given, source, env)
  if number ~= #R.units + 1 then return "units of the program are missing" end
  local ok, table = N.pcall(value_of, env)
  if not ok then return "bad value" end
  R.load_unit(number, text, info, table or R.G, given, source)
end

-- Tie up what was read; gives nothing, or what is missing.
function R.finish_restore()
  for _, patch in N.ipairs(patches) do
    local pack = objects.p[patch[3]]
    if not pack then return "the image mentions pack " .. patch[3] .. ", which is not in it" end
    patch[1][patch[2]] = pack
  end
  for _, known in next, objects do
    for number in next, known do
      if not written[number] then
        return "the image mentions object " .. number .. ", which is not in it"
      end
    end
  end
  objects = { t = {}, c = {}, f = {}, k = {}, n = {}, p = {} }
  written, values, patches = {}, {}, {}
end

-- ---------------------------------------------------------------- values that travel

local DEEPEST = 50

-- A value as JSON text in the notation of process/values.py, or nil and why it cannot travel.
local function plain(value, out, depth)
  local what = type(value)
  if what == "table" then
    if depth > DEEPEST then
      error({ refused = "a table that contains itself, or is nested too deep, cannot travel" }, 0)
    end
    local count, size = 0, 0
    for _ in next, value do count = count + 1 end
    while N.rawget(value, size + 1) ~= nil do size = size + 1 end
    if count == size then
      out[#out + 1] = "["
      for i = 1, size do
        if i > 1 then out[#out + 1] = "," end
        plain(N.rawget(value, i), out, depth + 1)
      end
      out[#out + 1] = "]"
      return
    end
    out[#out + 1] = '{"pairs":['
    local separator = "["
    for key, inner in next, value do
      if type(key) == "table" then error({ refused = "a table with tables as keys cannot travel" }, 0) end
      out[#out + 1] = separator
      plain(key, out, depth + 1)
      out[#out + 1] = ","
      plain(inner, out, depth + 1)
      separator = "],["
    end
    out[#out + 1] = "]]}"
  elseif what == "string" then
    out[#out + 1] = text_mark(value)
  elseif what == "number" then
    out[#out + 1] = R.number_mark(value)
  elseif what == "boolean" then
    out[#out + 1] = value and "true" or "false"
  elseif what == "nil" then
    out[#out + 1] = "null"
  else
    error({ refused = "a " .. what .. " cannot travel" }, 0)
  end
end

function R.plain(value)
  local out = {}
  local ok, err = N.pcall(plain, value, out, 0)
  if ok then return concat(out) end
  if type(err) == "table" and err.refused then return nil, err.refused end
  error(err, 0)
end
