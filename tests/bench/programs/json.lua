--! engines = ["lua54", "luajit", "python"]
-- JSON parsed and printed in plain Lua: characters, recursion, tables.
local rounds = tonumber((...)) or 10

local function decode(text)
  local at = 1
  local value

  local function space()
    at = text:match("^%s*()", at)
  end

  local function literal(word, result)
    if text:sub(at, at + #word - 1) ~= word then error("bad literal at " .. at) end
    at = at + #word
    return result
  end

  local function str()
    local stop = text:find('"', at + 1, true)
    local result = text:sub(at + 1, stop - 1)
    at = stop + 1
    return result
  end

  local function list(close, item)
    local result, n = {}, 0
    at = at + 1
    space()
    if text:sub(at, at) == close then
      at = at + 1
      return result
    end
    while true do
      n = n + 1
      item(result, n)
      space()
      local c = text:sub(at, at)
      at = at + 1
      if c == close then return result end
      if c ~= "," then error("expected , at " .. at) end
      space()
    end
  end

  function value()
    space()
    local c = text:sub(at, at)
    if c == "{" then
      return list("}", function(result)
        local key = str()
        space()
        at = at + 1
        result[key] = value()
      end)
    elseif c == "[" then
      return list("]", function(result, n) result[n] = value() end)
    elseif c == '"' then
      return str()
    elseif c == "t" then
      return literal("true", true)
    elseif c == "f" then
      return literal("false", false)
    end
    local number, stop = text:match("^(-?%d+%.?%d*)()", at)
    at = stop
    return tonumber(number)
  end

  return value()
end

local function encode(v)
  local kind = type(v)
  if kind == "table" then
    local parts = {}
    if #v > 0 then
      for i = 1, #v do parts[i] = encode(v[i]) end
      return "[" .. table.concat(parts, ",") .. "]"
    end
    local keys = {}
    for key in pairs(v) do keys[#keys + 1] = key end
    table.sort(keys)
    for i, key in ipairs(keys) do parts[i] = '"' .. key .. '":' .. encode(v[key]) end
    return "{" .. table.concat(parts, ",") .. "}"
  elseif kind == "string" then
    return '"' .. v .. '"'
  end
  return tostring(v)
end

local text = [[ {"fleet": "field", "nodes": [
  {"id": "esp-1", "kind": "board", "heap": 163, "tags": ["north", "gate"], "up": true},
  {"id": "pi-2", "kind": "linux", "heap": 906240, "tags": [], "up": false},
  {"id": "desk", "kind": "linux", "heap": 16000000, "tags": ["lab"], "up": true}],
  "limits": {"slice": 0.05, "hops": 200, "ratio": -1.25}} ]]
local result
for _ = 1, rounds do
  result = encode(decode(text))
  assert(encode(decode(result)) == result)
end
print(#result, result:sub(1, 40))
