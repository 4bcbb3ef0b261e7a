--! engines = ["lua54", "luajit", "python"]
-- Flips of all permutations: integer arithmetic on small arrays.
local n = tonumber((...)) or 7

local function fannkuch(size)
  local perm, flip, count = {}, {}, {}
  for i = 1, size do perm[i], count[i] = i, i end
  local sign, most, checksum = 1, 0, 0
  while true do
    local first = perm[1]
    if first ~= 1 then
      for i = 2, size do flip[i] = perm[i] end
      local flips = 1
      while true do
        local other = flip[first]
        if other == 1 then break end
        flip[first] = first
        if first >= 4 then
          local low, high = 2, first - 1
          while low < high do
            flip[low], flip[high] = flip[high], flip[low]
            low, high = low + 1, high - 1
          end
        end
        first = other
        flips = flips + 1
      end
      checksum = checksum + sign * flips
      if flips > most then most = flips end
    end
    if sign == 1 then
      perm[1], perm[2] = perm[2], perm[1]
      sign = -1
    else
      perm[2], perm[3] = perm[3], perm[2]
      sign = 1
      for i = 3, size do
        local c = count[i]
        if c ~= 1 then
          count[i] = c - 1
          break
        end
        if i == size then return checksum, most end
        count[i] = i
        local front = perm[1]
        for j = 1, i do perm[j] = perm[j + 1] end
        perm[i + 1] = front
      end
    end
  end
end

print(fannkuch(n))
