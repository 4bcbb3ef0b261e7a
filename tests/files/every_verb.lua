--! engines = ["luajit", "lua54", "python"]
-- Every function of `fs`; what goes wrong is told in one line, with the limit if there is one.
local function refused(name, ...) print(name, select(2, pcall(fs[name], ...))) end
fs.mkdir("d/e")
fs.write("d/one", "1") fs.write("/d//two", "two\n") fs.append("d/e/three", "3") fs.append("d/e/three", "33")
print(fs.read("d/two"), fs.exists("d/one"), fs.exists("d"), fs.exists("none"))
print(table.concat(fs.list("d"), " "), table.concat(fs.list("d", {prefix = "t"}), " "))
local names, after = fs.list("d", {limit = 2})
print(table.concat(names, " "), after, table.concat(fs.list("d", {after = after}), " "))
fs.rename("d/two", "d/e/two") fs.copy("d/e", "copy") fs.copy("d/one", "d/e/two")
fs.remove("d/one")
print(table.concat(fs.list("d"), " "), table.concat(fs.list("copy"), " "), fs.read("d/e/two"))
local found = fs.stat("copy/three")
print(found.name, found.path, found.kind, found.size, found.version, found.type, found.owner)
print(os.time() - found.modified < 100, fs.stat("copy").kind)
fs.write("caf\xc3\xa9", "composed")
print(fs.read("cafe\xcc\x81"), fs.stat("cafe\xcc\x81").name == "caf\xc3\xa9")
for line in fs.lines("copy/two") do print(line) end
refused("read", "none")
refused("read", "d")
refused("remove", "d")
refused("rename", "none", "x")
refused("rename", "d", "d/e/f")
refused("copy", "copy", "d")
refused("mkdir", "copy/three/x")
refused("write", "../x", "")
refused("write", string.rep("x", 201), "")
refused("write", string.rep("x/", 600), "")
print(fs.open("d", "w"))
print(fs.open("none"))
for _, path in ipairs({"d/e/three", "d/e/two", "d/e", "d", "copy/three", "copy/two", "copy", "caf\xc3\xa9"}) do
  fs.remove(path)
end
print(fs.exists("d"), fs.exists("copy"))
