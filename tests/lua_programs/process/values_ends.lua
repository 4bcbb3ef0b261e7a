--! engines = ["lua54", "luajit", "python"]
-- Numbers and strings at their ends, in locals, fields, upvalues and keys.
local function rests() for _ = 1, 4 do sleep(0.1) end end

local function show(x)
  if x ~= x then return "nan" end
  if x == 0 then return 1 / x < 0 and "-0" or "0" end
  return string.format("%.17g", x)
end
local floats = {
  1 / 0, -1 / 0, 0 / 0, -(0 / 0), 0.0, -0.0, 5e-324, -5e-324, 2.2250738585072009e-308, 2.2250738585072014e-308,
  1.7976931348623157e308, -1.7976931348623157e308, 0.1, 1 / 3, 123456789.123456789, 2^53 + 0.0, 2^63, -2^63, 1e15 + 0.5,
  1e100, 4.35, 0.1 + 0.2,
}
local inf, ninf, nan, negative, smallest = 1 / 0, -1 / 0, 0 / 0, -0.0, 5e-324
local function caught() return inf, ninf, nan, negative, smallest end
local co = coroutine.wrap(function(...)
  while true do coroutine.yield(...) end
end)
co(inf, ninf, nan, negative, smallest)
rests()
for i = 1, #floats do print(i, show(floats[i])) end
local function shown(...)
  local texts = {}
  for i = 1, select("#", ...) do texts[i] = show((select(i, ...))) end
  print(table.concat(texts, " "))
end
shown(inf, ninf, nan, negative, smallest)
shown(caught())
shown(co())

-- All bytes, as values and as keys, alone and together.
local bytes, by_byte, all = {}, {}, {}
for b = 0, 255 do
  bytes[b] = string.char(b)
  by_byte[string.char(b)] = b
  by_byte["x" .. string.char(b) .. string.char(255 - b)] = b + 1000
  all[#all + 1] = string.char(b)
end
local whole = table.concat(all)
local fields = {[whole] = "all", ["\0"] = "nul", ["a\0b"] = "inside", ["\xff\xfe"] = "no utf-8", ["\u{20ac}"] = "euro", ['"\\/'] = "quotes"}
local points = {{["\xc3"] = 1, ["\xa9"] = 2}, {["\xc3"] = 3, ["\xa9"] = 4}, {["\xc3"] = 5, ["\xa9"] = 6}}
rests()
local wrong = 0
for b = 0, 255 do
  local s = string.char(b)
  if bytes[b] ~= s or #bytes[b] ~= 1 or bytes[b]:byte() ~= b or by_byte[s] ~= b then wrong = wrong + 1 end
  if by_byte["x" .. s .. string.char(255 - b)] ~= b + 1000 then wrong = wrong + 1 end
  if whole:byte(b + 1) ~= b then wrong = wrong + 1 end
end
print(wrong, #whole, whole == table.concat(all))
print(fields[whole], fields["\0"], fields["a\0b"], fields["\xff\xfe"], fields["\u{20ac}"], fields['"\\/'])
for _, point in ipairs(points) do print(point["\xc3"], point["\xa9"], point["\u{e9}"]) end

-- A long string, shared.
local long = ("0123456789\0\xff\r\n\t\27\"\\é"):rep(6000)
local same = {long, {long}, long = long}
rests()
print(#long, same[1] == long, same[2][1] == long, same.long:sub(-5) == long:sub(-5))
local sum = 0
for i = 1, #long, 997 do sum = sum + long:byte(i) end
print(sum)

-- The sequence of random numbers goes on.
math.randomseed(42)
local before = {math.random(1000), math.random(1000)}
sleep(0.1)
local later = {}
for i = 1, 8 do
  later[i] = math.random(1000)
  sleep(0.1)
end
local picks = {}
for i = 1, 4 do
  picks[i] = math.random(-5, 5)
  sleep(0.1)
  picks[i + 4] = math.floor(math.random() * 1e6)
end
math.randomseed(42)
print(math.random(1000) == before[1], math.random(1000) == before[2])
local again = true
for i = 1, 8 do again = again and math.random(1000) == later[i] end
for i = 1, 4 do
  again = again and math.random(-5, 5) == picks[i]
  again = again and math.floor(math.random() * 1e6) == picks[i + 4]
end
print(again)
math.randomseed(7)
for _ = 1, 4 do
  print(math.random(100), math.random(10, 20), string.format("%.10f", math.random()))
  sleep(0.1)
end
