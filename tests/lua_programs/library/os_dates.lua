--! engines = ["lua54", "luajit", "python"]
-- os.time, os.date and os.difftime at moments that are fixed.
local moments = { 0, 1, 59, 86399, 86400, 951782400, 951868800, 1078012800, 1230768000, 1609459199, 1709164800, 1735689599, 2147483647, 2147483648, -1, -86400, -2208988800 }
for _, moment in ipairs(moments) do
  print(moment, os.date("!%Y-%m-%d %H:%M:%S %j %a %A %b %B %w %u %y %p %I", moment))
  print(os.date("!%C %D %e %F %G %g %h %M %R %T %U %V %W %X %x %c %r %d %m|%n|%t|%%", moment))
  local d = os.date("!*t", moment)
  print(d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst)
end
for day = 0, 13 do -- the weeks at the turn of the years
  print(os.date("!%F %a %U %V %W %G %g %j", 1230422400 + day * 86400), os.date("!%F %a %U %V %W %G", 1104192000 + day * 86400))
end
print(os.date("!", 0), os.date("!plain text", 0), os.date("!%Ey %EC %Ex %EX %Ec %EY", 0), os.date("!%Od %Oe %OH %OI %Om %OM %OS %Ou %OU %OV %Ow %OW %Oy", 0))
print(os.date("!%c", 1709251199), os.date("!%x %X", 1709251199))
print(type(os.date()), #os.date("%H:%M"), type(os.date("*t").isdst), os.date("!*t", 86400.0).day)

-- os.time puts fields into their ranges, in the table too
local function time(t)
  local ok, moment = pcall(os.time, t)
  if not ok then return print(moment) end
  print(moment, t.year, t.month, t.day, t.hour, t.min, t.sec, t.wday, t.yday, t.isdst)
end
time { year = 2000, month = 1, day = 1 }
time { year = 2000, month = 1, day = 1, hour = 0 }
time { year = 2024, month = 2, day = 30 }
time { year = 2023, month = 14, day = -3, hour = 25, min = 61, sec = 61 }
time { year = 2023, month = -14, day = 1, hour = 0 }
time { year = 2023, month = 1, day = 366, hour = 0 }

time { year = 2023, month = 1, day = 1, hour = 0, sec = 86400 * 365 }
time { year = "2024", month = "2", day = "29", hour = "12" }
time { year = 2024.0, month = 2.0, day = 29.0 }
time { year = 2024, month = 2, day = 29, isdst = false, wday = 77, yday = "ignored" }
time { year = 2024, month = 2 }
time { year = 2024, day = 2 }
time { month = 1, day = 2 }
time { year = 2024, month = "x", day = 1 }
time { year = 2024, month = 1.5, day = 1 }
time { year = 2024, month = {}, day = 1 }
time { year = 2024, month = 1, day = 1, hour = true }
time { year = 2024, month = 1, day = 1 << 40 }
time(setmetatable({ year = 2001 }, { __index = { month = 9, day = 9, hour = 1, min = 46, sec = 40 } }))
for _, moment in ipairs(moments) do
  local d = os.date("*t", moment)
  if moment ~= -1 and os.time(d) ~= moment then print("not the same", moment) end
end

print(os.difftime(10, 4) == 6, os.difftime(4, 10) == -6, os.difftime(0, 0) == 0)
print(pcall(os.difftime, "x", 1))
print(pcall(os.date, "%Q"))
print(pcall(os.date, "%E"))
print(pcall(os.date, "%Ez"))
print(pcall(os.date, "%Oy%"))
print(pcall(os.date, "%"))
print(pcall(os.date, "!%F", "x"))
print(pcall(os.date, {}))
print(pcall(os.time, 1))
local before, clock = os.time(), os.clock()
for _ = 1, 1000 do end
print(os.time() >= before, os.clock() >= clock, math.type(os.time()), os.time() == os.time(os.date("*t")) or "a second later")
