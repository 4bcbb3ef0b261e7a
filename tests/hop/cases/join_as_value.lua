-- hop python,lua54,micropython 1
local task = spawn(function(...)
  sleep(0.2)
  return 5, ...
end, 2, nil)
print(pcall(task.join, task))
