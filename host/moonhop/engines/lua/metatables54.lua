-- setmetatable without finalizers: PUC Lua marks a table for `__gc` only if the field is there when its
-- metatable is set, so for that moment it is not. A finalizer would run amid any other code of the
-- state, where no hook reaches it, and is nothing that could hop.
local R = ...
local N = R.natives
local rawget, rawset, select, type, setmetatable = N.rawget, N.rawset, N.select, N.type, N.setmetatable
local getmetatable, set = N.debug.getmetatable, N.debug.setmetatable

-- Metatables that have none themselves: a field of theirs is read without asking others for it.
local plain = setmetatable({}, { __mode = "k" })

-- Set a metatable or nil, whatever the one before says.
function R.set_metatable(t, meta)
  plain[t] = nil
  local finalizer = meta and rawget(meta, "__gc")
  if finalizer ~= nil then rawset(meta, "__gc", nil) end
  set(t, meta)
  if finalizer ~= nil then rawset(meta, "__gc", finalizer) end
end

local function careful(...)
  local t, meta = ...
  if type(t) ~= "table" then return R.expected(1, "setmetatable", "table", select("#", ...), t) end
  if type(meta) ~= "table" then
    if meta ~= nil or select("#", ...) < 2 then
      return R.expected(2, "setmetatable", "nil or table", select("#", ...), meta)
    end
  elseif not getmetatable(meta) then
    plain[meta] = true
  end
  local was = getmetatable(t)
  if was and rawget(was, "__metatable") ~= nil then return R.fail("cannot change a protected metatable") end
  R.set_metatable(t, meta)
  return t
end

R.extra = {
  setmetatable = function(...)
    local t, meta = ...
    if plain[meta] and meta.__gc == nil and not plain[t] then return setmetatable(t, meta) end
    return careful(...)
  end,
}
