return function(i) coroutine.yield("inside " .. i) return "outside " .. i end
