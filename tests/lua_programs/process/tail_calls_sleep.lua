--! engines = ["lua54", "luajit", "python"]
-- Tail calls in circles that rest now and then, and functions of such circles that hop.
local function rarely(n) if n % 400 == 0 then sleep(0.01) end end
local function loop(n) rarely(n) if n == 0 then return "done" end return loop(n - 1) end
print(loop(2000))
local fields = {}
function fields.even(n) rarely(n) if n == 0 then return true end return fields.odd(n - 1) end
function fields.odd(n) if n == 0 then return false end return fields.even(n - 1) end
print(fields.even(2000), fields.odd(2000))
local Light = {}
Light.__index = Light
function Light:red(n) return self:next("green", n) end
function Light:green(n) return self:next("yellow", n) end
function Light:yellow(n) rarely(n) return self:next("red", n) end
function Light:next(name, n) if n == 0 then return name, self.turns end
  self.turns = self.turns + 1
  return self[name](self, n - 1) end
print(setmetatable({turns = 0}, Light):red(2401))
-- these do not rest themselves
local up, down
function up(n, seen) if n == 0 then return seen end return down(n - 1, seen + 1) end
function down(n, seen) if n == 0 then return seen end return up(n - 1, seen) end
local kept = {up = up, down = down}
local function counter(by)
  local function count(n, sum, ...)
    if n == 0 then return sum, ... end
    return count(n - 1, sum + by, ...)
  end
  return count
end
local five = counter(5)
function Light:dim(n) if n == 0 then return self.turns end return self:dim(n - 1) end
for turn = 1, 3 do
  print(kept.up(3000, turn), kept.down(3001, turn), five(3000, turn, "more", turn))
  print(setmetatable({turns = turn}, Light):dim(3000))
  sleep(0.1)
end
-- a suspending circle and one that never rests, one after the other
local function both(n)
  if n == 0 then return "both" end
  if up(n * 100, 0) ~= n * 50 then return "wrong" end
  if n % 5 == 0 then sleep(0.01) end
  return both(n - 1)
end
print(both(20))
