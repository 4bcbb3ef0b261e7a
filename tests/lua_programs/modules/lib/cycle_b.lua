return { name = "b", a = require "lib.cycle_a" }
