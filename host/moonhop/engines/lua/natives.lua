-- Takes what the runtime needs of the engine's own library, before the program can touch anything,
-- and sets up the table that the parts of the runtime share.
--
--   natives   the engine's own functions      kind      function -> prototype (frame form) or
--   G         the program's global table                {run = what the trampoline does, op =}
--   names     builtin -> registered name      builtins  registered name -> builtin
--   bound     closure -> {name, state}        pristine  name of a builtin table -> its first pairs
local dialect, host = ...
local R = { luajit = dialect == "luajit", host = host, token = {} }
local N = {}
for name, value in pairs(_G) do N[name] = value end
for _, name in ipairs({ "string", "table", "math", "debug", "coroutine", "os", "utf8", "bit" }) do
  local copy = {}
  for key, value in pairs(_G[name] or {}) do copy[key] = value end
  N[name] = copy
end
N.unpack = N.unpack or N.table.unpack
R.natives = N
R.G = {}
R.kind = setmetatable({}, { __mode = "k" })
R.bound = setmetatable({}, { __mode = "k" })
R.names = {}
R.builtins = {}
R.pristine = {}
R.handlers = {} -- registered name -> what the trampoline does with arguments, for bound builtins
return R
