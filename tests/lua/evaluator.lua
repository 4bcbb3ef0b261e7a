-- Evaluates cases with PUC Lua; the text of an outcome is the same as that of evaluator.py.
local function shown(v, depth)
  depth = depth or 0
  local kind = math.type(v) or type(v)
  if kind == "integer" then return "i" .. v end
  if kind == "float" then
    if v ~= v then return "fnan" end
    return "f" .. (string.pack(">d", v):gsub(".", function(c) return ("%02x"):format(c:byte()) end))
  end
  if kind == "string" then
    return "'" .. v:gsub("[^ -~]", function(c) return ("\\%03d"):format(c:byte()) end) .. "'"
  end
  if kind == "table" then
    if getmetatable(v) then return "P" .. shown(getmetatable(v).__index) end
    if depth > 5 then return "deep" end
    local pairs_ = {}
    for k, x in pairs(v) do pairs_[#pairs_ + 1] = shown(k) .. "=" .. shown(x, depth + 1) end
    table.sort(pairs_)
    return "{" .. table.concat(pairs_, ",") .. "}"
  end
  return kind == "function" and kind or tostring(v)
end

FN = {
  first = function(...) return (...) end,
  nothing = function() end,
  ["false"] = function() return false end,
  table = function() return {} end,
  count = function(...) return select("#", ...) end,
  pair = function(a) return "<" .. a .. ">", 1 end,
  greater = function(a, b) return b < a end,
  always = function() return true end,
  fails = function() error("failed", 0) end,
}

function proxy(t)
  return setmetatable({}, {__index = t, __newindex = t, __len = function() return #t end,
    __tostring = function() return "proxy" end})
end

function F(bits) return (string.unpack(">d", (bits:gsub("..", function(h) return string.char(tonumber(h, 16)) end)))) end

local function emit(text) io.write(text, "\n") end

function results(r, t, mutates)
  local texts = {}
  for i = 1, r.n do texts[i] = shown(r[i]) end
  local text = table.concat(texts, " ")
  if mutates and type(t) == "table" then text = text .. " and " .. shown(t) end
  return text
end

function iterate(f, s, c)
  local found = {}
  for _ = 1, 50 do
    local r = table.pack(f(s, c))
    if r[1] == nil then break end
    c = r[1]
    for i = 1, r.n do r[i] = shown(r[i]) end
    found[#found + 1] = table.concat(r, " ")
  end
  return table.concat(found, "|")
end

function sequence(n1, n2, count, ...)
  math.randomseed(n1, n2)
  local found = {}
  for i = 1, count do found[i] = shown(math.random(...)) end
  return table.concat(found, " ")
end

for line in io.lines(arg[1]) do
  local ok, text = pcall(assert(load(line, "=case")))
  if ok then emit(text)
  else emit("error: " .. tostring(text):gsub("^[^: ]*:%d+: ", "")) end
end
