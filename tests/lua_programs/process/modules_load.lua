--! engines = ["lua54", "luajit", "python"]
--! modules = ["parts.meter", "parts.shapes"]
-- Modules and texts that load compiles.
local get = load("local name = ... local m = require(name) sleep(0.1) return m", "=chunk")
local meter = get("parts.meter")
meter.tick(3)
print(meter.total(), meter == require "parts.meter")
print(load("return require 'parts.meter'.total()")())
local shapes = load("return (require 'parts.shapes')")()
for name in shapes() do print(name) end
print(load("return package.loaded['parts.shapes']")() == shapes)
local ok, message = pcall(load("local m = require('none') return m", "=x"))
print(ok, (message:gsub("\n.*", "")))
load("package.preload.late = function(name) sleep(1) return { name } end")()
print(require("late")[1])
local function computed()
  local m = require("no" .. "where")
  return m
end
print((select(2, pcall(computed)):gsub("\n.*", "")))
