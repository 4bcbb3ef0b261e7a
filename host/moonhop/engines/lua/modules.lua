-- `require` and the table package (manual 6.3), without what loads C libraries. Modules were linked
-- when the program was submitted: what is looked up here is its own prototypes.
local R = ...
local N, G = R.natives, R.G
local type, select = N.type, N.select
local register, fail, text_argument, expected = R.register, R.fail, R.text_argument, R.expected
local deliver, push, pop = R.deliver, R.push, R.pop

local PAUSE = 0.01 -- seconds after which a task looks again whether another one has loaded a module
local MOST_LOADING = 190 -- modules that are being loaded by each other, as LUAI_MAXCCALLS bounds it

local loaded, preload, searchers = {}, {}, {}
register("package.loaded", loaded)
register("package.preload", preload)
register("package.searchers", searchers)
local loading = register("require.loading", {}, true) -- modules whose loaders suspend: name -> thread
local package = G.package
package.path = "?.lua;?/init.lua;/lib/?.lua;/lib/?/init.lua"
package.config = "/\n;\n?\n!\n-\n"
for _, name in N.ipairs({ "_G", "coroutine", "debug", "math", "os", "package", "string", "table", "utf8" }) do
  loaded[name] = R.builtins[name]
end

local function name_of(...)
  if ... == nil then expected(1, "require", "string", select("#", ...), nil) end
  return text_argument((...), 1, "require")
end

searchers[1] = register("require.preloaded", function(...)
  local name = name_of(...)
  local loader = preload[name]
  if loader == nil then return "no field package.preload['" .. name .. "']" end
  return loader, ":preload:"
end, true)

searchers[2] = register("require.linked", function(...)
  local name = name_of(...)
  local unit = R.units[0]
  local module = unit.modules and unit.modules[name]
  if module then return unit.factories[module[1]](), module[2] end
  return "no module '" .. name .. "' in the program (its manifest can name it: modules = [\"" .. name .. "\"])"
end, true)

-- Ask the searchers: the loader, and what goes with it.
local function search(name)
  local asked = package.searchers
  if type(asked) ~= "table" then fail("'package.searchers' must be a table") end
  local told, at = "", 1
  while true do
    local searcher = asked[at]
    if searcher == nil then fail("module '" .. name .. "' not found:" .. told) end
    local loader, data = searcher(name)
    if type(loader) == "function" then return loader, data end
    if type(loader) == "string" then told = told .. "\n\t" .. loader end
    at = at + 1
  end
end

-- Note what a loader gave; gives what require returns.
local function finish(name, data, value)
  loading[name] = nil
  if value ~= nil then loaded[name] = value end
  value = loaded[name]
  if value == nil then
    value = true
    loaded[name] = value
  end
  return value, data
end

-- Is a stack loading the module that neither runs nor waits for what runs? A module that requires
-- itself is loaded again, as in PUC Lua.
local function loads_elsewhere(name)
  local thread = loading[name]
  if not thread then return false end
  local loader = R.stack_of(thread)
  local found = false -- it is not, if it failed or was cancelled
  for i = 2, loader.n do
    if loader[i][1] == "require" and loader[i][3] == name then found = true end
  end
  if not found then return false end
  local S = R.stack()
  while S do
    if S == loader then return false end
    S = S.from or S.outer
  end
  return true
end

local require = register("require", function(...)
  local name = name_of(...)
  if loaded[name] then return loaded[name] end
  if loads_elsewhere(name) then R.cannot_suspend() end
  local loader, data = search(name)
  return finish(name, data, (loader(name, data)))
end)

function R.passed.require(marker, ...)
  pop()
  return deliver(finish(marker[3], marker[4], (...)))
end

local function require_frames(...)
  local name = name_of(...)
  if loaded[name] then
    R.forget_tailed()
    return deliver(loaded[name])
  end
  if loads_elsewhere(name) then
    R.forget_tailed()
    push({ "again", false, name })
    return R.op_frames("sleep", PAUSE)
  end
  local mh_callee, data = search(name)
  local S = R.stack()
  local count = 0
  for i = 2, S.n do
    if S[i][1] == "require" then count = count + 1 end
  end
  if count > MOST_LOADING then fail("C stack overflow") end
  R.forget_tailed()
  push({ "require", false, name, data })
  loading[name] = R.thread_of(S)
  return R.call(mh_callee, name, data)
end
function R.passed.again(marker)
  pop()
  return R.call(require, marker[3])
end

R.suspending(require, require_frames, true)
R.in_trampoline(R.passed.require, R.passed.again, require_frames)
