-- Emitted text: loading it, and making closures of its prototypes blank, to be filled by an image.
local R = ...
local N, kind = R.natives, R.kind
local load, rep, sub, concat = N.load, N.string.rep, N.string.sub, N.table.concat

local makers = {} -- number of slots -> function that makes a frame

-- What makes frames with room for so many live values.
local function frame_maker(slots)
  local made = makers[slots]
  if not made then
    made = load("return function(f) return {f, 0, false" .. rep(", nil", slots) .. "} end", "=\2frames")()
    makers[slots] = made
  end
  return made
end

local function compile(unit, text)
  local chunk, message = load(text, "=\1U" .. unit.number, "t", unit.env)
  if not chunk then N.error(R.translate(message), 0) end
  return chunk
end

-- Load an emitted text as unit `number`; `info` is the text that describes it.
function R.load_unit(number, text, info, env, given, source)
  local unit = load(info, "=\2info")()
  unit.number, unit.text, unit.env, unit.given, unit.source = number, text, env, given, source
  unit.by_start = {}
  for _, proto in N.pairs(unit.protos) do
    proto.unit = unit
    unit.by_start[proto.start] = proto
    if proto.frame then proto.new = frame_maker(proto.slots) end
  end
  local P = {}
  local function frame(n, f)
    kind[f] = unit.protos[n]
    return f
  end
  local function run(chunk)
    return chunk(R.token, R.nested, R.keep_values, frame, P, R.forstart, R.forprep, R.open, R.close,
      R.rest, N.unpack, R.gmatch, env, R.idiv, R.band, R.bor, R.bxor, R.bnot, R.shl, R.shr, R.len, R.step, R.eq, R.lt, R.le)
  end
  unit.run = run
  unit.frame = frame
  R.units[number] = unit
  run(compile(unit, text))
  unit.main = P[0]
  return unit
end

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
    parts[#parts + 1] = sub(unit.text, proto.first, proto.last)
    parts[#parts + 1] = " end"
    proto.maker = unit.run(compile(unit, concat(parts)))
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
