-- Texts that are entered at a shell while the program runs, and the names that it completes.
local R = ...
local N = R.natives
local type, next, rawget, getmetatable, select = N.type, N.next, N.rawget, N.debug.getmetatable, N.select
local match = N.string.match

local DEEPEST = 10 -- tables that inherit from each other

-- Load a text; gives the handle of its main chunk and the number of its unit, or nil and what is wrong.
function R.load_entered(text, info, source, given)
  local number = #R.units + 1
  local ok, unit = N.pcall(R.load_unit, number, text, info, R.G, given, source)
  if not ok then
    R.units[number] = nil
    return nil, R.message(unit)
  end
  local main = unit.main()
  if R.luajit then N.jit.off(main, true) end -- a compiled loop obeys no hook
  return R.keep(main), number
end

-- Let go of a unit whose main chunk is over, if it has no other function and is the last.
function R.unload(number)
  local protos = R.units[number].protos
  if number == #R.units and next(protos, (next(protos))) == nil then R.units[number] = nil end
end

function R.next_unit() return #R.units + 1 end

function R.keep_builtin(name) return R.keep(R.builtins[name]) end

-- The tables in which a field of a value is looked up, without calling anything.
local function lookup(value)
  local tables = {}
  while #tables < DEEPEST do
    if type(value) == "table" then
      tables[#tables + 1] = value
    elseif type(value) ~= "string" then
      break
    end
    local meta = getmetatable(value)
    value = meta and rawget(meta, "__index")
  end
  return tables
end

-- The names in the table at a path from the globals, one a line.
function R.names_at(...)
  local value = R.G
  for i = 1, select("#", ...) do
    local found
    for _, t in N.ipairs(lookup(value)) do
      found = rawget(t, (select(i, ...)))
      if found ~= nil then break end
    end
    value = found
  end
  local names = {}
  for _, t in N.ipairs(lookup(value)) do
    for key in next, t do
      if type(key) == "string" and match(key, "^[%a_][%w_]*$") then names[#names + 1] = key end
    end
  end
  return N.table.concat(names, "\n")
end
