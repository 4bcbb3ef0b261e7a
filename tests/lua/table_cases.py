"""Cases for the library table."""

from tests.lua.reference import case, fn, proxy, table

LISTS = (
    (),
    (1,),
    (3, 1, 2),
    ("b", "a", "c"),
    (1, 2.5, "x"),
    (5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 11, 10),
)
BAD = (None, 5, "abc", True, fn("first"))
MAKERS = (table, proxy)

CASES = [
    *(case("table.insert", m(*v), x) for m in MAKERS for v in LISTS for x in (9, "z", None, 1.5)),
    *(
        case("table.insert", m(*v), p, 7)
        for m in MAKERS
        for v in LISTS
        for p in (0, 1, 2, 3, 4, 5, -1, 2.0, "1")
    ),
    *(case("table.insert", table(1), *a) for a in ((), (1, 2, 3), ("x", 1), (1.5, 1), (1, None))),
    *(case("table.remove", m(*v)) for m in MAKERS for v in LISTS),
    *(
        case("table.remove", m(*v), p)
        for m in MAKERS
        for v in LISTS
        for p in (0, 1, 2, 3, 4, 5, -1, "1")
    ),
    *(case("table.remove", table(1, 2), p) for p in ("x", 1.5, None)),
    *(case("table.concat", m(*v), s) for m in MAKERS for v in LISTS for s in (None, "", ", ", 1)),
    *(
        case("table.concat", m(*v), "-", i, j)
        for m in MAKERS
        for v in LISTS
        for i in (None, 0, 2, 4)
        for j in (None, 0, 1, 3)
    ),
    *(case("table.concat", table(1, v, 3)) for v in (table(), True, fn("first"), None)),
    *(case("table.concat", table(1), v) for v in (table(), True)),
    *(case("table.unpack", m(*v)) for m in MAKERS for v in LISTS),
    *(
        case("table.unpack", m(1, 2, 3), i, j)
        for m in MAKERS
        for i in (None, -1, 0, 2, 5)
        for j in (None, 0, 1, 3, 4)
    ),
    case("table.unpack", table(), 1, 10**8),
    case("table.unpack", table(), 1, "x"),
    case("table.pack"),
    case("table.pack", 1),
    case("table.pack", 1, None, 3, None),
    *(case("table.sort", m(*v)) for m in MAKERS for v in LISTS if 2.5 not in v),
    *(case("table.sort", m(*v), fn("greater")) for m in MAKERS for v in LISTS if 2.5 not in v),
    case("table.sort", table(*[(n * 7919) % 1000 for n in range(300)])),
    case("table.sort", table(*[(n * 7919) % 1000 / 8 for n in range(300)])),
    case("table.sort", table(*[str((n * 7919) % 1000) for n in range(300)])),
    case("table.sort", table(*[(n * 7919) % 1000 for n in range(300)]), fn("greater")),
    case("table.sort", table(*range(100))),
    case("table.sort", table(*range(100, 0, -1))),
    case("table.sort", table(*[1, 2] * 50)),
    case("table.sort", table(*[1, 2.5, 2, -1.0] * 5)),
    case("table.sort", table(1, "x")),
    case("table.sort", table("x", 1)),
    case("table.sort", table(table(), table())),
    case("table.sort", table(True, False)),
    case("table.sort", table(3, 2, 1), fn("fails")),
    case("table.sort", table(3, 2, 1), 5),
    case("table.sort", table(3, 2, 1), True),
    *(
        case("table.move", m(1, 2, 3), f, e, t)
        for m in MAKERS
        for f in (0, 1, 2)
        for e in (0, 1, 3, 4)
        for t in (-1, 1, 2, 3, 5)
    ),
    *(case("table.move", m(1, 2, 3), 1, 3, t, m(9, 8)) for m in MAKERS for t in (0, 1, 2, 4)),
    case("table.move", table(1), 1, (1 << 63) - 1, 2),
    case("table.move", table(1), -(1 << 63), (1 << 63) - 1, 2),
    case("table.move", table(1), 1, 2),
    case("table.move", table(1), 1, 2, 3, 5),
    *(case(f"table.{f}", bad) for f in ("insert", "remove", "concat", "sort") for bad in BAD),
    *(case(f"table.{f}") for f in ("insert", "remove", "concat", "sort", "move")),
]
