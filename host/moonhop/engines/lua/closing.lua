-- `<close>` variables: what a frame has open stands in its third place, oldest first.
local R = ...
local N = R.natives
local error, xpcall, getmetatable = N.error, N.xpcall, N.debug.getmetatable

-- Raise an error at the place that called the builtin.
local function fail(message) error(R.where() .. message, 0) end
R.fail = fail

function R.on_error(err) return R.translate(err) end

local function closer(value) local meta = getmetatable(value) return meta and N.rawget(meta, "__close") end

function R.open(F, value, name)
  if value == nil or value == false then
    value = nil
  elseif not closer(value) then
    fail("variable '" .. name .. "' got a non-closable value")
  end
  local closers = F[3]
  if not closers then
    closers = { n = 0 }
    F[3] = closers
  end
  closers.n = closers.n + 1
  closers[closers.n] = value
end

-- Close the last `count` things of a frame, newest first.
local function close(F, count, err)
  local closers = F[3]
  for _ = 1, count do
    local n = closers.n
    local value = closers[n]
    closers[n] = nil
    closers.n = n - 1
    if value then
      local f = closer(value)
      if not f then
        fail("metamethod 'close' is not callable")
      end
      f(value, err)
    end
  end
end
R.close = close

-- Close all that is left in a frame, each even if the one before fails; returns the last error.
function R.close_failed(F, err)
  while F[3] and F[3].n > 0 do
    local ok, new = xpcall(close, R.on_error, F, 1, err)
    if not ok then err = new end
  end
  return err
end
