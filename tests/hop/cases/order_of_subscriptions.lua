-- hop micropython,python 1
for i = 1, 9 do
  subscribe(i % 2 == 0 and "a" or "+", function(_, payload) print(i, payload) end)
end
local tasks = {}
local slow = spawn(function() sleep(1) return "slow" end)
for i = 1, 9 do tasks[i] = spawn(function() print(i, slow:join()) end) end
publish("a", "one")
sleep(0.5)
publish("a", "two")
sleep(2)
