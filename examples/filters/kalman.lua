-- A Kalman filter for one value that drifts slowly.

local M = {}

-- `drift` and `noise` are variances: of the value from row to row, and of what is measured.
function M.new(drift, noise)
  drift, noise = drift or 0.0004, noise or 0.01
  local estimate, doubt
  return function(x)
    if not estimate then
      estimate, doubt = x, noise
    else
      doubt = doubt + drift
      local gain = doubt / (doubt + noise)
      estimate = estimate + gain * (x - estimate)
      doubt = (1 - gain) * doubt
    end
    return estimate
  end
end

return M
