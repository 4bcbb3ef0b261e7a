--! engines = ["lua54", "luajit", "python"]
--! modules = ["lib.numbered", "lib.plain"]
-- What require gives, in which order modules run, and what they share.
print("main", ...)
local counter, where = require "lib.counter"
print(type(counter), where, counter.name, counter.path)
print(select("#", require "lib.counter"), require("lib.counter") == counter)
counter.add(2)
print(require("lib.counter").get())

-- a folder's init.lua; a module that requires others; a name with - and _
local shapes, init = require("lib.shapes")
print(init, shapes.square(3), shapes.circle(1) // 1 == 3, shapes.counter == counter, counter.get())
print(require "lib.with-dash_1")

-- a module that returns nothing, false, a function, several values
print(require "lib.nothing")
print(package.loaded["lib.nothing"], select("#", require "lib.nothing"))
print(require "lib.no") print(require "lib.no")
local double = require "lib.double"
print(double(21), (require "lib.several"))
print(require "lib.several")

-- globals are shared; locals are not
print(set_by_module, hidden)
set_by_module = "main"
print(require("lib.counter").global())

-- names made at run time; inside functions, coroutines and pcall
for _, name in ipairs { "lib.plain", "lib.numbered", "string", "table" } do
  print(name, type(require(name)), require(name) == package.loaded[name])
end
print(require "math" == math, (require("string")) == string, require "_G" == _G)
print(pcall(require, "lib.counter") , (select(2, pcall(require, "lib.plain"))))
local co = coroutine.wrap(function()
  local yields = require "lib.yields"
  for i = 1, 2 do coroutine.yield(yields(i)) end
  return require "lib.double"(4)
end)
print(co(), co(), co(), co())
local function late() return require "lib.late" end
print(late()[1], (late())[1])
print((require "lib.late")[1])
local need = require
print(need "lib.double" == double, need("lib.counter") == counter)
