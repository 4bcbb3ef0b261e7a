--! engines = ["lua54", "luajit", "python"]
-- LZW compression and back: string keys, substrings, growing tables.
local rounds = tonumber((...)) or 30

local function compress(text)
  local codes, size = {}, 256
  for i = 0, 255 do codes[string.char(i)] = i end
  local out, current = {}, ""
  for i = 1, #text do
    local c = text:sub(i, i)
    local longer = current .. c
    if codes[longer] then
      current = longer
    else
      out[#out + 1] = codes[current]
      codes[longer] = size
      size = size + 1
      current = c
    end
  end
  if current ~= "" then out[#out + 1] = codes[current] end
  return out
end

local function expand(codes)
  local strings, size = {}, 256
  for i = 0, 255 do strings[i] = string.char(i) end
  local previous = strings[codes[1]]
  local out = {previous}
  for i = 2, #codes do
    local code = codes[i]
    local entry = strings[code] or previous .. previous:sub(1, 1)
    out[#out + 1] = entry
    strings[size] = previous .. entry:sub(1, 1)
    size = size + 1
    previous = entry
  end
  return table.concat(out)
end

local text = ("temperature=21.5;humidity=40;"):rep(rounds) .. "end"
local packed = compress(text)
print(#text, #packed, expand(packed) == text)
