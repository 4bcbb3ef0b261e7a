--! engines = ["lua54", "luajit", "python"]
-- Word count with patterns, then a sort by frequency.
local rounds = tonumber((...)) or 40

local text = [[
A node runs a worker; a worker runs processes; a process is one run of a program. Programs hop from
node to node while they run, and lose nothing: variables, closures, timers and half-finished tasks
arrive as they left. The scheduler says where a process should be, and the node says where it is.
]]

local counts = {}
for _ = 1, rounds do
  for word in text:gmatch("%a+") do
    local key = word:lower()
    counts[key] = (counts[key] or 0) + 1
  end
end

local list = {}
for word in pairs(counts) do list[#list + 1] = word end
table.sort(list, function(a, b)
  if counts[a] ~= counts[b] then return counts[a] > counts[b] end
  return a < b
end)
for i = 1, 5 do print(list[i], counts[list[i]]) end
local longest = ""
for i = 1, #list do
  if #list[i] > #longest then longest = list[i] end
end
print(#list, longest, text:find("hop", 1, true))
