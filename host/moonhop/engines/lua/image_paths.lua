-- Names the path to a value that no image can hold: `_G.cache.handle`.
local R = ...
local N, kind, bound = R.natives, R.kind, R.bound
local type, next, tostring, rawequal = N.type, N.next, N.tostring, N.rawequal
local getmetatable, getupvalue = N.debug.getmetatable, N.debug.getupvalue
local find, byte = N.string.find, N.string.byte
local kept = R.kept

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

-- The path to something that a root may be itself.
local function path_of(value)
  for tid, stack in next, R.tasks do
    if R.thread_of(stack) == value then return "task " .. tid end
  end
  if value == R.G then return "_G" end
  return (R.find_path(value))
end

-- The path to a number in an object of an image that was read: `holder` is the table, function or
-- thread, `name` its variable's name where it is no table.
function R.number_path(holder, number, name)
  if holder == nil then return "(unknown place)" end
  if type(holder) ~= "table" then return path_of(holder) .. "(local " .. name .. ")" end
  for key, value in next, holder do
    if value == number then return path_of(holder) .. key_step(key) end
  end
  return path_of(holder) .. "(a key)"
end

-- The path to a cell: by a function that has it.
function R.cell_path(cell, functions)
  if not cell then return "(unknown place)" end
  for _, f in next, functions do
    local proto = kind[f] or R.proto_of(f)
    for i, place in N.ipairs(R.places(proto, f)) do
      if place then
        local _, inner = getupvalue(f, place)
        local same = cell.box and rawequal(inner, cell.box)
        if cell.native then same = N.debug.upvalueid(f, place) == N.debug.upvalueid(cell.native, 1) end
        if same then return path_of(f) .. "(upvalue " .. proto.vars[i] .. ")" end
      end
    end
  end
  return "(a local)"
end
