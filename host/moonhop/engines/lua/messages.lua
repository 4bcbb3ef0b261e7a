-- Where program code stands, and error messages in the program's own terms.
--
-- Chunks of the program are called "\1U<unit>", files of this runtime "\2<name>"; an error of the
-- engine begins with one of the two and an emitted line. Messages are translated once, where an
-- error is caught.
local R = ...
local N = R.natives
local getinfo, type, tostring = N.debug.getinfo, N.type, N.tostring
local find, format, gsub = N.string.find, N.string.format, N.string.gsub
local match, sub, byte = N.string.match, N.string.sub, N.string.byte
local concat, tonumber = N.table.concat, N.tonumber
local kind = R.kind

local units = R.units

-- The innermost prototype of a unit whose text holds an emitted line.
local function proto_at(unit, line)
  local best
  for _, proto in N.pairs(unit.protos) do
    if proto.start <= line and line <= proto.stop and (not best or proto.start > best.start) then
      best = proto
    end
  end
  return best
end

-- The prototype of a native closure, or nil.
function R.proto_of(f)
  local info = getinfo(f, "S")
  local number = match(info.source, "^=\1U(%d+)$")
  local unit = number and units[tonumber(number)]
  return unit and unit.by_start[info.linedefined], unit
end

function R.frame_line(F)
  local proto = kind[F[1]]
  local call = proto.calls[F[2]]
  return call and call[1] or proto.line
end

-- "FILE:LINE: " of the call at which a frame is.
function R.place_of(F) return format("%s:%d: ", kind[F[1]].file, R.frame_line(F)) end

-- Calls visit(unit or nil, Lua line, prototype) for each function that is active, innermost first:
-- native ones and frames as they lie between each other; unit nil: not the program's. A true
-- result stops. `first` is the native level to begin at.
function R.walk(first, visit)
  local S = R.stack()
  local seen_step, entered = false, false
  local level = first + 1
  local info = getinfo(level, "Slf")
  while info do
    local source = info.source
    local number = match(source, "^=\1U(%d+)$")
    if number then
      local unit = units[tonumber(number)]
      local proto = unit.by_start[info.linedefined]
      if entered and kind[info.func] then
        proto, entered = nil, false -- it only waits for its frame, which was visited
      elseif kind[info.func] then
        seen_step = true
      end
      if proto and visit(unit, unit.lines[info.currentline] or 0, proto) then return end
      level = level + 1
    elseif R.trampoline[info.func] then
      local n = S.n
      local tailed = not seen_step and R.tailed()
      if tailed and visit(kind[tailed[1]].unit, R.frame_line(tailed), kind[tailed[1]]) then return end
      if seen_step then n = n - 1 end
      for i = n, 2, -1 do
        local F = S[i]
        if F[2] then
          local proto = kind[F[1]]
          if visit(proto.unit, R.frame_line(F), proto) then return end
        elseif visit(nil, 0, nil) then
          return
        end
      end
      if not S.nested then return end
      S, seen_step, entered = S.outer, false, true
      repeat
        level = level + 1
        info = getinfo(level, "f")
      until not info or info.func == R.run
      level = level + 1
    else
      if info.what == "C" and visit(nil, 0, nil) then return end
      level = level + 1
    end
    info = getinfo(level, "Slf")
  end
end

-- "FILE:LINE: " of the program code that called a builtin, "" if something else called it.
-- `inside`: the engine's own function failed, which a builtin called.
function R.where(inside)
  local found = ""
  R.walk(2, function(unit, line, proto)
    if inside then
      inside = false
      if not unit then return false end
    end
    if unit then found = format("%s:%d: ", proto.file, line) end
    return true
  end)
  return found
end

-- The same for `error`: 1 is what called it, 2 the caller of that.
function R.where_level(level)
  local found = ""
  local count = 0
  R.walk(3, function(unit, line, proto)
    count = count + 1
    if count < level then return false end
    if unit then found = format("%s:%d: ", proto.file, line) end
    return true
  end)
  return found
end

local MOST = 21

local function title(proto)
  if proto.name == "main chunk" then return proto.name end
  if proto.name == "" then return format("function <%s:%d>", proto.file, proto.line) end
  return "function '" .. proto.name .. "'"
end

-- Lines "FILE:LINE: in function 'NAME'" of what is active, innermost first. Native levels are dear to
-- reach, so only the first ones of many.
function R.traceback(first)
  local out, count = {}, 0
  R.walk(first + 1, function(unit, line, proto)
    if not unit then return false end
    count = count + 1
    if count > MOST then
      out[#out + 1] = "..."
      return true
    end
    out[#out + 1] = format("%s:%d: in %s", proto.file, line, title(proto))
    return false
  end)
  return concat(out, "\n")
end

-- The same for a coroutine that waits.
function R.traceback_of(S)
  local out = {}
  for i = S.n, 2, -1 do
    local F = S[i]
    if F[2] then
      local proto = kind[F[1]]
      out[#out + 1] = format("%s:%d: in %s", proto.file, R.frame_line(F), title(proto))
    end
  end
  return concat(out, "\n")
end

-- What the method call at the top frame was made on.
local function object_called_on()
  local S = R.stack()
  local F = S[S.n]
  local call = F[2] and kind[F[1]].calls[F[2]]
  return call and call[3] ~= "" and " (" .. call[3] .. ")" or ""
end

-- The registered name of the innermost builtin that is running, as PUC Lua finds it.
local function running_builtin()
  for level = 3, 12 do
    local info = getinfo(level, "f")
    local name = info and R.names[info.func]
    if name then return name end
  end
  return "?"
end

-- The engine's own function that the trampoline called, by the name that the program calls it.
local function callee_text(text)
  local S = R.stack()
  local F = S[S.n]
  local call = F[2] and kind[F[1]].calls[F[2]]
  local name = call and match(call[2], "'(.*)'$") or running_builtin()
  local number, why = match(text, "^bad argument #(%d+) to 'mh_callee' (.*)$")
  if number and match(call and call[2] or "", "^method") then
    number = tonumber(number) - 1 -- self does not count
    if number == 0 then return "calling '" .. name .. "' on bad self " .. why end
    return format("bad argument #%d to '%s' %s", number, name, why)
  end
  return (gsub(text, "'mh_callee'", function() return "'" .. name .. "'" end))
end

-- Undo what emission does to names (lang/emit_lua_names.py).
local function own_names(text, proto)
  if find(text, "mh", 1, true) then
    if find(text, "'mh__o'", 1, true) then text = gsub(text, " %(local 'mh__o'%)", object_called_on) end
    text = gsub(text, " %(%a+ 'mh__[tr]%d+'%)", "")
    text = gsub(text, "'mh__u_", "'")
    text = gsub(text, "__mh%d+'", "'")
    if find(text, "'mh_callee'", 1, true) then text = callee_text(text) end
  end
  if find(text, " (field '=", 1, true) then
    text = gsub(text, " %(field '=(.-)'%)", function(name)
      if sub(name, 1, 1) == "(" then return "" end
      local what = "local"
      for i = 1, proto and #proto.vars or 0 do
        if proto.vars[i] == name then what = "upvalue" end
      end
      return format(" (%s '%s')", what, name)
    end)
  end
  return text
end

-- What the program calls the builtin that runs, and whether as a method; nil: it has no name there.
-- A builtin's error may come from what it tail called.
local function called_as()
  local level = 2
  local info = getinfo(level, "nSf")
  local last
  while info and info.what ~= "C" and byte(info.source, 2) ~= 1 and not R.trampoline[info.func] do
    last = info
    level = level + 1
    info = getinfo(level, "nSf")
  end
  if info and R.trampoline[info.func] then
    local S = R.stack()
    local F = S[S.n]
    local call = F[2] and kind[F[1]].calls[F[2]]
    local how, name = match(call and call[2] or "", "^(%a+) '(.*)'$")
    return name, how == "method", last.func
  end
  local name = last.name
  if name == "mh__gmatch" then -- its first argument is false where it stands for a method
    local _, called = N.debug.getlocal(level - 1, 1)
    return "gmatch", called == false, last.func
  end
  if name == "?" or info and info.what == "C" then name = nil end
  return name, last.namewhat == "method", last.func
end

-- "bad argument …": `name` is what the builtin is called where the program has no name for it.
function R.argument_message(n, name, why)
  local called, method, f = called_as()
  if called and sub(called, 1, 2) == "__" then called = sub(called, 3) end -- LuaJIT's name of a metamethod
  if method then
    n = n - 1 -- self does not count
    if n == 0 then return format("calling '%s' on bad self (%s)", called, why) end
  end
  return format("bad argument #%d to '%s' (%s)", n, called or R.names[f] or name, why)
end

-- An error message in the program's terms; any other error value as it is.
function R.translate(err)
  if type(err) ~= "string" then return err end
  local first = byte(err)
  if first == 1 then
    local number, line, rest = match(err, "^\1U(%d+):(%d+): (.*)$")
    if number then
      local unit = units[tonumber(number)]
      line = tonumber(line)
      local bare
      if R.luajit then rest, bare = R.words_of_54(rest, unit, line) end
      if bare then return rest end
      local proto = proto_at(unit, line)
      local file = proto and proto.file or unit.name
      return format("%s:%d: %s", file, unit.lines[line] or 0, own_names(rest, proto))
    end
  elseif first == 2 then
    local rest = match(err, "^\2%a+%d*:%d+: (.*)$")
    if rest then
      if R.luajit then rest = R.words_of_54(rest) end
      rest = gsub(rest, " %(%a+ '[%w_]+'%)$", "") -- that variable is the runtime's
      return R.where(true) .. own_names(rest)
    end
  elseif first == 98 and R.luajit then -- b
    local number, rest = match(err, "^bad argument #(%d+) to '%?' (.*)$")
    if number then return format("bad argument #%s to '%s' %s", number, running_builtin(), rest) end
    return R.words_of_54(err)
  end
  return err
end

-- The message of an uncaught error, as the stand-alone interpreter shows it.
function R.message(err)
  if type(err) == "string" then return err end
  if type(err) == "number" then return tostring(err) end
  local meta = N.debug.getmetatable(err)
  local show = meta and N.rawget(meta, "__tostring")
  if show then
    local ok, text = N.pcall(show, err)
    if ok and type(text) == "string" then return text end
  end
  return "(error object is a " .. type(err) .. " value)"
end
