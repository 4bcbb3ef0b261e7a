"""Lua's operators with all their rules: what emitted code falls back on when the plain Python
operation does not do (metamethods, coercions, wrap-around, errors).

Error messages name the variable at fault only later, when the error is caught: `LuaError.about`
tells what was tried, and the side table of the emitted module which variable that was.
"""

import math

from moonhop_core.lang.numbers import parse_number
from moonhop_core.lua.errors import OPERATOR, LuaError
from moonhop_core.lua.values import (
    FALSE,
    Function,
    Table,
    basic_text,
    first,
    float_key,
    type_name,
)

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

try:
    from _thread import get_ident
except ImportError:  # a board without threads

    def get_ident() -> int:
        """Return the one thread there is."""
        return 0


if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

LEAST = -0x8000000000000000
MOST = 0x7FFFFFFFFFFFFFFF

# The metatable that a program's strings share, by the thread that runs it (engines may have threads
# of their own); the machine sets it.
string_metas: "dict[int, Table]" = {}

# What the fast form of a statement may raise when it does not do; then comes the slow form.
FAST_FAILS = (KeyError, TypeError, AttributeError, ZeroDivisionError, OverflowError, ValueError)


def wrap(value: "Any") -> "Any":
    """Bring the result of `+ - * <<` back into 64 bits; floats pass. Anything else: TypeError."""
    if type(value) is int:
        if LEAST <= value <= MOST:
            return value
        value &= 0xFFFFFFFFFFFFFFFF
        return value - 0x10000000000000000 if value > MOST else value
    if type(value) is float:
        return value
    raise TypeError


# `__index` functions at work inside each other; PUC Lua has the same bound (LUAI_MAXCCALLS).
inside = [0]
MOST_INSIDE = 195


def use_strings(meta: Table) -> None:
    """Make `meta` the strings' metatable for what this thread runs from now on."""
    string_metas[get_ident()] = meta


def string_meta() -> "Table | None":
    """Return the strings' metatable in the program that is running."""
    return string_metas.get(get_ident())


def metamethod(value: "Any", event: str) -> "Any":
    """Return the value's handler for an event such as "__add", or None."""
    if type(value) is Table:
        meta = value.meta
    elif type(value) is str:
        meta = string_meta()
    else:
        return None
    return None if meta is None else meta.h.get(event)


def named_type(value: "Any") -> str:
    """Return the type's name for messages: a metatable may say `__name`."""
    if type(value) is Table and value.meta is not None:
        name = value.meta.h.get("__name")
        if type(name) is str:
            return name
    return type_name(value)


def trouble(doing: str, value: "Any", about: "tuple[Any, ...] | None") -> LuaError:
    """Return the error `attempt to DOING a TYPE value`."""
    error = LuaError("attempt to %s a %s value" % (doing, named_type(value)), OPERATOR)
    error.about = about
    return error


# ---------------------------------------------------------------- tables


def index(obj: "Any", key: "Any") -> "Any":
    """obj[key]"""
    for _ in range(2000):
        if type(obj) is Table:
            value = obj.h.get(key)
            if value is not None:
                return value
            meta = obj.meta
            if meta is None:
                return None
            handler = meta.h.get("__index")
            if handler is None:
                return None
        else:
            handler = metamethod(obj, "__index")
            if handler is None:
                raise trouble("index", obj, ("index", key))
        if isinstance(handler, Function):
            inside[0] += 1
            try:
                if inside[0] > MOST_INSIDE:
                    raise LuaError("C stack overflow", OPERATOR)
                return first(handler.c2(obj, key))
            finally:
                inside[0] -= 1
        obj = handler
    raise LuaError("'__index' chain too long; possibly a loop", OPERATOR)


def method(obj: "Any", name: str) -> "Any":
    """The function that `obj:name(…)` calls."""
    if type(obj) is Table:
        h = obj.h
        if name in h:
            return h[name]
        try:
            return obj.meta.h["__index"].h[name]  # type: ignore[union-attr]
        except (KeyError, AttributeError):
            return index(obj, name)
    if type(obj) is str:
        try:
            return string_meta().h["__index"].h[name]  # type: ignore[union-attr]
        except (KeyError, AttributeError):
            pass
    return index(obj, name)


def setindex(obj: "Any", key: "Any", value: "Any") -> None:
    """obj[key] = value"""
    for _ in range(2000):
        if type(obj) is Table:
            h = obj.h
            meta = obj.meta
            if meta is None or key in h:
                handler = None
            else:
                handler = meta.h.get("__newindex")
            if handler is None:
                if type(key) is float:
                    if key != key:
                        raise LuaError("table index is NaN", OPERATOR)
                    key = float_key(key)
                if value is not None:
                    if key is None:
                        raise LuaError("table index is nil", OPERATOR)
                    h[key] = value
                elif key in h:
                    del h[key]
                elif key is None:
                    raise LuaError("table index is nil", OPERATOR)
                return
        else:
            handler = metamethod(obj, "__newindex")
            if handler is None:
                raise trouble("index", obj, ("index", key))
        if isinstance(handler, Function):
            handler.c3(obj, key, value)
            return
        obj = handler
    raise LuaError("'__newindex' chain too long; possibly a loop", OPERATOR)


def length(obj: "Any") -> "Any":
    """#obj"""
    if type(obj) is str:
        return len(obj)
    handler = metamethod(obj, "__len")
    if handler is not None:
        return first(handler.c1(obj))
    if type(obj) is Table:
        return obj.length()
    raise trouble("get length of", obj, ("unary", "#"))


def call(func: "Any", args: "Sequence[Any]") -> "Any":
    """func(args…); the error of something that cannot be called is raised here."""
    try:
        run = func.cn
    except AttributeError:
        raise trouble("call", func, ("call",))
    return run(args)


# ---------------------------------------------------------------- comparison


# MicroPython compares an integer with a float as floats.
EXACT = (1 << 53) + 1 != 9007199254740992.0


def surely(a: "Any", b: "Any") -> bool:
    """Tell that a == b, which Python says, is so; KeyError if that takes a closer look."""
    if EXACT or type(a) is type(b):
        return True
    raise KeyError


def same(a: "Any", b: "Any") -> bool:
    """a == b without metamethods"""
    if EXACT or type(a) is type(b):
        return bool(a == b)
    return a == b and is_number(a) and is_number(b) and int(a) == int(b)


def eq(a: "Any", b: "Any") -> bool:
    """a == b"""
    if same(a, b):
        return True
    if type(a) is Table and type(b) is Table:
        handler = metamethod(a, "__eq")
        if handler is None:
            handler = metamethod(b, "__eq")
        if handler is not None:
            value = first(handler.c2(a, b))
            return value is not None and value is not FALSE
    return False


def less(a: "Any", b: "Any") -> bool:
    """a < b for numbers"""
    if EXACT or type(a) is type(b) or a != b:
        return bool(a < b)
    return int(a) < int(b)


def is_number(value: "Any") -> bool:
    """Tell whether it is a Lua number."""
    kind = type(value)
    return kind is int or kind is float


def compared(a: "Any", b: "Any", event: str) -> bool:
    """Compare by metamethod, or raise."""
    handler = metamethod(a, event)
    if handler is None:
        handler = metamethod(b, event)
    if handler is None:
        left = named_type(a)
        right = named_type(b)
        if left == right:
            raise LuaError("attempt to compare two %s values" % left, OPERATOR)
        raise LuaError("attempt to compare %s with %s" % (left, right), OPERATOR)
    value = first(handler.c2(a, b))
    return value is not None and value is not FALSE


def lt(a: "Any", b: "Any") -> bool:
    """a < b"""
    if is_number(a) and is_number(b):
        return less(a, b)
    if type(a) is str and type(b) is str:
        return bool(a < b)
    return compared(a, b, "__lt")


def le(a: "Any", b: "Any") -> bool:
    """a <= b"""
    if is_number(a) and is_number(b):
        return less(a, b) or same(a, b)
    if type(a) is str and type(b) is str:
        return bool(a <= b)
    return compared(a, b, "__le")


# ---------------------------------------------------------------- arithmetic


def to_number(value: "Any") -> "Any":
    """Return an operand of arithmetic as a number (strings are converted), or None."""
    kind = type(value)
    if kind is int or kind is float:
        return value
    if kind is str:
        return parse_number(value)
    return None


def to_integer(value: "Any") -> "int | None":
    """Return a number, or a string that spells one, as an integer if it has the value of one."""
    if type(value) is str:
        value = parse_number(value)
    if type(value) is int:
        return value
    if type(value) is float and -9.3e18 < value < 9.3e18:
        whole = int(value)
        if whole == value and LEAST <= whole <= MOST:
            return whole
    return None


def arith_failed(event: str, op: str, a: "Any", b: "Any") -> "Any":
    """Do arithmetic by metamethod, or raise."""
    handler = metamethod(a, event)
    if handler is None:
        handler = metamethod(b, event)
    if handler is not None:
        return first(handler.c2(a, b))
    if type(a) is str or type(b) is str:
        kinds = (event[2:], type_name(a), type_name(b))
        raise LuaError("attempt to %s a '%s' with a '%s'" % kinds, OPERATOR)
    if is_number(a):
        raise trouble("perform arithmetic on", b, ("arith", op, "right"))
    raise trouble("perform arithmetic on", a, ("arith", op, "left"))


def add(a: "Any", b: "Any") -> "Any":
    """a + b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__add", "+", a, b)
    return wrap(x + y)


def sub(a: "Any", b: "Any") -> "Any":
    """a - b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__sub", "-", a, b)
    return wrap(x - y)


def mul(a: "Any", b: "Any") -> "Any":
    """a * b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__mul", "*", a, b)
    return wrap(x * y)


def div(a: "Any", b: "Any") -> "Any":
    """a / b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__div", "/", a, b)
    return float_div(float(x), float(y))


def float_div(x: float, y: float) -> float:
    """Divide as IEEE 754 says, zeros included."""
    if y != 0:
        return x / y
    if x != x:
        return x
    if x == 0:
        return -math.nan
    return math.copysign(math.inf, x) * math.copysign(1.0, y)


def mod(a: "Any", b: "Any") -> "Any":
    """a % b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__mod", "%", a, b)
    if type(x) is int and type(y) is int:
        if y == 0:
            raise LuaError("attempt to perform 'n%%0'" % (), OPERATOR)
        return x % y
    x = float(x)
    y = float(y)
    if y == 0 or x - x != 0 or y != y:
        return math.nan if x == x or y != y else x
    rest = math.fmod(x, y)
    if rest * y < 0:
        rest += y
    return rest


def idiv(a: "Any", b: "Any") -> "Any":
    """a // b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__idiv", "//", a, b)
    if type(x) is int and type(y) is int:
        if y == 0:
            raise LuaError("attempt to divide by zero", OPERATOR)
        return wrap(x // y)
    value = float_div(float(x), float(y))
    if value - value != 0:
        return value
    return float_floor(value)


def float_floor(value: float) -> float:
    """Round down to a float, keeping -0.0."""
    if -1e15 < value < 1e15:
        whole = math.floor(value)
        return float(whole) if whole else math.copysign(0.0, value)
    return value


def pow_(a: "Any", b: "Any") -> "Any":
    """a ^ b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__pow", "^", a, b)
    return float_pow(float(x), float(y))


def float_pow(x: float, y: float) -> float:
    """Raise to a power as C's pow does, which raises no exceptions."""
    try:
        return math.pow(x, y)
    except (OverflowError, ValueError, ZeroDivisionError):
        # which of them says what differs between the Pythons
        odd = math.fmod(y, 2.0) in (1.0, -1.0)
        if x == 0:
            return math.copysign(math.inf, x) if odd else math.inf
        if x < 0 and y != float_floor(y):
            return -math.nan
        return -math.inf if x < 0 and odd else math.inf


def unm(a: "Any") -> "Any":
    """-a"""
    x = to_number(a)
    if x is None:
        return arith_failed("__unm", "-", a, a)
    return wrap(-x)


def bit_operand(event: str, op: str, a: "Any", b: "Any") -> "Any":
    """Do a bit operation on something else than integers: metamethod, or raise."""
    handler = metamethod(a, event)
    if handler is None:
        handler = metamethod(b, event)
    if handler is not None:
        return first(handler.c2(a, b))
    if is_number(a) and is_number(b):
        raise LuaError("number has no integer representation", OPERATOR)
    if is_number(a):
        raise trouble("perform bitwise operation on", b, ("arith", op, "right"))
    raise trouble("perform bitwise operation on", a, ("arith", op, "left"))


def band(a: "Any", b: "Any") -> "Any":
    """a & b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return bit_operand("__band", "&", a, b)
    return x & y


def bor(a: "Any", b: "Any") -> "Any":
    """a | b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return bit_operand("__bor", "|", a, b)
    return x | y


def bxor(a: "Any", b: "Any") -> "Any":
    """a ~ b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return bit_operand("__bxor", "~", a, b)
    return x ^ y


def shifted(x: int, by: int) -> int:
    """Shift left (right if `by` is negative), filling with zeros."""
    if by <= -64 or by >= 64:
        return 0
    x &= 0xFFFFFFFFFFFFFFFF
    x = (x << by) & 0xFFFFFFFFFFFFFFFF if by >= 0 else x >> -by
    return x - 0x10000000000000000 if x > MOST else x


def shl(a: "Any", b: "Any") -> "Any":
    """a << b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return bit_operand("__shl", "<<", a, b)
    return shifted(x, y)


def shr(a: "Any", b: "Any") -> "Any":
    """a >> b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return bit_operand("__shr", ">>", a, b)
    return shifted(x, -y)


def bnot(a: "Any") -> "Any":
    """~a"""
    x = to_integer(a)
    if x is None:
        return bit_operand("__bnot", "~", a, a)
    return ~x


# ---------------------------------------------------------------- strings


def concat(parts: "Sequence[Any]") -> "Any":
    """a .. b .. c: right associative, numbers become strings."""
    result = parts[-1]
    at = len(parts) - 2
    while at >= 0:
        left = parts[at]
        if joins(left) and joins(result):
            texts = [basic_text(result)]
            while at >= 0 and joins(parts[at]):
                texts.append(basic_text(parts[at]))
                at -= 1
            texts.reverse()
            result = "".join(texts)
            continue
        handler = metamethod(left, "__concat")
        if handler is None:
            handler = metamethod(result, "__concat")
        if handler is None:
            if joins(left):
                raise trouble("concatenate", result, ("concat", at + 1, len(parts)))
            raise trouble("concatenate", left, ("concat", at, len(parts)))
        result = first(handler.c2(left, result))
        at -= 1
    return result


def joins(value: "Any") -> bool:
    """Tell whether `..` takes it as it is: a string or a number."""
    kind = type(value)
    return kind is str or kind is int or kind is float


def to_text(value: "Any") -> str:
    """tostring(value), with `__tostring` and `__name`."""
    kind = type(value)
    if kind is str:
        text: str = value
        return text
    if kind is Table and value.meta is not None:
        handler = value.meta.h.get("__tostring")
        if handler is not None:
            result = first(handler.c1(value))
            if type(result) is str:
                return result
            if is_number(result):
                return basic_text(result)
            raise LuaError("'__tostring' must return a string", OPERATOR)
        name = value.meta.h.get("__name")
        if type(name) is str:
            return name + basic_text(value)[5:]
    return basic_text(value)
