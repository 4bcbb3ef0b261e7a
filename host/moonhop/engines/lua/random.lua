-- math.random and math.randomseed over our own generator, whose state hops.
local R = ...
local N = R.natives
local select = N.select

R.register("math.random", function(...)
  local count = select("#", ...)
  if count == 0 then return R.random_float() end
  local low, high = ...
  if count == 1 then
    low, high = 1, R.integer_argument(low, 1, "math.random", 1)
    if high == 0 then return R.random_integer() end
  elseif count == 2 then
    low, high = R.integer_argument(low, 1, "math.random", 2), R.integer_argument(high, 2, "math.random", 2)
  else
    R.fail("wrong number of arguments")
  end
  if low > high then R.bad_argument(1, "math.random", "interval is empty") end
  return R.random_between(low, high)
end)

R.register("math.randomseed", function(...)
  local n1, n2 = ...
  if select("#", ...) == 0 then
    n1, n2 = R.random_integer(), R.random_integer()
  else
    n1 = R.integer_argument(n1, 1, "math.randomseed", 1)
    n2 = n2 ~= nil and R.integer_argument(n2, 2, "math.randomseed") or 0
  end
  R.seed(n1, n2)
  return n1, n2
end)
