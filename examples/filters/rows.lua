-- Rows of a recorded series, one after the other.

local M = {}
local count = 0

-- How many rows were read so far.
function M.count() return count end

-- For a generic `for`: number, time and value of each row up to number `last`, one each `pace` seconds.
function M.read(path, last, pace)
  local next_line = fs.lines(path)
  return function()
    while count < last do
      local line = next_line()
      if not line then return nil end
      local time, value = string.match(line, "^(%d[^,]*),(.+)$") -- the title line has no digit there
      if time then
        count = count + 1
        if pace > 0 then sleep(pace) end
        return count, time, tonumber(value)
      end
    end
  end
end

return M
