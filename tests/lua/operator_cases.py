"""Values and operators of engine python, printed: the same under both Pythons."""

from moonhop_core.lua.arithmetic import add, div, idiv, mod, mul, pow_, sub, unm
from moonhop_core.lua.bitwise import band, bnot, bor, bxor, shl, shr
from moonhop_core.lua.comparison import eq, le, lt
from moonhop_core.lua.errors import LuaError
from moonhop_core.lua.functions import F1, F2, FV
from moonhop_core.lua.indexing import index, length, setindex
from moonhop_core.lua.loops import forprep, forrange
from moonhop_core.lua.metamethods import call
from moonhop_core.lua.text import concat, to_text
from moonhop_core.lua.values import FALSE, TRUE, Coroutine, Table, basic_text, float_key, type_name

MOST = 0x7FFFFFFFFFFFFFFF


def show(value):
    """Return a value or result as text."""
    if type(value) is tuple:
        return "(" + ", ".join([show(v) for v in value]) + ")"
    if type(value) in (Table, Coroutine):
        return type_name(value)
    return str(value) if type(value) is bool else basic_text(value)


def attempt(function, *args):
    """Print what a call gives, or the error it raises."""
    try:
        print(show(function(*args)))
    except LuaError as error:
        print("error:", error)


def handler(name):
    """Return a metamethod that says its name."""
    return FV(name, (), lambda *args: name + " of " + str(len(args)))


def functions():
    """Arguments are brought to the number of parameters."""
    one = F1("one", (), lambda a: ("got", a))
    two = F2("two", (), lambda a, b: ("got", a, b))
    many = FV("many", (), lambda *args: ("got",) + args)  # noqa: RUF005
    for f in (one, two, many):
        print(f.c0(), f.c1(1), f.c2(1, 2), f.c3(1, 2, 3), f.c4(1, 2, 3, 4), f.cn((1, 2, 3, 4, 5)))
        print(f.cn(()), f.cn([1]), type_name(f))


def tables():
    """Keys, borders and traversal."""
    t = Table({})
    t.set(1.0, "a")
    t.set(2, "b")
    t.set(2.5, "c")
    print(t.length(), t.get(1), sorted(map(str, t.h)), float_key(2.0**53), float_key(-0.0))
    for i in range(3, 100):
        t.set(i, i)
    print(t.length())
    for i in range(99, 50, -1):
        t.set(i, None)
    print(t.length())
    seen = []
    pair = t.next(None)
    while pair:
        seen.append(pair[0])
        t.set(pair[0], None)
        pair = t.next(pair[0])
    print(len(seen), t.length(), t.next(None))
    try:
        t.next("absent")
    except KeyError:
        print("no such key")


def arithmetic():
    """Wrap-around, coercions, division and errors."""
    attempt(add, MOST, 1)
    attempt(sub, -MOST - 1, 1)
    attempt(mul, MOST, 2)
    attempt(unm, -MOST - 1)
    attempt(add, "10", 5)
    attempt(add, "0x10", "1.5")
    attempt(add, "x", 5)
    attempt(add, None, 5)
    attempt(add, TRUE, 5)
    attempt(div, 1, 0)
    attempt(div, -1, 0.0)
    attempt(idiv, 7, -2)
    attempt(idiv, 7.5, 2)
    attempt(idiv, 1, 0.1)
    attempt(idiv, 1, 0)
    attempt(idiv, -MOST - 1, -1)
    attempt(mod, -7, 3)
    attempt(mod, 5.5, -2)
    attempt(mod, -6.0, 3)
    attempt(mod, 5, 0)
    attempt(pow_, 2, 10)
    attempt(pow_, 10, 400)
    attempt(band, 7.0, "3")
    attempt(bor, 1.5, 1)
    attempt(bxor, Table({}), 1)
    attempt(shl, 1, 63)
    attempt(shl, 1, 64)
    attempt(shr, -1, 1)
    attempt(shl, 8, -2)
    attempt(bnot, 0)
    attempt(concat, ("a", 1, 2.0))
    attempt(concat, ("a", None))
    attempt(length, "abc")
    attempt(length, None)


def comparisons():
    """Order and equality."""
    attempt(lt, 1, 1.5)
    attempt(lt, "a", "b")
    attempt(lt, 1, "2")
    attempt(le, Table({}), Table({}))
    attempt(lt, None, 1)
    attempt(eq, 1, 1.0)
    attempt(eq, "1", 1)
    attempt(eq, TRUE, 1)


def metamethods():
    """Tables that say how."""
    meta = Table({})
    for event in ("add", "concat", "len", "eq", "lt", "le", "unm", "index", "newindex", "call"):
        meta.h["__" + event] = handler(event)
    t = Table({"there": 1})
    t.meta = meta
    attempt(add, t, 1)
    attempt(add, 1, t)
    attempt(concat, ("a", "b", t))
    attempt(concat, (t, "b", 1))
    attempt(length, t)
    attempt(eq, t, Table({}))
    attempt(lt, t, 1)
    attempt(le, 1, t)
    attempt(unm, t)
    attempt(index, t, "there")
    attempt(index, t, "absent")
    attempt(setindex, t, "absent", 1)
    attempt(setindex, t, "there", None)
    attempt(call, t, (1, 2))
    attempt(call, None, ())
    attempt(index, None, "x")
    attempt(setindex, Table({}), None, 1)
    attempt(setindex, Table({}), float("nan"), 1)
    attempt(sub, t, 1)


def loops():
    """What a numeric for runs over."""
    for args in (
        (1, 3, 1),
        (3, 1, -1),
        (1, 2.7, 1),
        (1.0, 2, 0.5),
        (MOST - 1, MOST, 1),
        (-MOST - 1, -MOST, 1),
        ("1", 2, 1),
        (1, float("nan"), 1),
        (5, 1, 1),
    ):
        print([basic_text(v) for v in forrange(*args)])
    attempt(forprep, 1, 10, 0)
    attempt(forprep, "x", 10, 1)
    attempt(forprep, 1, None, 1)
    attempt(forprep, 1, 10, 4)


def texts():
    """tostring"""
    for value in (None, TRUE, FALSE, 1, -1, 1.0, 1e15, 1e100, 0.1, -0.0, 2.0**63, "s"):
        print(to_text(value), type_name(value))
    for value in (float("inf"), -float("inf")):
        print(to_text(value))


functions()
tables()
arithmetic()
comparisons()
metamethods()
loops()
texts()
