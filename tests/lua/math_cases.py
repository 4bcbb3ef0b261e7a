"""Cases for math, utf8 and os."""

from tests.lua.reference import case, table

MOST = (1 << 63) - 1
LEAST = -(1 << 63)
INF = float("inf")
NUMBERS = (
    *(
        0,
        1,
        -1,
        7,
        -7,
        MOST,
        LEAST,
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.5,
        -2.5,
        3.0,
        1e15,
        1e300,
        -1e300,
        2.0**62,
    ),
    *(2.0**63, -(2.0**63), INF, -INF, float("nan"), "10", "0x10", "1.5", " 5 "),
)
BAD = (None, True, "x", table(), "")
EXACT = ("abs", "ceil", "floor", "sqrt", "modf", "tointeger", "type")
PAIRS = (0, 1, -1, 3, -3, 5.5, -5.5, 0.0, -0.0, INF, -INF, float("nan"), MOST, LEAST, "2")
SEEDS = (0, 1, 42, -1, MOST, LEAST, 123456789)
UTF8 = (
    "",
    "abc",
    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80x",
    "\xff",
    "a\x80",
    "\xc0\x80",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xc3",
    "\xfd\xbf\xbf\xbf\xbf\xbf",
    "a\xc3\xa4b",
)
TIMES = (0, 1, -1, 86399, 951782400, 1234567890, 1e9, 4102444800, -86400 * 400, 10**11, 1467331200)
LETTERS = "aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%"

MATH = [
    *(case(f"math.{f}", v) for f in EXACT for v in (*NUMBERS, *BAD)),
    *(
        case(f"math.{f}", v)
        for f in ("sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "deg", "rad")
        for v in (0, 1, -0.0, INF, -INF, float("nan"), *BAD)
    ),
    *(case(f"math.{f}", v) for f in ("asin", "acos", "log") for v in (2, -2, -1.5)),
    *(case("math.exp", v) for v in (710, -750)),
    *(case(f"math.{f}", a, b) for f in ("fmod", "max", "min", "ult") for a in PAIRS for b in PAIRS),
    *(
        case("math.log", a, b)
        for a in (8, 100, 1, 0, 1024.0, 27)
        for b in (2, 10, 2.0, 1, 0, 3, "2")
    ),
    *(case("math.atan", a, b) for a in (0, -0.0, 1, -1, INF) for b in (0, -0.0, 1, -1, -INF)),
    *(case(f"math.{f}") for f in (*EXACT[:5], "type", "max", "min", "fmod", "ult", "log")),
    *(
        case("math.max", *a)
        for a in ((1, 2.5, -1), (2, 2.0), (2.0, 2), (1, "x"), (1, None), ("10", 9))
    ),
    *(case("sequence", n1, n2, 6) for n1 in SEEDS for n2 in (0, 5)),
    *(
        case("sequence", n1, 0, m, 8)
        for n1 in SEEDS
        for m in (0, 1, 2, 3, 6, 7, 100, 1 << 40, MOST)
    ),
    *(
        case("sequence", 7, 0, a, b, 8)
        for a, b in ((0, 1), (-5, 5), (LEAST, MOST), (-1, MOST), (3, 3), (LEAST, 0))
    ),
    *(
        case("math.random", *a)
        for a in ((2, 1), (-1,), (1, 2, 3), (1.5,), ("x",), (1, 2.5), (LEAST,))
    ),
    *(case("math.randomseed", *a) for a in ((5,), (5, 6), (5.0,), ("7",), ("x",), (1, "x"))),
]
TEXTS = [
    *(
        case("utf8.char", *a)
        for a in (
            (),
            (65,),
            (0x7F, 0x80),
            (0x7FF, 0x800),
            (0xFFFF, 0x10000),
            (0x10FFFF, 0x7FFFFFFF),
            (0x3FFFFFF, 0x4000000),
            (0x1FFFFF, 0x200000),
            (-1,),
            (1 << 31,),
            ("x",),
            (0xD800,),
        )
    ),
    *(
        case(f"utf8.{f}", s, *a)
        for f in ("len", "codepoint")
        for s in UTF8
        for a in (
            (),
            (1,),
            (2,),
            (1, -1),
            (2, 3),
            (-1,),
            (1, -1, True),
            (0,),
            (1, 99),
            (9, 10),
            (-99,),
        )
    ),
    *(
        case("utf8.offset", s, n, i)
        for s in UTF8
        for n in (-2, -1, 0, 1, 2, 3, 5)
        for i in (None, 1, 2, 3, -1, 99)
    ),
    *(case("utf8.codes*", s, lax) for s in UTF8 for lax in (None, True)),
    *(case("utf8.len", v) for v in (None, 12)),
]
DATES = [
    *(case("os.date", "!" + "|".join("%" + c for c in LETTERS), t) for t in TIMES),
    *(case("os.date", "%" + c, 1234567890) for c in LETTERS + "fiJklLNoPqQvK 0"),
    *(
        case("os.date", f, 0)
        for f in (
            "%",
            "%Ex",
            "%EX",
            "%Ez",
            "%Od",
            "%Oz",
            "%E",
            "x%",
            "%%%Y",
            "",
            "!",
            "*t",
            "!*t",
            "!%Ec %Oy",
            "%5d",
        )
    ),
    *(case("os.date", "%c", v) for v in ("0", 1.5, "x", 10**18)),
    *(
        case("os.time", table(year=y, month=m, day=d, hour=h))
        for y in (1970, 2024, 1900, 3000)
        for m in (1, 2, 13, -3)
        for d in (1, 31, 0, 400)
        for h in (0, 30)
    ),
    *(
        case("os.time", table(**f))
        for f in (
            {},
            {"year": 2020},
            {"year": 2020, "month": 1},
            {"year": 2020, "month": "x", "day": 1},
            {"year": 2020, "month": 1.5, "day": 1},
            {"year": "2020", "month": "02", "day": 3.0},
            {"year": 1 << 40, "month": 1, "day": 1},
        )
    ),
    *(
        case("os.time", table(year=2020, month=2, day=29, hour=25, min=-5, sec=100000))
        for _ in range(1)
    ),
    *(case("os.time", v) for v in (5, "x", True)),
    *(case("os.difftime", *a) for a in ((5, 3), (5.5, 1), ("x", 1))),
]
