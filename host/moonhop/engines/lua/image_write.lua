-- Writes the program's values down as records (docs/architecture.md, "The image"). Nothing here
-- recurses: objects that were mentioned wait in a list. Records are JSON text, handed to the host in
-- batches.
local R = ...
local N, kind, names, bound = R.natives, R.kind, R.names, R.bound
local type, next, error, rawequal, rawget = N.type, N.next, N.error, N.rawequal, N.rawget
local getmetatable, getupvalue, upvalueid = N.debug.getmetatable, N.debug.getupvalue, N.debug.upvalueid
local concat, gsub, format, sub = N.table.concat, N.string.gsub, N.string.format, N.string.sub
local find, match, byte = N.string.find, N.string.match, N.string.byte

-- See process/image.py, which reads and writes the same.
local PAIRS, SHAPES, WIDEST, DEPTH, ROOM = 64, 64, 16, 4, 48
local BATCH = 512 -- records in one call of the host

local kept, text_mark = R.kept, R.text_mark

-- Writes what is reachable: `put` takes JSON text of a list of records.
local function new_walker(put)
  local W = { count = 0 }
  local ids = {} -- object (or id of a native cell) -> number
  local todo, waiting = {}, 0 -- {what, object, …} in twos: kind letter and object
  local batch, filled = {}, 0
  local number_mark = R.number_mark
  local mention

  local function put_text(text)
    filled = filled + 1
    batch[filled] = text
    if filled == BATCH then W.flush() end
  end

  local function record(parts, n) put_text("[" .. concat(parts, ",", 1, n) .. "]") end
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
    local state = bound[f]
    if state then
      if state[1] == "call.chained" then return mention(state[2][1]) end -- LuaJIT's stand-in for this table
      return '"n' .. (id or later("n", f, f)) .. '"'
    end
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

  local shapes, defined = {}, 0 -- metatable, or first key -> shape {n = keys, number = …, key, …}
  local depth, room = 0, 0 -- of records in records; for so many more values in a record
  local compact

  -- A mark, or the record of a small table that nothing has mentioned before.
  local function item(value)
    if type(value) ~= "table" or depth == DEPTH or room <= 0 or ids[value] or names[value] then return mention(value) end
    local id = W.count + 1
    W.count = id
    ids[value] = id
    depth = depth + 1
    local text = compact(value, id)
    depth = depth - 1
    if text then return text end
    todo[waiting + 1], todo[waiting + 2], todo[waiting + 3] = "t", value, id
    waiting = waiting + 3
    return '"t' .. id .. '"'
  end

  local function define(shape, keys, n, mark)
    local parts = { '"s"', shape.number, mark }
    local before = #parts
    for i = 1, n do
      parts[before + i] = '"' .. sub(text_mark(keys[i]), 3)
      shape[#shape + 1] = keys[i]
    end
    record(parts, before + n)
    return shape
  end

  -- The shape to write a table in, a new one perhaps, or nil if it had better be written in full: it
  -- is, or it may be, the only one of its kind.
  local function shape_of(t, meta, first, count)
    local mark = meta and mention(meta) or "null"
    local slot = meta or (rawget(t, "__index") ~= nil and "__index" or first)
    local shape = shapes[slot]
    if shape then
      local left = count
      for i = 1, #shape do
        if rawget(t, shape[i]) ~= nil then left = left - 1 end
      end
      if left == 0 then return shape end
    elseif not meta and shape == nil then
      shapes[slot] = false
      return nil
    end
    local keys, more, n, extra = {}, {}, 0, 0
    for key in next, t do
      if type(key) ~= "string" then return nil end
      n = n + 1
      keys[n] = key
      local known = false
      for i = 1, shape and #shape or 0 do known = known or shape[i] == key end
      if not known then
        extra = extra + 1
        more[extra] = key
      end
    end
    if shape then
      local known = count - extra
      if extra <= (meta and known or known - 1) and #shape + extra < WIDEST then return define(shape, more, extra) end
      if not meta and not shape.misfit then
        shape.misfit = true
        return nil
      end
    end
    if defined == SHAPES then return nil end
    defined = defined + 1
    shapes[slot] = define({ number = defined }, keys, n, mark)
    return shapes[slot]
  end

  -- The one record of a small list or of a table that has a shape; nil for others, of which nothing
  -- was mentioned then.
  function compact(t, id)
    local count = 0
    for _ in next, t do
      count = count + 1
      if count > WIDEST then return nil end
    end
    local meta = getmetatable(t)
    local first = next(t)
    local parts, n
    if count == 0 or rawget(t, 1) ~= nil then
      if meta ~= nil then return nil end
      for i = 2, count do
        if rawget(t, i) == nil then return nil end
      end
      room = room - count - 1
      parts, n = { '"a"', id }, count + 2
      for i = 1, count do parts[i + 2] = item(rawget(t, i)) end
    else
      local shape = type(first) == "string" and shape_of(t, meta, first, count)
      if not shape then return nil end
      room = room - count - 1
      parts, n = { shape.number, id }, 2
      for i = 1, #shape do
        local value = rawget(t, shape[i])
        n = n + 1
        if value == nil then
          parts[n] = "null"
        else
          parts[n] = item(value)
          count = count - 1
          if count == 0 then break end
        end
      end
    end
    return "[" .. concat(parts, ",", 1, n) .. "]"
  end

  local function write_table(t, id)
    room = ROOM
    local text = compact(t, id)
    if text then return put_text(text) end
    local meta = getmetatable(t)
    local parts, n = { '"a"', id }, 2
    local size = 0
    while true do
      local value = rawget(t, size + 1)
      if value == nil then break end
      size = size + 1
      n = n + 1
      parts[n] = item(value)
      if n == 2 + 2 * PAIRS then
        record(parts, n)
        n, room = 2, ROOM
      end
    end
    if n > 2 then record(parts, n) end
    local mark = meta ~= nil and mention(meta) or "null"
    local wanted = meta ~= nil or size == 0
    parts, n, room = { '"t"', id, mark }, 3, ROOM
    for key, value in next, t do
      local what = type(key)
      if what == "string" or what ~= "number" or key < 1 or key > size or key % 1 ~= 0 then
        if n >= 3 + 2 * PAIRS then
          record(parts, n)
          n, room = 3, ROOM
        end
        parts[n + 1] = what == "string" and text_mark(key) or mention(key)
        parts[n + 2] = item(value)
        n, wanted = n + 2, true
      end
    end
    if wanted then record(parts, n) end
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
    if #places > 0 then record(parts, #places + 2) end
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
    local fn = stack.fn ~= nil and mention(stack.fn) or nil
    -- what a dead one failed with goes to the things that it still holds open
    local failed = stack.failed ~= nil and mention(stack.failed) or nil
    record({ '"k"', id, '"' .. stack.status .. '"', fn or "null", failed }, failed and 5 or fn and 4 or 3)
    for i = 2, stack.n do
      local entry = stack[i]
      if entry[2] then
        write_frame(id, entry)
      else
        local parts = { '"m"', id, '"' .. entry[1] .. '"' }
        if entry[3] ~= nil then parts[4] = mention(entry[3]) end
        if entry[1] == "require" then parts[5] = mention(entry[4]) end
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
      if rawget(t, key) == nil then add(key, nil) end
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
    if not rawequal(unit.env, R.G) then parts[5] = W.mention(unit.env) end
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
  if a ~= R.first_random then W.record({ '"g"', a, b, c, d }, 5) end
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
