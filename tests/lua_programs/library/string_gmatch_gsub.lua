--! engines = ["lua54", "luajit", "python"]
-- gmatch and gsub with strings, tables, functions, anchors, limits, empty matches.
for w in ("one two  three"):gmatch("%a+") do print(w) end
for k, v in ("a=1, b=22, c=x"):gmatch("(%w+)=(%w+)") do print(k, v) end
for p, c in ("abc"):gmatch("()(.)") do print(p, c) end
for m in ("abc"):gmatch("") do print("[" .. m .. "]") end
for m in ("a,b,,c"):gmatch("([^,]*)") do print("<" .. m .. ">") end
for m in ("hello"):gmatch("l", 4) do print("from 4", m) end
print(("hello"):gsub("l", "L"), ("hello"):gsub("l", "L", 1), ("hello"):gsub("x", "y"), ("hello"):gsub("", "-"), ("abc"):gsub("%w", "%0%0"))
print(("hello world"):gsub("(%w+) (%w+)", "%2 %1"), ("abc"):gsub("b", "%%"), ("x = 1"):gsub("%s", ""))
print(("$name is $age"):gsub("%$(%w+)", {name = "Bob", age = 42}), ("$name is $what"):gsub("%$(%w+)", {name = "Bob"}))
print(("abc"):gsub("%w", function(c)
  if c == "b" then return nil end
  return c:upper()
end), ("abc"):gsub("b", function() return false end))
print(("3 4"):gsub("%d", function(d) return d * 2 end), ("a b"):gsub("(%w) (%w)", function(a, b)
  return b .. a
end))
print(("abc"):gsub("^a", "x"), ("aaa"):gsub("^a", "x"), ("abc"):gsub("c$", "!"), ("a.b"):gsub("%.", "%%."), ("abc"):gsub(".", {a = 1, b = true and "B"}))
print(("hello"):gsub("l+", function(m) return #m end), ("x y z"):gsub("%a", "%0!", 2), ("abc"):gsub("", "."), (""):gsub("", "x"))
print(("a  b   c"):gsub(" +", " "), ("CamelCaseString"):gsub("%u", function(c)
  return "_" .. c:lower()
end), ("  trim "):gsub("^%s+", ""))
print(string.gsub("hello", "(l)(l)", "%2%1"), string.gsub("abc", "(a)(b)(c)", "%3%2%1%0"), ("f(x)"):gsub("%(", "["))
print(pcall(function() return string.gsub("x", "x", "%2") end))
print(pcall(function() return string.gsub("x", "(x)", "%9") end))
print(pcall(function() return string.gsub("x", "x", "%q") end))
local function trim(s) return (s:gsub("^%s*(.-)%s*$", "%1")) end
print("[" .. trim("  a b  ") .. "]", "[" .. trim("") .. "]", "[" .. trim("   ") .. "]")
local function split(s, sep)
  local out = {}
  for piece in (s .. sep):gmatch("(.-)" .. sep:gsub("%p", "%%%0")) do out[#out + 1] = piece end
  return out
end
print(table.concat(split("a.b..c", "."), "|"), #split("", ","), table.concat(split("1--2--3", "--"), "|"))
local counts = {}
("the rain in spain stays"):gsub("%a", function(c) counts[c] = (counts[c] or 0) + 1 end)
local keys = {}
for k in pairs(counts) do keys[#keys + 1] = k end
table.sort(keys)
for i, k in ipairs(keys) do keys[i] = k .. counts[k] end
print(table.concat(keys, " "))
print((("x"):rep(3, "\n"):gsub("\n", "\\n")), ("a\0b"):gsub("%z", "0"), ("\\"):gsub("\\", "\\\\"))
print(("%d %s"):gsub("%%(%a)", {d = "number", s = "string"}), ("abc"):gsub("(b)()", function(c, p)
  return c .. p
end))
local function escape(s)
  return (s:gsub("[&<>]", {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;"}))
end
print(escape("<a & b>"))
print(("hello world"):gsub("o", "0", 0), ("hello"):gsub(".", {h = "H"}, 1))
local mt = setmetatable({}, {__index = function(_, k) return "<" .. k .. ">" end})
print(("a-b"):gsub("%a", mt))
print(pcall(function() return string.gsub("x", "x", function() error("in callback", 0) end) end))
local function template(s, env)
  return (s:gsub("{{(.-)}}", function(k) return tostring(env[k:match("^%s*(.-)%s*$")]) end))
end
print(template("Hi {{ name }}, {{n}} new, {{missing}}", {name = "Ann", n = 3}))
local it = ("abc"):gmatch(".")
print(it(), it(), it(), it())

-- Patterns that are one run of a class, with all that they may capture.
local runs = {"%s*", "%s+", "(%s*)", "(%a+)", "%s*()", "%a+()", "(%a*)()", "(%d+)()", "^%s*()", "^%a*()", "^(%s*)()", "^(%a+)()", "^%a+", "^(%d*)"}
for _, subject in ipairs {"", " ", "  ab 12", "ab", "7", "x  "} do
  for _, pattern in ipairs(runs) do
    for _, init in ipairs {1, 2, #subject + 1, #subject + 2, -1} do
      print(#subject, pattern, init, subject:match(pattern, init))
      print(subject:find(pattern, init))
    end
    local out = {}
    for a, b in subject:gmatch(pattern) do out[#out + 1] = tostring(a) .. ":" .. tostring(b) end
    print(table.concat(out, "|"), subject:gsub(pattern, "<%1>"), subject:gsub(pattern, "<%0>", 2))
  end
end
