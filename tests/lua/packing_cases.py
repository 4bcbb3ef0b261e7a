"""Cases for string.pack, packsize and unpack."""

from tests.lua.reference import case, table

INTEGERS = (0, 1, -1, 127, 128, 255, 256, -128, -129, 1 << 31, (1 << 63) - 1, -(1 << 63), 2.0, "3")
INTEGER_OPTIONS = (
    "b",
    "B",
    "h",
    "H",
    "i",
    "I",
    "l",
    "L",
    "j",
    "J",
    "T",
    "i1",
    "I3",
    "i7",
    "i9",
    "I16",
    ">i4",
    "<I2",
)
FLOATS = (0.0, -0.0, 1.5, -1e300, 1e-310, float("inf"), 3, "2.5")
LAYOUTS = (
    *(
        "!4i1i8",
        "!8bd",
        "!2bi4",
        "!i1!4i4",
        "b!h",
        "!16i16",
        "<i2>i2=i2",
        "bXi4i4",
        "!bXdd",
        "!4bXi8i4",
        "xxb",
        "!4bxXi2",
    ),
    *(
        "!3i3",
        "!i3",
        "X",
        "Xz",
        "Xx",
        "X ",
        "Xc4",
        "!17",
        "!0",
        "i17",
        "i0",
        "y",
        "c",
        "i99999999999",
        "c2147483647c10",
    ),
    *("i4 i4", " < ! > = ", "", "d", "n", "f", "j", "s", "z", "s1", "c0", "c3", "!8c3d", "!8s4i8"),
)

CASES = [
    *(case("string.pack", o, v) for o in INTEGER_OPTIONS for v in INTEGERS),
    *(case("string.pack", o, v) for o in ("f", "d", "n", ">f", ">d") for v in FLOATS),
    *(case("string.pack", o, v) for o in ("d", "b") for v in (None, True, "x", table(), 1.5)),
    *(case("string.pack", f, 1, 2, 3) for f in LAYOUTS if "c2147" not in f),
    *(case("string.packsize", f) for f in LAYOUTS),
    *(case("string.unpack", f, "\1\2\3\4\5\6\7\0" * 4) for f in LAYOUTS),
    *(
        case("string.pack", o, s)
        for o in ("s", "s1", "s2", "z", "c0", "c3", "c5", ">s4")
        for s in ("", "abc", "a\0b", "\xff\x80")
    ),
    case("string.pack", "s1", "x" * 256),
    case("string.pack", "i4"),
    case("string.pack", "z"),
    case("string.pack"),
    *(case("string.unpack", o, "\xff\xfe\x80\x00\x01" * 4) for o in INTEGER_OPTIONS),
    *(
        case("string.unpack", o, s)
        for o in ("i9", "i16", "I16", ">i16")
        for s in ("\xff" * 16, "\0" * 16, "\xff" * 8 + "\0" * 8)
    ),
    *(case("string.unpack", "i16", "\0" * 7 + "\x80" + "\xff" * 8) for _ in range(1)),
    *(case("string.unpack", o, "\0\0\xc0\x3f\0\0\0\0\0") for o in ("f", "d", ">f", ">d")),
    *(case("string.unpack", "i2", "\1\2\3\4", p) for p in (1, 2, 3, 4, 5, 6, -1, -2, -4, -9, 0)),
    *(case("string.unpack", "z", s) for s in ("abc\0d", "abc", "", "\0")),
    *(case("string.unpack", "s1", s) for s in ("\3abcd", "\5abc", "", "\0")),
    *(
        case("string.unpack", "<i4z s1 d", "\1\0\0\0hi\0\2ok\0\0\0\0\0\0\xf0\x3f", p)
        for p in (None, 2)
    ),
]
