"""Source texts, valid and invalid, on which moonhop's parser and PUC Lua must agree."""

LINES = r"""
x =
x = = 3
x 3
local function
local x <foo> = 1
local x <const> = 1; x = 2
local x <const> = 1; function x() end
local x <close> = nil; x = 2
local a <close>, b <close> = 1, 2
local a <const>, b <close> = 1, 2
local x <const
local function f() goto x end
goto x
break
while true do local function f() break end end
goto x; local a; ::x:: print(a)
goto x; local a; ::x::
goto x; local a; ::x:: ; ::y::
do goto x; local a; ::x:: end
repeat goto x; local a; ::x:: until a
::a:: ::a::
::a:: do ::a:: end
do ::a:: end ::a::
::a:: local function f() ::a:: end
for i = 1 do end
for i, j = 1, 2 do end
for i = 1, 2, 3, 4 do end
for in x do end
for 1 = 2
for i x
if x then else elseif y then end
if x then
if x
x = "abc
x = 'abc
x = "abc\q"
x = "abc\xg"
x = "\x1
x = "\300"
x = "\2555"
x = "\u{110000000000}"
x = "\u{7FFFFFFF}"
x = "\u{80000000}"
x = "\u{}"
x = "\u12"
x = "\u{12
x = "\u{12"
x = "\
x = "\z
x = [[abc
x = [==[abc]]
x = [=abc
x = [=
--[[ abc
--[==[ abc ]]
--[= abc
x = 3x
x = 3..2
x = 0x
x = 0xg
x = 1e
x = 1e+
x = 0x1p
x = 3_
x = 08
x = 1.2.3
x = .5.
x = 0x.p1
x = 0x.8p1
x = 5 .. 6
x = $
x = @y
x = !
x = a ! b
x = \
x = `
f(
f(1,
f(1
f(1 2)
x = {1, 2
x = {1 2}
x = {a = 1, [2] = 3; 4, }
x = {[2] 3}
x = {[2 = 3}
x = {,}
x = {;}
x = {a=}
(a) = 1
(a).b = 1
(a.b) = 1
(f()) = 1
(f())
f() = 1
f(), a = 1
a, f() = 1
a.b
a:b
a:b = 1
a:b()
a
a, b
a, b =
a.1 = 2
a."x"
return 1 2
return return
return; ;
return 1,
return ...
function f() return ... end
function f(...) return ... end
function f(a, ..., b) end
function f(a,) end
function f(1) end
function f(a b) end
function f.x:y.z() end
function f:x:y() end
function f[1]() end
function () end
local function f.x() end
local x, = 1
local 1
local x =
x = function() end end
end
else
until x
do end end
repeat until
repeat x = 1
while x do
while do end
while x end
x = not
x = -
x = #
x = ~
x = a ~ b ~= c
x = a // b >> c << d & e | f
x = 1 +
x = 2^-3^2
x = a and or b
x = nil.x
x = "x".y
x = ("x").y
x = {}.x
x = ({}).x
"x"()
("x")()
f"x""y"{}
f{}[1]"x"
x = f
(g)()
; ; ;
::x
::x::
:: ::
::1::
goto
goto 1
goto continue; ::continue::
local goto = 1
local x <const>, y <foo>
x = a.b.c["d"].e:f(1)"g"{h}.i
x = a:b
x = a:b.c
x = a::b
x <- 1
x += 1
x = x++
x == 1
local _ENV = {}; x = 1
local _ENV <const> = {}; x = 1
_ENV = 1
_ENV.x = 1
local function f(_ENV) return x end
x = 1 = 2
local x = 1 = 2
a.b, c[1] = 1, 2
print("a" "b")
x = function(a) return a end (1)
local function f() end f() (g or h)()
x = ]]
x = ]
x = )
)
x = }
""".strip("\n").split("\n")

TEXTS = [
    "x = 'a\\\nb'",
    "x = 'a\\z  \n\n b'",
    "x = 'a\\\r\nb' y",
    "x = [[\r\na\n\rb\r]] y",
    "x = 'a\x00b' y",
    "x = 'a\x00b",
    "\x00",
    "x = \x01",
    "x = \xff",
    "\xff",
    'x "a\\tb" y z',
    "x = x [[abc\ndef]] y",
    "x = [==[a]]b]==] y",
    "if x then\nx = 1\n",
    "f(\n1",
    "x = {\n1",
    "x = (\n1",
    "function f()\n\n\n",
    "for i=1,2 do\n\n",
    "repeat\n\n x=1 end",
    "do\n\nx end",
    "while 1 do \n\n x",
    "goto x\n\n\ndo ::x:: end",
    "\n\nbreak\n\n",
    "local t = {\n\n  goto\n}",
    'x = "abc\\\n\n',
    "x = '\\x\n'",
    "x='\\u{1\n'",
    "x='\\9999'",
    "--\r\rx = =",
    "--\n\rx = =",
    "x = 9223372036854775807 y",
    "x = 1e999 y 3",
    "x = 0x1p-2 3.5e-3 ",
    "x = 'a\\",
    "x = 'a\\x",
    "x = 'a\\u",
    "x = 'a\\u{",
    "x = 'a\\1",
    "x = '\\",
    "x = 0x1p+",
    "x=1e-",
    "--[[",
    "--[==",
    "--",
    "[",
    "[=[",
    "x='",
    'x="',
    "x = .0xg",
    "goto --c\n l1",
    "x = e.0X.",
]


def _names(count: int, letter: str = "a") -> list[str]:
    return [f"{letter}{i}" for i in range(count)]


def _upvalues(outer: int, inner: int, more: str = "") -> str:
    """A function with `outer` + `inner` upvalues, the environment not counted."""
    mentions = "+".join(_names(outer) + _names(inner, "b")) + more
    return (
        f"local {','.join(_names(150))}\nlocal function g() local {','.join(_names(150, 'b'))}\n"
        f"local function f() return {mentions} end end"
    )


LIMITS = [
    *(f"local {', '.join(_names(n))}" for n in (199, 200, 201)),
    f"function f()\n local {', '.join(_names(201))} end",
    *(f"local {', '.join(_names(n))} for i = 1, 2 do end" for n in (196, 197)),
    *(f"local {', '.join(_names(n))} for i in f do end" for n in (195, 196)),
    _upvalues(150, 105),
    _upvalues(150, 106),
    _upvalues(150, 104, "+x"),
    _upvalues(150, 105, "+x"),
]

SNIPPETS = LINES + TEXTS + LIMITS
