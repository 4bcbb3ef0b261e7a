--! engines = ["lua54", "luajit", "python"]
-- Dhrystone 2: records, enumerations, strings and small procedures in the classic mixture.
local loops = tonumber((...)) or 4000

local IDENT1, IDENT2, IDENT3, IDENT4, IDENT5 = 1, 2, 3, 4, 5

local int_global, bool_global = 0, false
local char1_global, char2_global = "\0", "\0"
local array1, array2 = {}, {}
local record_global, next_record

local function new_record()
  return {next = nil, discriminant = IDENT1, enum = IDENT1, int = 0, text = ""}
end

local function copy_record(from, to)
  to.next, to.discriminant, to.enum = from.next, from.discriminant, from.enum
  to.int, to.text = from.int, from.text
end

local function func1(char1, char2)
  local copy = char1
  if copy ~= char2 then return IDENT1 end
  char1_global = copy
  return IDENT2
end

local function func2(text1, text2)
  local at, letter = 2, "A"
  while at <= 2 do
    if func1(text1:sub(at + 1, at + 1), text2:sub(at + 2, at + 2)) == IDENT1 then
      letter = "A"
      at = at + 1
    end
  end
  if letter >= "W" and letter < "Z" then at = 7 end
  if letter == "R" then return true end
  if text1 > text2 then
    at = at + 7
    int_global = at
    return true
  end
  return false
end

local function func3(enum)
  return enum == IDENT3
end

local function proc6(enum)
  local out = enum
  if not func3(enum) then out = IDENT4 end
  if enum == IDENT1 then
    out = IDENT1
  elseif enum == IDENT2 then
    out = int_global > 100 and IDENT1 or IDENT4
  elseif enum == IDENT3 then
    out = IDENT2
  elseif enum == IDENT5 then
    out = IDENT3
  end
  return out
end

local function proc7(a, b)
  return b + a + 2
end

local function proc8(list, grid, a, b)
  local at = a + 5
  list[at] = b
  list[at + 1] = list[at]
  list[at + 30] = at
  local row = grid[at]
  for i = at, at + 1 do row[i] = at end
  row[at - 1] = row[at - 1] + 1
  grid[at + 20][at] = list[at]
  int_global = 5
end

local function proc3()
  local found = record_global and record_global.next
  record_global.int = proc7(10, int_global)
  return found
end

local function proc1(record)
  local following = record.next
  copy_record(record_global, following)
  record.int = 5
  following.int = record.int
  following.next = record.next
  following.next = proc3()
  if following.discriminant == IDENT1 then
    following.int = 6
    following.enum = proc6(record.enum)
    following.next = record_global.next
    following.int = proc7(following.int, 10)
  else
    copy_record(following, record)
  end
end

local function proc2(value)
  local at = value + 10
  local enum
  repeat
    if char1_global == "A" then
      at = at - 1
      value = at - int_global
      enum = IDENT1
    end
  until enum == IDENT1
  return value
end

local function proc4()
  bool_global = char1_global == "A" or bool_global
  char2_global = "B"
end

local function proc5()
  char1_global = "A"
  bool_global = false
end

for i = 1, 51 do
  array1[i] = 0
  local row = {}
  if i % 20 == 8 then -- the others are never reached, and a board has no room for all
    for j = 1, 51 do row[j] = 0 end
  end
  array2[i] = row
end

next_record = new_record()
record_global = new_record()
record_global.next = next_record
record_global.discriminant = IDENT1
record_global.enum = IDENT3
record_global.int = 40
record_global.text = "DHRYSTONE PROGRAM, SOME STRING"
local text1 = "DHRYSTONE PROGRAM, 1'ST STRING"
array2[8][7] = 10

local int1, int2, int3, text2, enum
for run = 1, loops do
  proc5()
  proc4()
  int1, int2 = 2, 3
  text2 = "DHRYSTONE PROGRAM, 2'ND STRING"
  enum = IDENT2
  bool_global = not func2(text1, text2)
  while int1 < int2 do
    int3 = 5 * int1 - int2
    int3 = proc7(int1, int2)
    int1 = int1 + 1
  end
  proc8(array1, array2, int1, int3)
  proc1(record_global)
  for code = 65, char2_global:byte() do
    if enum == func1(string.char(code), "C") then
      enum = proc6(IDENT1)
      text2 = "DHRYSTONE PROGRAM, 3'RD STRING"
      int2 = run
      int_global = run
    end
  end
  int2 = int2 * int1
  int1 = math.floor(int2 / int3)
  int2 = 7 * (int2 - int3) - int1
  int1 = proc2(int1)
end

print(int_global, bool_global, char1_global, char2_global, array1[8], array2[8][7])
print(record_global.discriminant, record_global.enum, record_global.int, record_global.text)
print(next_record.discriminant, next_record.enum, next_record.int, next_record.text)
print(int1, int2, int3, enum, text1, text2)
