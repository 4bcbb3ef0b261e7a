local total = 0
print("meter", ...)
for i = 1, 2 do
  sleep(0.1)
  total = total + i
end
return {
  tick = function(by) total = total + by sleep(0.01) end,
  total = function() return total end,
  broken = function()
    sleep(0.1)
    local t
    return t.x
  end,
}
