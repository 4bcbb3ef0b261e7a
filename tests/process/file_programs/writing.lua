--! engines = ["lua54", "luajit", "python"]
-- Writing and appending; what numbers look like; files kept in tables and shared by closures.
local f = assert(fs.open("w.txt", "w"))
print(f:write("a", 1, 2.5, -0.25) == f, f:write() == f)
print(f:write(1.0, " ", 1e100, " ", 1 / 0, " ", 123456789012, "\n") == f)
print(f:seek(), f:seek("cur"), f:seek("end"))
print(f:flush() and true)
print(f:close())
print(fs.read("w.txt"))

-- much more than a buffer, in small and in large pieces
f = fs.open("w.big", "wb")
local expected = {}
for i = 1, 700 do
  local piece = i .. ";" .. string.rep(string.char(i % 256), i % 30) .. "\n"
  expected[#expected + 1] = piece
  assert(f:write(piece) == f)
end
local huge = string.rep("0123456789", 5000)
f:write(huge, "end")
expected[#expected + 1] = huge .. "end"
expected = table.concat(expected)
print(f:seek("end") == #expected)
f:close()
print(fs.read("w.big") == expected, #expected)

-- a file that is there is replaced
f = fs.open("w.txt", "w")
f:close()
print(#fs.read("w.txt"))

-- appending
f = fs.open("w.log", "a")
print(fs.exists("w.log"))
for i = 1, 5 do f:write("record ", i, "\n") end
fs.append("w.log", "between\n")
f:write("last\n")
print(f:close())
print(fs.read("w.log"))

-- two closures and a table share a file
local files = {out = fs.open("w.txt", "w")}
local function header() files.out:write("header\n") end
local function body(n) for i = 1, n do files.out:write(i, " ") end end
header() body(5)
files[files.out] = "known"
print(files[files.out:write("\n")])
files.out:close()
print(fs.read("w.txt"))

local input = fs.open("w.txt")
local function word() return input:read("n") end
local function line() return input:read("l") end
print(line(), word(), word(), line(), line())
input:close()

do
  local scoped <close> = fs.open("w.txt", "w")
  scoped:write("closed by its scope")
end
print(fs.read("w.txt"))
print(pcall(function()
  local scoped <close> = fs.open("w.txt", "w")
  scoped:write("closed by an error")
  error("stop", 0)
end))
print(fs.read("w.txt"))
do
  local big <close> = fs.open("w.big", "w")
  big:write(huge) big:write("!")
end
print(fs.read("w.big") == huge .. "!")
local function early()
  local scoped <close> = fs.open("w.txt", "w")
  scoped:write("closed by ", "return")
  return "returned"
end
print(early(), fs.read("w.txt"))

fs.rename("w.txt", "w.new")
print(fs.exists("w.txt"), fs.read("w.new"))
for _, name in ipairs({"w.new", "w.big", "w.log"}) do fs.remove(name) end
