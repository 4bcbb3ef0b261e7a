-- Closures of prototypes made blank, to be filled by an image; and where their upvalues are.
local R = ...
local N, kind = R.natives, R.kind
local rep, sub, concat = N.string.rep, N.string.sub, N.table.concat

-- Make a closure of a prototype with upvalues of its own, all nil. The function stands on the same
-- emitted line as in the whole text, so everything looks the same from outside.
function R.blank(unit, number)
  local proto = unit.protos[number]
  if not proto.maker then
    local parts = { unit.header, "return function() " }
    if #proto.names > 0 then parts[#parts + 1] = "local " .. concat(proto.names, ", ") .. "; " end
    parts[#parts + 1] = "return"
    parts[#parts + 1] = rep("\n", proto.start - 1)
    parts[#parts + 1] = "function"
    parts[#parts + 1] = sub(unit.text or R.program_text(), proto.first, proto.last)
    parts[#parts + 1] = " end"
    proto.maker = unit.run(R.compile_text(unit, concat(parts)))
  end
  local f = proto.maker()
  if proto.frame then kind[f] = proto end
  return f
end

-- Where a prototype's upvalues are among the native ones of its closures.
function R.places(proto, f)
  local places = proto.places
  if not places then
    local found = {}
    local i = 1
    while true do
      local name = N.debug.getupvalue(f, i)
      if name == nil then break end
      found[name] = i
      i = i + 1
    end
    places = {}
    for j, name in N.ipairs(proto.names) do
      places[j] = found[name] or false
    end
    proto.places = places
  end
  return places
end

-- Native cells: upvalues that closures share.
function R.new_cell()
  local value
  return function(new) value = new end -- assigned here, or LuaJIT would take it for a constant
end
