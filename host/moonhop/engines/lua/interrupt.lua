-- The end of a turn that takes too long: what the hook that `R.lay_hook` left does once the watchdog
-- (engines/watchdog.py) has armed it from outside. It is called at every instruction then, and raises
-- OVER wherever the program's own code runs: no pcall can hold what begins again with the next
-- instruction. The runtime's code runs on, so that the machine comes to rest.
local R = ...
local N, OVER = R.natives, R.OVER
local getinfo, byte, error = N.debug.getinfo, N.string.byte, N.error

function R.interrupted()
  if byte(getinfo(2, "S").source, 2) ~= 1 then return end
  if not OVER.message then
    local place = R.where()
    if N.string.sub(place, -4) == ":0: " then return end -- a frame's step on its way to where it goes on
    OVER.message = place .. R.over_reason()
    OVER.trace = "stack traceback:\n\t" .. N.string.gsub(R.traceback(1), "\n", "\n\t")
  end
  error(OVER, 0)
end
