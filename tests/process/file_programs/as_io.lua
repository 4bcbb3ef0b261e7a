-- Runs a program of fleet files on Lua's own io: lua5.4 as_io.lua PROGRAM
fs = {remove = function(path) assert(os.remove(path)) end}

function fs.open(path, mode)
  local file, message, number = io.open(path, mode)
  if mode == "a" then file:setvbuf("no") end -- what is appended is there at once
  return file, message, number
end

function fs.lines(path, ...)
  local file, formats = nil, table.pack(...)
  return function()
    file = file or assert(io.open(path, "rb"))
    local found = table.pack(file:read(table.unpack(formats, 1, formats.n)))
    if found[1] == nil then file:close() end
    return table.unpack(found, 1, found.n)
  end
end

function fs.write(path, text) local file <close> = io.open(path, "wb") file:write(text) end
function fs.append(path, text) local file <close> = io.open(path, "ab") file:write(text) end
function fs.read(path) local file <close> = assert(io.open(path, "rb")) return file:read("a") end
function fs.rename(from, to) assert(os.rename(from, to)) end
function fs.exists(path) local file <close> = io.open(path) return file ~= nil end

assert(loadfile(arg[1]))()
