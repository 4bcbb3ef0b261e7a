--! engines = ["lua54", "luajit", "python"]
-- Numeric for: bounds evaluated once, steps, copies of the control variable.
for i = 1, 3 do print(i) end
for i = 3, 1, -1 do print(i) end
for i = 1, 0 do print("never") end
for i = 10, 1 do print("never") end
for i = 1, 10, 4 do print(i) end
for i = 10, 1, -4 do print(i) end
for i = 5, 5 do print("once", i) end
for i = -2, 2, 2 do print(i) end
for x = 0.25, 1.1, 0.25 do print(string.format("%g", x)) end
for x = 1.5, -1, -0.5 do print(string.format("%g", x)) end
local n = 3
for i = 1, n do n = 10 i = i * 2 print(i, n) end
local calls = 0
local function limit() calls = calls + 1 return 3 end
for i = 1, limit() do end
print(calls)
for i = 1, 3 do local i = i * i print(i) end
for i = 1, 3 do for i = i, 3 do print("in", i) end end
local s = 0
for i = 1, 1000 do s = s + i end
print(s)
for i = 1, math.huge do if i > 3 then break end print(i) end
for i = 1, -math.huge, -1 do if i < -1 then break end print(i) end
for i = 1, 10 do if i == 4 then break end if i % 2 == 0 then goto c end print("b", i) ::c:: end
print(pcall(function() for i = 1, 10, 0 do end end))
print(pcall(function() for i = "x", 10 do end end))
print(pcall(function() for i = 1, {} do end end))
print(pcall(function() for i = 1, 2, nil do end end))
print(pcall(function() for i = nil, 2 do end end))
local out = {}
for i = 3, 1, -1 do for j = i, 1, -1 do out[#out + 1] = i * 10 + j end end
print(table.concat(out, " "))
local function ret() for i = 1, 10 do if i * i > 20 then return i end end end
print(ret())
