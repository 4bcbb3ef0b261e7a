-- Takes what the runtime needs of the engine's own library, before the program can touch anything,
-- and sets up the table that the parts of the runtime share.
--
--   natives   the engine's own functions      kind      function -> prototype (frame form) or
--   G         the program's global table                {run = what the trampoline does, op =}
--   names     builtin -> registered name      builtins  registered name -> builtin
--   bound     closure -> {name, state}        pristine  name of a builtin table -> its first pairs
--
-- Parts of the runtime that many programs never need are loaded when something of R that they make
-- is first read: `ask("part", name)` gives the code of the part that makes it, or nil.
-- `wanted` holds the names of libraries that the program may mean, with a space around each.
local dialect, host, ask, wanted = ...
-- The token tells frame-form functions who calls; it is a function, for comparing a program's table
-- with a table would ask its __eq.
local R = { luajit = dialect == "luajit", host = host, token = function() end, extra = false }
-- The program's own globals are R.G: it never sees these.
local N = _G
N.unpack = N.unpack or N.table.unpack
N.io, N.package, N.require = nil, nil, nil
R.natives = N

local load, rawget = N.load, N.rawget
setmetatable(R, {
  __index = function(_, name)
    local code, part = ask("part", name)
    if not code then return nil end
    load(code, "=\2" .. part)(R)
    return rawget(R, name)
  end,
})

R.G = {}
R.kind = setmetatable({}, { __mode = "k" })
R.bound = setmetatable({}, { __mode = "k" })
R.names = {}
R.builtins = {}
R.pristine = {}
R.handlers = {} -- registered name -> what the trampoline does with arguments, for bound builtins

function R.compile(text, given) return ask("compile", text, given) end
function R.wanted(library) return N.string.find(wanted, " " .. library .. " ", 1, true) ~= nil end
function R.program_text() return ask("text") end
function R.over_reason() return ask("reason") end
function R.entropy() return ask("entropy") end
return R
