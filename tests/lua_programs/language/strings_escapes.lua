--! engines = ["lua54", "luajit", "python"]
-- String literals: escapes, long brackets, every byte.
local function show(s) print(#s, (s:gsub("[^ -~]", function(c) return string.format("\\%d", c:byte()) end))) end
show("a\n\t\\\"\'\a\b\f\r\v")
show('single "double" \'escaped\'')
show("\65\066\0067\x41\x7a\u{48}\u{7FF}\u{20AC}\u{10FFFF}\u{7FFFFFFF}")
show("skip \z
      this \z   and this")
show("line\
break")
show([[long
string]])
show([[
first newline dropped]])
show([==[with ]] and ]=] inside]==])
show([=[]=])
show("zero\0inside\0")
show("\255\254\128\127")
show("caf\u{E9} \u{4E2D}")
local all = {}
for i = 0, 255 do all[#all + 1] = string.char(i) end
local s = table.concat(all)
local sum = 0
for i = 1, #s do sum = sum + s:byte(i) * i end
print(#s, sum, s:byte(1), s:byte(256), s:byte(128, 131))
--[[ a comment
over lines ]] print("after comment")
--[==[ another ]] ]==] print("still here")
---[[ not a long comment
print("this runs")
--]]
print("tab\tsep", #"\z  ")
