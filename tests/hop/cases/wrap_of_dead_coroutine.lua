-- hop lua54,lua54,python 1
local wrapped = coroutine.wrap(function()
  sleep(0.1)
  return 1
end)
print(pcall(wrapped))
sleep(0.1)
print(pcall(wrapped))
print(pcall(function()
  local value = wrapped()
  return value
end))
