--! engines = ["lua54", "luajit", "python"]
-- Suspending calls in every position of an expression; what was computed before is kept.
local n = 0
local function v(x, ...)
  n = n + 1
  sleep(0.1)
  return x, ...
end
local a, b = 5, "s"
print(v(1) + v(2), v(10) - 3, 3 - v(10), v(2) * v(3) + v(4), -v(5), not v(nil), #v("abc"), v("a") .. v("b") .. "c" .. v("d"))
print(v(1) < v(2), v(1) == v(1), v("a") ~= v("b"), v(3) <= 2, 5 > v(6), v(7) >= v(7))
print(v(nil) or v("or"), v(1) and v("and"), v(false) and v("never"), v(1) or v("never"), (v(nil) or v(false)) and 1, v(nil) and v(1) or v(3), n)
local t = {v(1), v(2), k = v("k"), [v("key")] = v("val"), v(3, 4, 5)}
print(#t, t[1], t[2], t[3], t[4], t[5], t.k, t.key)
t[v(1)], t[v(2)] = v("x"), v("y")
print(t[1], t[2])
t.f = function(self, p, q) return p, q, self == t end
print(t:f(v(1), v(2)))
print(t.f(v(t), v(3, 4)))
print(v(t):f(v(5)))
a = a + v(a) + a
print(a)
a = v(a) + (function() a = 100 return 1 end)()
print(a)
local function sum(...)
  local s = 0
  for i = 1, select("#", ...) do s = s + (select(i, ...)) end
  return s
end
print(sum(v(1), v(2), v(3, 4, 5)), sum((v(1, 2)), v(3)), sum(1, v(2), 3))
print(v(v(v("nested"))), v(sum(v(1), v(2))) + v(sum(v(3))))
if v(true) and v(1) == 1 then print("if") else print("else") end
if v(false) then print("1") elseif v(nil) then print("2") elseif v(3) then print("3") end
local i = 0
while v(i) < 3 do i = i + v(1) end
print(i)
repeat local done = v(i) i = i - 1 until v(done) <= 1
print(i)
for k = v(1), v(3), v(1) do print("for", k, v(k)) end
for k = v(3), 1, v(-1) do print("down", k) end
local r = {}
for k = 1, 3 do r[#r + 1] = v(k) .. v("!") end
print(table.concat(r, v(",")))
print((v(1, 2, 3)), {v(1, 2, 3)} ~= nil, select("#", v(1, 2, 3)), select("#", v(1, 2), v(3, 4)))
local function ret() return v(1), v(2, 3) end
print(ret())
local function tail() return v("t", "u") end
print(tail())
local p, q, w = v(1), v(2, 3)
print(p, q, w)
local g <const> = v("const")
print(g)
t.x = {}
t.x.y = v(9)
t.x[v("z")] = t.x.y + v(1)
print(t.x.y, t.x.z)
print(b .. v("1") .. b, ("%s-%s"):format(v("f"), v("g")), v("str"):upper(), v({5})[1], v(function(z)
  return z
end)(v(8)))
glob = v(1)
glob = glob + v(glob)
print(glob)
local up = 0
local function addup() up = up + v(5) return up end
print(addup() + addup(), up)
print(1 + (v(2) and 3 or 4) * v(5), v(2) ^ 2 == 4, 7 // v(2), v(7) % 4, v(6) & 3, 1 | v(6), 1 << v(4))
print(n)
