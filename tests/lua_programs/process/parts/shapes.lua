sleep(0.1)
return function()
  local corners = 2
  return function()
    sleep(0.1)
    corners = corners + 1
    if corners < 6 then return "shape " .. corners, corners end
  end
end
