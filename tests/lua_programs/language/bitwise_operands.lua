--! engines = ["lua54", "luajit", "python"]
-- Bit operators take integers and floats that are whole; strings they do not convert.
local text, half, whole = "2", 1.5, 3
local t = { y = 2.5, s = "8" }
local function fails(f) print(select(2, pcall(f))) end
fails(function() return text | 1 end)
fails(function() return 1 & text end)
fails(function() return ~text end)
fails(function() return text << 1 end)
fails(function() return 1 >> t.s end)
fails(function() return half & text end)
fails(function() return text ~ {} end)
fails(function() return {} ~ text end)
fails(function() return half | whole end)
fails(function() return whole | half end)
fails(function() return t.y & 1, 1 end)
fails(function() return 1 << t.y end)
fails(function() return ~t.y end)
fails(function() return whole & 0 / 0 end)
fails(function() return whole & 1 / 0 end)
fails(function() return whole & 2 ^ 70 end)
fails(function() return whole & nil end)
fails(function() return t.z ~ 1 end)
print(2 ^ 3 | 0, 7 & 2 ^ 1, whole ~ 2 ^ 2)
