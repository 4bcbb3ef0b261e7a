"""Cases for the library string without its patterns."""

from tests.lua.reference import case, fn, proxy, table

TEXTS = ("", "a", "hello world", "a\0b\xff\x80", "\xe4\xf6\xfc\xdf", "x" * 300 + "\xff")
PLACES = (None, 0, 1, 2, 3, 5, 300, 400, -1, -2, -5, -400, 2.0)
BAD = (None, True, table(), fn("first"), "x", 1.5)

CASES = [
    *(case(f"string.{name}", s) for name in ("len", "upper", "lower", "reverse") for s in TEXTS),
    *(case(f"string.{name}", s) for name in ("len", "upper", "reverse") for s in (12, 1.5, None)),
    case("string.upper", "".join(map(chr, range(256)))),
    case("string.lower", "".join(map(chr, range(256)))),
    *(case("string.sub", s, i, j) for s in TEXTS for i in PLACES[1:] for j in PLACES),
    *(case("string.byte", s, i, j) for s in TEXTS for i in PLACES for j in PLACES[:-3]),
    *(case("string.sub", "abc", bad) for bad in BAD),
    *(case("string.sub", bad, 1) for bad in BAD),
    *(case("string.byte", "abc", 1, bad) for bad in BAD),
    case("string.sub", "abc", "2"),
    case("string.sub", "abc", " 0x2 ", "3.0"),
    case("string.sub", 12345, 2, 3),
    case("string.sub", "abc", -(1 << 63), (1 << 63) - 1),
    case("string.char"),
    case("string.char", 0, 65, 255, 128),
    case("string.char", 256),
    case("string.char", 65, -1),
    case("string.char", "65", 66.0),
    *(case("string.char", bad) for bad in BAD),
    *(case("string.rep", s, n) for s in ("", "ab", "\xff") for n in (-1, 0, 1, 3, 2.0, "2")),
    *(case("string.rep", "ab", n, sep) for n in (0, 1, 3) for sep in ("", ",", 5, None)),
    *(case("string.rep", "ab", bad) for bad in BAD),
    *(case("string.rep", "ab", 2, bad) for bad in (True, table())),
    case("string.rep", "ab", (1 << 62)),
    *(
        case("string.find", s, p, init, True)
        for s in ("hello", "a+b\xff.c", "")
        for p in ("", "l", "lo", "+", ".", "\xff.", "zz", "%")
        for init in PLACES
    ),
    *(case("string.find", s, "lo", init) for s in ("hello", "lo\xfflo") for init in PLACES),
    case("string.find", "abc", "b", "x"),
    case("string.find", "abc", "b", 1.5),
    case("string.find", "abc"),
    case("string.find"),
    case("string.find", "12", 2),
    case("string.find", 12, "2"),
    case("string.match", "hello", "ll"),
    case("string.match", "hello", "lo", 5),
    *(case("tostring", v) for v in (1, -5, 1.0, -0.0, 1e15, 1e14, 1e100, 0.1, 123456.789, 2.0**53)),
    *(case("tostring", v) for v in (float("inf"), -float("inf"), 1 / 3, 1e-5, 5e-324, 1.5e300)),
    *(case("tostring", v) for v in (99999999999999.0, 999999999999999.0, 123456789012345.0, -1e14)),
    *(case("tostring", v) for v in (None, True, False, "x", (1 << 63) - 1, -(1 << 63), proxy())),
]
