--! engines = ["lua54", "luajit", "python"]
-- Modules that require each other.
local ok, message = pcall(require, "lib.egg")
print(ok, message:find("C stack overflow", 1, true) ~= nil)
local a = require "lib.cycle_a"
print(a.b.a == a, a.b.name, a.name)
-- and again, with the chain broken by hand
package.loaded["lib.hen"] = "hen"
print(require "lib.egg")
