--! engines = ["lua54", "luajit", "python"]
-- Patterns: find and match, classes, sets, captures, anchors, balance, frontier.
print(("hello world"):find("wor"), ("hello world"):find("o", 6), ("hello"):find("xyz"), ("hello"):find(""), ("hello"):find("", 10), ("hello"):find("", 6))
print(("a.b"):find(".", 1, true), ("a.b"):find("%."), ("a+b"):find("+", 1, true), ("hello"):find("l", -2), ("hello"):find("h", -100))
print(("hello"):match("l+"), ("hello"):match("(h)(e)"), ("hello"):match("()ll()"), ("key = value"):match("^(%w+)%s*=%s*(%w+)$"))
print(("2024-01-15"):match("(%d+)-(%d+)-(%d+)"), ("  trim  "):match("^%s*(.-)%s*$") .. "|", ("abc123def"):match("%a+(%d+)%a+"))
print(("f(a(b)c)d"):match("%b()"), ("THE (quick) fox"):find("%((%a+)%)"), ("[[x]]"):match("%[%[(.-)%]%]"))
print(("THE (quick) fox"):match("%f[%a]%a+", 5), ("hello world"):gsub("%f[%w]%w+", string.upper))
print(("aaa"):match("a-"), ("aaa"):match("a-$"), ("aaab"):match("a*b"), ("b"):match("a*b"), ("aaa"):match("a?a?a?a?"), ("xay"):match("x(a?)y"), ("xy"):match("x(a?)y"))
print(("x"):match("[abc]"), ("b"):match("[abc]"), ("b"):match("[^abc]"), ("m"):match("[a-z]"), ("-"):match("[a%-z]"), ("]"):match("[]]"), ("^"):match("[%^]"), ("a-"):match("[a-]+"), ("\n"):match("[%s]") == "\n")
print(("%d"):match("%%d"), ("a.b.c"):match("^(.-)%."), ("a.b.c"):match("^(.*)%."), ("abcabc"):match("(a)(b)(c)%1%2%3"), ("abcabd"):match("(a)b(c)%1b%2"))
print(("x=1,y=2"):match("y=(%d)"), ("one two"):match("(%S+)%s+(%S+)"), ("0x1F"):match("^0[xX](%x+)$"), ("foo.bar"):match("%.(%w+)$"))
print(string.find("abc [def]", "[", 1, true), string.find("a\0b", "\0"), ("a\0b"):match("%z"), ("a\0b\0"):find("%z", 3))
print(("hello"):match(".", -1), ("hello"):match("^l", 3), ("hello"):match("^h", 2), ("hello"):find("^h"), ("x^y"):find("^", 1, true), ("x$y"):find("$y"), ("a$"):match("a$$"))
for _, class in ipairs {"a", "c", "d", "g", "l", "p", "s", "u", "w", "x"} do
  local n, m = 0, 0
  for i = 0, 255 do
    local c = string.char(i)
    if c:match("%" .. class) then n = n + i end
    if c:match("%" .. class:upper()) then m = m + 1 end
  end
  print(class, n, m)
end
print(pcall(function() return string.find("a", "[a") end))
print(pcall(function() return string.find("a", "%") end))
print(pcall(function() return string.match("a", "(a") end))
print(pcall(function() return string.match("a", "a)") end))
print(pcall(function() return string.match("a", "%1") end))
print(pcall(function() return string.match("abc", "%bx") end))
print(pcall(function() return string.match("abc", "%f") end))
print(("x"):find("x", 1, false), ("abc"):find("b", nil), ("äöü"):len(), ("a b c"):find("%s", 3))
print(("((a)(b))"):match("%((%((%w)%))"), ("abc"):match("((a)(b))"), ("abc"):match("(.)(.)(.)"))
print(("  x"):find("^%s*"), ("line1\nline2"):match("^(.-)\n"), ("path/to/file.txt"):match("([^/]+)%.(%w+)$"), ("path/to/file.txt"):match("^(.*)/"))
print((" a b "):find("b", 1, true), (""):match(".*"), (""):match(".+"), (""):find("^$"), ("x"):match("()"), ("abc"):match("b()"))
print(("192.168.1.10"):match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$"))
print(("user@example.com"):match("^([%w.]+)@([%w.]+)$"), ("not an email"):match("^([%w.]+)@([%w.]+)$"))
