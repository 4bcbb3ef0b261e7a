"""What the parts of the Python emitter share: expressions as text, names, and facts of the tree."""

from moonhop_core.lang import tree
from moonhop_core.lang.facts import ANY, KINDS, NOTHING, kind_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact

# Results of + - * and << beyond this are looked at more closely. It is a small integer on every
# MicroPython, 32-bit boards included, so comparing with it is cheap.
BOUND = "1073741823"

COMPARE = {"<": "lt", "<=": "le", ">": "lt", ">=": "le"}
HELPERS = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "//": "idiv",
    "%": "mod",
    "^": "pow_",
    "&": "band",
    "|": "bor",
    "~": "bxor",
    "<<": "shl",
    ">>": "shr",
}

# Methods that strings have: a receiver of such a call may well be a string.
STRING_METHODS = (
    "byte",
    "char",
    "find",
    "format",
    "gmatch",
    "gsub",
    "len",
    "lower",
    "match",
    "pack",
    "rep",
    "reverse",
    "sub",
    "unpack",
    "upper",
)

# Stands for `near` within the fast lines of a `try`, and for `get` everywhere else. No text of a
# program has it: literals are escaped.
NEAR = "\x01"

# What is known of a value without running the program.
NUMBER = ("int", "small", "float", "num")
WHOLE = ("int", "small")
DEEP = 40  # nested operators beyond this go through temporaries: Python's parser has its limits


class Text:
    """An expression as text. `fact` tells what its value surely is (`facts.py`), `kind` says it in
    a word: "int" (64 bits), "small" (far from overflow), "float", "num", "str", "bool", "table",
    "function", "nil", "pybool", or "".

    raw    the same without the guard that keeps an integer within 64 bits, if it has one
    wide   the fact of raw
    value  of a constant number
    parts  of a `..` of two: their fast texts, the first one's before it is made sure of
    there  of a field that is nil or in the table itself: the test that it is there
    called its only use is to be called, at once
    soft   it may raise what `positions.py` makes the right error of, so it needs no slow text
    """

    raw = ""
    wide: "Fact" = NOTHING
    value: "int | float | None" = None
    parts: "tuple[str, str, str] | tuple[()]" = ()
    soft = False
    called = False
    there = ""

    def __init__(
        self,
        fast: str,
        slow: "str | None" = None,
        kind: str = "",
        atom: bool = False,
        fact: "Fact | None" = None,
    ):
        self.fast = fast
        self.slow = fast if slow is None else slow
        self.kind = kind
        self.fact: "Fact" = KINDS[kind] if fact is None else fact
        self.atom = atom  # a name or constant: may be repeated, and cannot fail
        self.fails = slow is not None  # the fast text may raise
        self.depth = 0

    def know(self, fact: "Fact") -> "Text":
        """Take down what is known of its value."""
        if fact[0] & ANY:
            self.fact = fact
            self.kind = kind_name(fact)
        return self

    def named(self, name: str) -> "Text":
        """The same value under a name."""
        return Text(name, None, self.kind, True, self.fact)


def is_temp(text: Text) -> bool:
    """Is it just a temporary, which nothing changes any more?"""
    return text.atom and text.fast[:1] == "T" and text.fast[1:].isdigit()


def dotted(text: Text) -> Text:
    """Make it possible to put a dot behind: a number gets parentheses."""
    if text.fast[0].isdigit():
        return Text("(%s)" % text.fast, None, text.kind, text.atom, text.fact)
    return text


class Names:
    """The Python names of a function's variables: Lua's own, with an underscore and a number."""

    def __init__(self) -> None:
        self.names: "dict[int, str]" = {}
        self.used: "dict[str, int]" = {}

    def of(self, var: tree.LocalVar) -> str:
        found = self.names.get(id(var))
        if found is None:
            base = "v_" if var.temp else var.name + "_"
            for char in base:
                if not (char.isalpha() or char.isdigit() or char == "_"):
                    base = "v_"
            count = self.used.get(base, 0)
            self.used[base] = count + 1
            found = base + str(count) if count or var.temp else base
            self.names[id(var)] = found
        return found


class Line:
    """A line of the module: its text, the Lua line it came from, what may fail on it."""

    def __init__(self, indent: int, text: str, lua: int, about: "list[str]"):
        self.indent = indent
        self.text = text
        self.lua = lua
        self.about = about


def is_condition(expr: tree.Expr) -> bool:
    """Does it always give a boolean, by itself and not by a call?"""
    if isinstance(expr, tree.Unary):
        return expr.op == "not"
    return isinstance(expr, tree.Binary) and expr.op in ("==", "~=", "<", "<=", ">", ">=")


def ends(block: tree.Block) -> bool:
    """Does control never reach the end of the block?"""
    if not block.stats:
        return False
    last = block.stats[-1]
    if isinstance(last, tree.Return):
        return True
    if isinstance(last, tree.Do):
        return ends(last.body)
    if isinstance(last, tree.If):
        if last.orelse is None or not ends(last.orelse):
            return False
        return all(ends(inner) for inner in last.blocks)
    return False
