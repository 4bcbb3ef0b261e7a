--! engines = ["lua54", "luajit", "python"]
-- A small ray tracer: vectors with metamethods, a scene of spheres, one row of the picture a turn.
local size = tonumber((...)) or 32

local Vector = {}
Vector.__index = Vector

local function vector(x, y, z)
  return setmetatable({x = x, y = y, z = z}, Vector)
end

function Vector.__add(a, b) return vector(a.x + b.x, a.y + b.y, a.z + b.z) end
function Vector.__sub(a, b) return vector(a.x - b.x, a.y - b.y, a.z - b.z) end
function Vector:scale(k) return vector(self.x * k, self.y * k, self.z * k) end
function Vector:dot(b) return self.x * b.x + self.y * b.y + self.z * b.z end
function Vector:unit() return self:scale(1 / self:dot(self) ^ 0.5) end

local Sphere = {}
Sphere.__index = Sphere

local function sphere(x, y, z, radius, shade)
  return setmetatable({center = vector(x, y, z), radius = radius, shade = shade}, Sphere)
end

function Sphere:hit(origin, direction)
  local to = self.center - origin
  local along = to:dot(direction)
  local left = self.radius * self.radius - to:dot(to) + along * along
  if along > 0 and left > 0 then return along - left ^ 0.5 end
end

local scene = {}
for i = 1, 8 do scene[i] = sphere(i - 4.5, (i % 3) - 1, 6 + i % 2, 0.7, 1 - i / 20) end
local light = vector(-1, 1, -1):unit()
local rows, eye = {}, vector(0, 0, 0)
for y = 1, size do
  local row = {}
  for x = 1, size do
    local direction = vector(8 * x / size - 4, 4 - 8 * y / size, 6):unit()
    local nearest, found
    for _, each in ipairs(scene) do
      local distance = each:hit(eye, direction)
      if distance and (not nearest or distance < nearest) then nearest, found = distance, each end
    end
    local bright = 0
    if found then
      local normal = (direction:scale(nearest) - found.center):unit()
      bright = math.max(0.1, normal:dot(light)) * found.shade
    end
    row[x] = string.char(32 + math.floor(bright * 10))
  end
  rows[y] = table.concat(row)
  sleep(0)
end
local sum = 0
for _, row in ipairs(rows) do
  for i = 1, #row do sum = (sum * 31 + row:byte(i)) % 1000003 end
end
print(sum)
