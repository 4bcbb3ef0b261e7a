-- Loads emitted text.
local R = ...
local N, kind = R.natives, R.kind
local load, rep = N.load, N.string.rep

R.units = {}
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

-- Text as a chunk; `code` is what the host made of the same text before, and nothing of a program's.
local function compile(unit, text, code)
  local chunk, message = load(code or text, "=\1U" .. unit.number, code and "b" or "t", unit.env)
  if not chunk then N.error(R.translate(message), 0) end
  return chunk
end
R.compile_text = compile

-- Give each prototype the name of the file that it stands in: modules have the numbers from those of
-- their main chunks on.
function R.name_files(unit)
  for _, module in N.pairs(unit.modules) do
    for number = module[1], module[3] do
      local proto = unit.protos[number]
      if proto then proto.file = module[2] end
    end
  end
end

-- Load an emitted text as unit `number`; `info` is the text that describes it. The host keeps the
-- text of the program itself (nil here) and gives its `code` and that of its description.
function R.load_unit(number, text, info, env, given, source, code)
  local unit = load(info, "=\2info")()
  unit.number, unit.text, unit.env, unit.given, unit.source = number, text, env, given, source
  unit.by_start = {}
  for _, proto in N.pairs(unit.protos) do
    proto.unit, proto.file = unit, unit.name
    unit.by_start[proto.start] = proto
    if proto.frame then proto.new = frame_maker(proto.slots) end
  end
  if unit.modules then R.name_files(unit) end
  local P = {}
  local function frame(n, f)
    kind[f] = unit.protos[n]
    return f
  end
  local function run(chunk)
    if not R.luajit then
      return chunk(R.token, R.nested, R.keep_values, frame, P, R.forstart, R.forprep, R.open, R.close, R.rest,
        N.unpack, R.gmatch)
    end
    return chunk(R.token, R.nested, R.keep_values, frame, P, R.forstart, R.forprep, R.open, R.close,
      R.rest, N.unpack, R.gmatch, env, R.idiv, R.band, R.bor, R.bxor, R.bnot, R.shl, R.shr, R.len, R.step, R.eq, R.lt, R.le, R.mod, R.closing)
  end
  unit.run = run
  unit.frame = frame
  R.units[number] = unit
  run(compile(unit, text, code))
  unit.main, unit.factories = P[0], P
  return unit
end
