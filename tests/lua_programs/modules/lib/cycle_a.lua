local M = { name = "a" } package.loaded[...] = M M.b = require "lib.cycle_b" return M
