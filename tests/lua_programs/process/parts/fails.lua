local x = 1
sleep(0.1)
error("parts fail " .. x)
