--! engines = ["lua54", "luajit", "python"]
-- A library is there even where a program names only a field that it lacks.
print(type(os), os.nothing)
print(type(utf8), utf8.nothing)
print(type(coroutine), coroutine.nothing)
print(type(table), table.nothing)
print(type(math), math.nothing)
print(type(string), string.nothing)
print(pcall(function() return nothing.at_all end))
