"""Cases for patterns: find, match, gmatch, gsub."""

from tests.lua.reference import case, fn, table

SUBJECTS = (
    *(
        "",
        "a",
        "abc",
        "hello world from Lua",
        "key = value",
        "  trim me  ",
        "f(a(b)c)d)",
        "THE (quick)",
    ),
    *(
        "x=1, y=22,z=333",
        "a.b-c+d",
        "\0a\0b",
        "\xe4\xf6 \xfc",
        "aaaab",
        "2026-11-21",
        "[[]]",
        "$%^",
    ),
    *("say \"hi\" and 'ho'", "abcabcabc", "  leading", "0x1F 12.5e3", "one\ntwo\r\nthree"),
)
PATTERNS = (
    *(
        "",
        ".",
        "a",
        "a*",
        "a+",
        "a-",
        "a?",
        "^a",
        "a$",
        "^$",
        "^",
        "$",
        ".*",
        ".-",
        ".+",
        ".-$",
        "^.-$",
    ),
    *(
        "%a",
        "%a+",
        "%d+",
        "%s*",
        "%w+",
        "%p",
        "%c",
        "%x+",
        "%l",
        "%u",
        "%g+",
        "%z",
        "%A",
        "%D+",
        "%S+",
    ),
    *(
        "%W",
        "%P+",
        "%C",
        "%X",
        "%L",
        "%U+",
        "%G",
        "%.",
        "%%",
        "%q",
        "%Q",
        "[abc]",
        "[^abc]",
        "[a-c]+",
    ),
    *(
        "[%a_][%w_]*",
        "[]]",
        "[^]]",
        "[]-a]",
        "[a-]",
        "[-a]",
        "[%a-z]",
        "[a-%%]",
        "[%]]+",
        "[^%s]+",
        "[+-]",
    ),
    *(
        "(a)",
        "(a)(b)",
        "()",
        "()a()",
        "(a(b)c)",
        "((a)(b))",
        "(.)%1",
        "(%w)(%w)%2%1",
        "(a*)b",
        "(a-)b",
    ),
    *(
        "^(%s*)(.-)(%s*)$",
        "(%w+)%s*=%s*(%w+)",
        "(%d+)-(%d+)-(%d+)",
        "%b()",
        "%b[]",
        '%b""',
        "%b((",
        "%bxx",
    ),
    *(
        "%f[%w]%w+",
        "%f[%a]%a+%f[%A]",
        "%f[%z]",
        "%f[%s]",
        "THE (%a+)",
        "[\0-\x7f]+",
        "[\x80-\xff]+",
        "\0",
    ),
    *(
        "a*b?c",
        "a?b?c?",
        "(a?)b",
        "a+b",
        ".-b",
        "(.*)(%d)",
        "(.-)%.",
        "%s$",
        "x*$",
        "^x*",
        "*",
        "+a",
        "^*",
        "a**",
    ),
    *(
        "%",
        "[",
        "[a",
        "[^",
        "[]",
        "[^]",
        "[%",
        "[%a",
        "(",
        ")",
        "(a",
        "a)",
        "(()",
        "())",
        "%1",
        "(a%1)",
        "%0",
    ),
    *(
        "%f",
        "%fa",
        "%b",
        "%bx",
        "a%",
        "x[",
        "(a)%2",
        "((a)%1)",
        "%b()*",
        "(a)*",
        "(a)+",
        "%f[a]*",
        "$a",
        "a$b",
    ),
    *(
        "a^b",
        "[a-z]*[0-9]",
        "%a+ %a+",
        "(%a+) (%a+)",
        "[%d.]+",
        "0[xX]%x+",
        "%s+$",
        "^%s+",
        "(h)(e)(l)(l)",
    ),
)
REPLACEMENTS = ("", "-", "%0", "%1", "<%1>", "%2", "%%", "%0%0", "%", "%x", "x%", 5, 1.5)
FUNCTIONS = ("first", "nothing", "false", "count", "pair", "table", "fails")
NESTED = ("a?", "a*", "a-", "(a)", "()", "a", "%b()", "%f[a]")

CASES = [
    *(case(f"string.{f}", s, p) for f in ("find", "match") for s in SUBJECTS for p in PATTERNS),
    *(case("string.gmatch*", s, p) for s in SUBJECTS[::2] for p in PATTERNS),
    *(case("string.gsub", s, p, "<%0>") for s in SUBJECTS for p in PATTERNS),
    *(
        case("string.gsub", s, p, r)
        for s in SUBJECTS[2:8]
        for p in PATTERNS[::5]
        for r in REPLACEMENTS
    ),
    *(
        case("string.gsub", s, p, fn(f))
        for s in ("abc", "hello world from Lua")
        for p in ("%w+", "(%w)(%w)", "()", "(o", "x", "")
        for f in FUNCTIONS
    ),
    *(
        case("string.gsub", "abc and abd", p, table(abc=1, a="A", abd=v, b=2.5))
        for p in ("%w+", "a", "(a)(b)", "()")
        for v in (True, False, "x")
    ),
    *(
        case("string.gsub", "hello", "l", "L", n)
        for n in (0, 1, 2, 3, -1, "1", 1.0, 1.5, "x", None)
    ),
    *(case("string.gsub", "abc", "b", r) for r in (None, True, False)),
    *(case("string.gsub", "a.b.c", p, "%%") for p in (".", "%.", "a", "b", "")),
    *(case("string.gsub", "\xe4b\xe4", p, "\xff%0") for p in ("b", "\xe4", "[\xe4b]", "")),
    *(case("string.find", "abcabc", p, i) for p in ("b", "[b]", "^b", "()b") for i in range(-7, 9)),
    *(
        case("string.match", "abcabc", p, i)
        for p in ("b.", "^.b", "$")
        for i in (-9, -1, 0, 1, 6, 7, 8)
    ),
    *(
        case("string.gmatch*", "abcabc", p, i)
        for p in ("b.", "", "^b", "()")
        for i in (-2, 0, 2, 7, 9)
    ),
    *(case("string.find", "a" * 250 + "b", t * n) for t in NESTED[1:] for n in (10, 32, 33, 34)),
    *(
        case("string.find", "x" * 500 + "needle" + "y" * 500, p)
        for p in ("ne+dle", "(n.-)y", "y+$")
    ),
    *(
        case("string.find", "\xff" * 500 + "needle", p)
        for p in ("ne+dle", "[^\xff]+", "()n", "(e)(d)")
    ),
    *(case("string.match", "x" * 500 + "\xff" + "key=val", p) for p in ("(%w+)=(%w+)", "\xff(.*)")),
    *(case(f"string.{f}", None, "a") for f in ("find", "match", "gsub")),
    *(case(f"string.{f}", "a", None) for f in ("find", "match", "gsub")),
    *(case(f"string.{f}", 1221, "2+", 1) for f in ("find", "match", "gsub")),
]
