local M = { own = true } package.loaded[...] = M
