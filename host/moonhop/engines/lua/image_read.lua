-- Makes the program's values again from records, each of which comes as the arguments of one call. A
-- mention may come before the object's own record: the mention alone makes it blank.
local R = ...
local N, kind = R.natives, R.kind
local type, next, error, tostring, tonumber = N.type, N.next, N.error, N.tostring, N.tonumber
local rawset, select, setmetatable = N.rawset, N.select, R.set_metatable
local setupvalue, upvaluejoin = N.debug.setupvalue, N.debug.upvaluejoin
local sub, byte, match = N.string.sub, N.string.byte, N.string.match
local kept = R.kept

local objects = { t = {}, c = {}, f = {}, k = {}, n = {}, p = {} }
local written = {} -- numbers whose record has come
local shapes = {} -- number -> {metatable, key, …}
local values = {} -- number of a cell whose record came before any mention -> {value}
local patches = {} -- {list, place, number of a pack that was not there yet}
local metatables = {} -- each -> true

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
    if unit.protos[proto].kinds == "" then written[tonumber(number)] = true end -- it has no record
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
    if #mark > 17 then damaged("bad float " .. mark) end
    return R.float_of(sub(mark .. "0000000000000000", 2, 17))
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

local function set_pairs(t, ...)
  local given = { ... }
  for i = 1, select("#", ...), 2 do
    local key = value_of(given[i])
    if key == nil or key ~= key then damaged("a key is nil or nan") end
    rawset(t, key, value_of(given[i + 1]))
  end
end

local function meta_of(mark)
  local meta = value_of(mark)
  if meta == nil then return nil end
  if type(meta) ~= "table" then damaged("a metatable is no table") end
  metatables[meta] = true
  return meta
end

local function set_meta(t, mark) setmetatable(t, meta_of(mark)) end

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
  local number = type(mark) == "string" and match(mark, "^p(%d+)$")
  if not number then damaged("a pack expected") end
  number = tonumber(number)
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
  set_meta(t, meta)
  set_pairs(t, ...)
end

function readers.a(number, ...)
  local t = object("t", number)
  written[number] = true
  local n = #t
  for i = 1, select("#", ...) do
    local mark = (select(i, ...))
    rawset(t, n + i, value_of(mark))
  end
end

function readers.s(number, ...)
  local shape, first = shapes[number], 1
  if not shape then
    shape = { meta_of((...)) or false }
    shapes[number] = shape
    first = 2
  end
  for i = first, select("#", ...) do
    local key = (select(i, ...))
    if type(key) ~= "string" then damaged("a shape's key is no text") end
    shape[#shape + 1] = key
  end
end

local function read_shaped(number, id, ...)
  local t = object("t", id)
  written[id] = true
  local shape = shapes[number]
  if shape[1] then setmetatable(t, shape[1]) end
  local given = { ... }
  for i = 1, select("#", ...) do
    local mark = given[i]
    if mark ~= nil then rawset(t, shape[i + 1], value_of(mark)) end
  end
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

function readers.d(name, ...) set_pairs(value_of("b" .. name), ...) end

function readers.M(name, mark) set_meta(value_of("b" .. name), mark) end

function readers.k(number, status, mark, failed)
  local stack = object("k", number)
  written[number] = true
  stack.status = status
  stack.fn = value_of(mark)
  stack.failed = value_of(failed)
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

local markers = { pcall = true, xpcall = true, resume = true, wrap = true, require = true, again = true }

function readers.m(number, name, mark, data)
  if not markers[name] then damaged("unknown marker '" .. tostring(name) .. "'") end
  push(number, { name, false, value_of(mark), value_of(data) })
end

function readers.T(tid, number) R.tasks[tid] = object("k", number) end

function readers.h(handle, mark)
  kept[handle] = value_of(mark)
  R.hold_handles(handle)
end

readers["g"] = function(...) R.set_random_marks(...) end

-- Take one record; gives nothing, or what is wrong with it.
function R.read_record(letter, ...)
  local reader, ok, err = readers[letter], nil, nil
  if shapes[letter] then
    ok, err = N.pcall(read_shaped, letter, ...)
  elseif not reader then
    return "unknown record '" .. tostring(letter) .. "'"
  else
    ok, err = N.pcall(reader, ...)
  end
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

-- The path to a number that is the value at a place of a record; once all records are read.
function R.read_path(letter, id, place, number)
  if letter == "c" then return R.cell_path(objects.c[id], objects.f) end
  if letter == "f" then
    local f = objects.f[id]
    return R.number_path(f, number, (kind[f] or R.proto_of(f)).vars[place - 1])
  end
  if letter == "r" then
    local stack = objects.k[id]
    for i = 2, stack.n do
      local frame = stack[i]
      local proto = kind[frame[1]]
      if frame[place - 1] == number and proto and proto.livenames then
        return R.number_path(R.thread_of(stack), number, proto.livenames[frame[2]][place - 4])
      end
    end
  end
  if letter == "d" then return R.number_path(R.builtins[id], number) end
  if type(letter) == "number" or letter == "t" or letter == "a" then return R.number_path(objects.t[id], number) end
  return "(a local)"
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
        return "the image mentions object " .. tostring(number) .. ", which is not in it"
      end
    end
  end
  if R.luajit then
    for meta in next, metatables do R.chain_call(meta) end
  end
  written, values, patches, shapes, metatables = {}, {}, {}, {}, {}
end

-- Let go of what was read.
function R.end_restore()
  objects = { t = {}, c = {}, f = {}, k = {}, n = {}, p = {} }
end
