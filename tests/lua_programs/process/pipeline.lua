--! engines = ["lua54", "luajit", "python"]
-- A pipeline of coroutines, with pcall, varargs, closures and tasks.
local function source(...)
  local items = table.pack(...)
  return coroutine.wrap(function()
    for i = 1, items.n do sleep(0.1) coroutine.yield(items[i], i) end
    return nil
  end)
end
local function stage(name, input, f, ...)
  local extra = table.pack(...)
  return coroutine.wrap(function()
    local handled = 0
    for item, index in input do
      local r = table.pack(pcall(f, item, index, table.unpack(extra, 1, extra.n)))
      sleep(0.05)
      handled = handled + 1
      if r[1] then coroutine.yield(table.unpack(r, 2, r.n)) else
        print(name .. " drops " .. tostring(item) .. ": " .. (type(r[2]) == "table" and r[2].reason or r[2]))
      end
    end
    print(name .. " handled " .. handled)
    return nil
  end)
end
local parsed = stage("parse", source("1", "2", "x", "4", "-5", "6"), function(s, i)
  local v = tonumber(s)
  if not v then error("not a number", 0) end
  sleep(0.02)
  return v, i, s
end)
local scaled = stage("scale", parsed, function(v, i, factor, offset)
  if v < 0 then error({reason = "negative"}) end
  return v * factor + offset, i, "scaled"
end, 10, 1)
print(pcall(function()
  local sum, n = 0, 0
  for v, i, tag in stage("check", scaled, function(v, i)
    if i == 4 then local bad = nil return bad.field end
    return v, i
  end) do
    sum, n = sum + v, n + 1
    print("out", v, i, tag)
  end
  return sum, n
end))
local function window(size)
  local kept = {}
  return function(...)
    for i = 1, select("#", ...) do
      kept[#kept + 1] = (select(i, ...))
      if #kept > size then table.remove(kept, 1) end
    end
    sleep(0.01)
    return table.unpack(kept)
  end
end
local w = window(3)
print(w(1))
print(w(2, 3))
print(w(4, 5))
print(select("#", w()))
local workers = {}
for i = 1, 2 do
  workers[i] = spawn(function(...)
    local total = 0
    for v in source(...) do sleep(i * 0.07) total = total + v end
    return "worker " .. i, total
  end, i, i + 1, i + 2)
end
for i = 1, 2 do print(workers[i]:join()) end
