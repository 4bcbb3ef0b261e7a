-- What the host makes and holds: tables, objects of the API, kept values, tasks.
local R = ...
local N = R.natives

function R.list(...) return { ... } end

function R.put(table, ...)
  for i = 1, N.select("#", ...), 2 do
    local key, value = N.select(i, ...)
    table[key] = value
  end
  return table
end

function R.object(kind, id)
  local made = { id = id }
  R.set_metatable(made, R.builtins[kind])
  return made
end

function R.get_builtin(name) return R.builtins[name] end

function R.get_kept(handle) return R.kept[handle] end

function R.drop(handle) R.kept[handle] = nil end

function R.spawn_main(tid, ...) R.spawn(tid, R.units[0].main(), ...) end

function R.spawn_kept(tid, handle, ...) R.spawn(tid, R.kept[handle], ...) end

-- Install a constant of the host under a dotted name.
function R.constant(name, value)
  if N.type(value) == "table" then
    R.register(name, value)
  else
    local holder, key = N.string.match(name, "^(.*)%.([^.]*)$")
    local table = R.builtins[holder] or R.register(holder, {})
    table[key] = value
  end
end

function R.load_program(text, info, code) R.load_unit(0, text, info, R.G, "", "", code) end

-- ---------------------------------------------------------------- kept values

R.kept = {}
local kept = R.kept
local next_handle = 1

function R.keep(value)
  local handle = next_handle
  next_handle = handle + 1
  kept[handle] = value
  return handle
end

-- Handles up to this one are taken.
function R.hold_handles(handle)
  if handle >= next_handle then next_handle = handle + 1 end
end
