--! engines = ["lua54", "luajit", "python"]
-- Every way to read a file.
local function show(...)
  local found = table.pack(...)
  for i = 1, found.n do
    if type(found[i]) == "string" then found[i] = string.format("%q", found[i]) end
  end
  print(table.unpack(found, 1, found.n))
end

local bytes = {}
for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
bytes = table.concat(bytes)
fs.write("r.txt", "one\ntwo\n\nfour, no end")
fs.write("r.bin", bytes .. bytes)
fs.write("r.empty", "")
fs.write("r.num", "  12 -7\t0x1F 3.25e1 .5 15e-1x\n0x.8p0 1e300 - 5 0x 7 nan")

local f = assert(fs.open("r.txt"))
show(f:read())
show(f:read("l", "L", "l"))
show(f:read("*l"))
show(f:read("l"))
show(f:read("a"))
show(f:read("a", "l"))
show(f:read(0))
show(f:seek("set", 4))
show(f:read(0), f:read(2), f:read(100), f:read(1))
show(f:seek(), f:seek("end"), f:seek("end", -3))
show(f:read("a"))
show(f:seek("set"), f:seek("cur", 5), f:seek("cur", -2))
show(f:read("L", 3, "l", "l", "l"))
show(f:seek("set", -1))
show(f:seek("set", 1000), f:read("a"), f:read("l"), f:seek("cur"))
show(f:close())

f = fs.open("r.bin", "rb")
show(f:read(256) == bytes, f:read("a") == bytes, f:read(1))
f:seek("set", 10)
show(#f:read("l"), #f:read("L"), f:seek())
f:close()

f = fs.open("r.empty")
show(f:read("a"), f:read("l"), f:read(0), f:read("n"), f:seek("end"))
f:close()

f = fs.open("r.num")
show(f:read("n", "n", "n", "n"))
show(f:read("n"))
show(f:read("n", "n"))
show(f:read("l"))
show(f:read("n", "n"))
show(f:read("n"))
show(f:read("n"))
show(f:read(1))
show(f:read("n"))
show(f:read("n"))
show(f:read("a"))
f:close()

for line in fs.lines("r.txt") do show(line) end
for line in fs.lines("r.txt", "L") do show(line) end
for one, rest in fs.lines("r.txt", 1, "l") do show(one, rest) end
f = fs.open("r.txt")
show(f:read("l"))
for line in f:lines() do show(line) if line == "" then break end end
show(f:read("l"))
f:seek("set")
for a, b in f:lines("l", 2) do show(a, b) end
show(f:read("a"))
f:close()

-- longer than what is read at once
local long = {}
for i = 1, 500 do long[#long + 1] = i .. ": " .. string.rep("x", i % 40) end
fs.write("r.long", table.concat(long, "\n") .. "\n")
local count, size = 0, 0
for line in fs.lines("r.long") do count = count + 1 size = size + #line assert(line == long[count]) end
show(count, size)
f = fs.open("r.long")
local parts = {}
while true do
  local piece = f:read(1777)
  if not piece then break end
  parts[#parts + 1] = piece
end
show(#parts, table.concat(parts) == table.concat(long, "\n") .. "\n")
f:seek("set", 5000)
show(#f:read("a"), #f:read("a"))
f:close()
for _, name in ipairs({"r.txt", "r.bin", "r.empty", "r.num", "r.long"}) do fs.remove(name) end
