--! engines = ["lua54", "luajit", "python"]
-- Classes and inheritance.
local Animal = {} Animal.__index = Animal
function Animal.new(name, sound) return setmetatable({name = name, sound = sound}, Animal) end
function Animal:speak() return self.name .. " says " .. self.sound end
function Animal:rename(n) self.name = n return self end
local Dog = setmetatable({}, {__index = Animal}) Dog.__index = Dog
function Dog.new(name) local d = Animal.new(name, "woof") return setmetatable(d, Dog) end
function Dog:fetch(thing, ...) return self.name .. " fetches " .. thing .. " +" .. select("#", ...) end
function Dog:speak() return Animal.speak(self) .. "!" end
local d = Dog.new("Rex")
print(d:speak(), d:fetch("ball"), d:fetch("a", 1, 2), d:rename("Max"):speak())
print(getmetatable(d) == Dog, rawget(d, "speak"), Dog.speak == d.speak, d.rename == Animal.rename)
local function class(parent)
  local c = {} c.__index = c
  setmetatable(c, {__index = parent, __call = function(cls, ...)
    local o = setmetatable({}, cls)
    if cls.init then cls.init(o, ...) end
    return o
  end})
  c.super = parent
  return c
end
local Shape = class()
function Shape:init(name) self.name = name end
function Shape:area() return 0 end
function Shape:describe() return string.format("%s: %g", self.name, self:area()) end
local Rect = class(Shape)
function Rect:init(w, h) Shape.init(self, "rect") self.w, self.h = w, h end
function Rect:area() return self.w * self.h end
local Square = class(Rect)
function Square:init(s) Rect.init(self, s, s) self.name = "square" end
local shapes = {Shape("plain"), Rect(2, 3), Square(4)}
for _, s in ipairs(shapes) do print(s:describe()) end
print(Square.super == Rect, Square.area == Rect.area)
local Stack = {}
Stack.__index = Stack
Stack.__len = function(s) return s.n end
Stack.__tostring = function(s) return "Stack(" .. table.concat(s, ",", 1, s.n) .. ")" end
function Stack.new() return setmetatable({n = 0}, Stack) end
function Stack:push(...) for i = 1, select("#", ...) do self.n = self.n + 1 self[self.n] = (select(i, ...)) end return self end
function Stack:pop() if self.n == 0 then return nil, "empty" end local v = self[self.n] self[self.n] = nil self.n = self.n - 1 return v end
local s = Stack.new():push(1, 2, 3)
print(#s, tostring(s), s:pop(), s:pop(), s:pop(), s:pop())
print(s:pop())
local account = {balance = 0}
function account.deposit(self, v) self.balance = self.balance + v end
account.deposit(account, 100) account:deposit(50)
print(account.balance)
local a = {b = {c = {}}}
function a.b.c.f(x) return x + 1 end
function a.b.c:g(x) return self == a.b.c, x end
print(a.b.c.f(1), a.b.c:g(2))
print(("x"):rep(3), ("%d"):format(7), #("abc"):upper(), ("a,b"):find(",", 1, true))
local str = "method"
print(str:len(), str:sub(2, 3), str:upper():lower():len())
local Mixin = {hello = function(self) return "hi " .. self.name end}
for k, v in pairs(Mixin) do Animal[k] = v end
print(d:hello())
local prop = setmetatable({}, {__index = function(t, k) if k == "area" then return t.w * t.h end end})
prop.w, prop.h = 3, 5
print(prop.area, prop.none)
print(pcall(function() return d:nomethod() end))
print(pcall(function() return d.x.y end))
local weakset = setmetatable({}, {__mode = "k"})
weakset[d] = true
print(weakset[d], getmetatable(weakset).__mode)
