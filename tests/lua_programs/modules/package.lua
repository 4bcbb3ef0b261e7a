--! engines = ["lua54", "luajit", "python"]
-- The table package: loaded, preload, searchers.
print(type(package.loaded), type(package.preload), type(package.path), package.config)
print(package.loaded.package == package, package.loaded.string == string, package.loaded.io == io)

-- what is put into loaded is given; what is taken out is loaded again
package.loaded.given = { 5 }
print(require("given")[1], select("#", require "given"))
print(require "lib.loads", require "lib.loads")
package.loaded["lib.loads"] = nil
print(require "lib.loads")
package.loaded["lib.loads"] = false
print(require "lib.loads")
local name = "lib." .. "loads"
package.loaded[name] = nil
print(require(name))

-- a module may set its own entry
print(require "lib.itself" == package.loaded["lib.itself"], require("lib.itself").own)

-- preload comes before files
package.preload["lib.double"] = function(...)
  print("preload", ...)
  return function(x) return "twice " .. x end
end
local double, data = require "lib.double"
print(double(1), data)
package.preload.nothing = function() end
print(require "nothing")
print(require "nothing")
package.preload.fails = function() error("no " .. "luck") end
print(pcall(require, "fails"))
print(package.loaded.fails)
print(pcall(require, "fails"))
package.preload.fails = nil

-- what is not found
local function first(ok, message) print(ok, (message:gsub("\n\tno field.*", ""))) end
first(pcall(require, "nowhere"))
first(pcall(function() return (require("now" .. "here")) end))
first(pcall(function() local x = require("no.where") return x end))
print((select(2, pcall(require, "nowhere")):match("no field[^\n]*")))
print(pcall(require)) print(pcall(require, {})) print(pcall(require, nil))
first(pcall(require, 12))
first(pcall(require, ""))
first(pcall(require, "../lib/double"))
first(pcall(require, "/etc/passwd"))

-- searchers
table.insert(package.searchers, 1, function(wanted)
  if wanted == "made" then
    return function(...) print("made", (...)) return "made it" end, { "data" }
  end
  return "no luck with " .. wanted
end)
local made, with = require "made"
print(made, with[1])
print((select(2, pcall(require, "other")):match("not found:\n\t\n?\t?no luck with other\n\tno field")) ~= nil)
table.remove(package.searchers, 1)
local loader, path = package.searchers[2]("lib.double")
print(type(loader), path, loader("a", "b")(4))
print(type(package.searchers[1]("nothing")), package.searchers[1]("nowhere"))
local searchers = package.searchers
package.searchers = nil
print(pcall(require, "other"))
package.searchers = searchers

-- loaded and preload work when the fields are gone
local loaded, preload = package.loaded, package.preload
package.loaded, package.preload = nil, nil
loaded.kept, preload.later = "kept", function() return "later" end
print(require "kept", (require "later"))
package.path = package.path .. ";./other/?.lua"
