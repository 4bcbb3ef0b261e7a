"""Cases for string.format."""

from tests.lua.reference import case, fn, proxy, table

INTEGERS = (0, 1, -1, 42, -1234567, (1 << 63) - 1, -(1 << 63), "7", 3.0, 2.5, "x", None)
FLOATS = (
    *(0.0, -0.0, 1.0, -1.5, 0.5, 2.5, 0.125, 1 / 3, 1e15, 1e16, 123456789.0, 1e100, 1e308),
    *(5e-324, 2.2250738585072014e-308, 6183.25, 5453.125, 9.995, 99999.5, 0.0001, 0.00001234),
    *(float("inf"), -float("inf"), 1e22, 1e23, 0.1, 9.5, 10.5, 1.9999999999999998, "0x1p4", 7),
)
INTEGER_FORMATS = (
    *("%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%.3d", "%8.3d", "%-8.3d|", "%+.0d", "%08.3d"),
    *("%i", "%10i", "%x", "%X", "%#x", "%#X", "%08x", "%#08x", "%.10x", "%o", "%#o", "%-#8o|"),
    *("%c", "%5c", "%-5c|", "%.0d", "%#.0x", "%u"),
)
FLOAT_FORMATS = (
    *("%f", "%.0f", "%.1f", "%.2f", "%.3f", "%10.2f", "%-10.2f|", "%010.2f", "%+.2f", "% .2f"),
    *("%#.0f", "%.20f", "%.99f", "%e", "%.0e", "%.3e", "%#.0e", "%.20e", "%E", "%12.3e", "%g"),
    *("%.0g", "%.3g", "%.5g", "%.14g", "%.17g", "%#g", "%G", "%010g", "%+g", "%-12g|", "%.40g"),
    *("%a", "%A", "%.0a", "%.3a", "%20a", "%-20a|", "%020a", "%+a", "%#.0a", "%.15a"),
)
BAD_FORMATS = (
    *("%y", "%", "%5", "%-", "%F", "%123d", "%.123d", "%0123d", "%-+ #0d", "%+x", "%#d", "%5q"),
    *("%#s", "%010s", "%.3c", "%0p", "%.3p", "%5%", "%1111111111111111111111d", "%5.", "%.y"),
    *("%ld", "%05.1a", "%00d", "%+s", "%w", "%\xff", "%5.123s", "% x", "%S", "%I"),
)
STRINGS = ("", "abc", "a\xffb", 'line\n\r\t\0end"\\', "\x7f\x01" + "1", "x" * 120)
STRING_FORMATS = ("%s", "%5s|", "%-5s|", "%.2s", "%5.1s|", "%.0s", "%q", "[%s]")

CASES = [
    *(case("string.format", f, v) for f in INTEGER_FORMATS for v in INTEGERS),
    *(case("string.format", f, v) for f in FLOAT_FORMATS for v in FLOATS),
    *(case("string.format", f, v) for f in BAD_FORMATS for v in (1, 2.5, "s")),
    *(case("string.format", f) for f in (*BAD_FORMATS, "%d", "%s", "%%", "", "a%%b", "%%%%x", 5)),
    *(case("string.format", f, v) for f in STRING_FORMATS for v in (*STRINGS, 1, 2.5, True)),
    *(case("string.format", "%q", v) for v in (*FLOATS[:-2], *INTEGERS[:7], None, table())),
    *(case("string.format", "%s", v) for v in (None, False, proxy())),
    *(case("string.format", "%8.3s|", v) for v in (None, False, proxy(), 2.5)),
    *(case("string.format", "%p", v) for v in (None, False, 1, 2.5)),
    *(case("string.format", "%d", v) for v in (table(), True, fn("first"), "", " 10 ", "1e1")),
    *(case("string.format", "%f", v) for v in (table(), True, "x", "1e1")),
    case("string.format", "%d %s %g%%", 1, "two", 3.5),
    case("string.format", "%d%d", 1),
    case("string.format", "%s %s", 1, 2, 3),
    case("string.format", "%5.2f|%-8s|%+04d", 3.14159, "ab", 7),
    case("string.format"),
    case("string.format", None),
    case("string.format", "%c%c%c", 76, 117, 97),
    case("string.format", "%c", 0),
    case("string.format", "%c", 256 + 65),
]
