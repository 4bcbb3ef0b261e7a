"""Expressions of random programs about facts (`fact_programs.py`)."""

from random import Random

FIELDS = ("x", "y", "next", "n", "f")
METHODS = ("f", "get", "put")
SIMPLE = ("nil", "1", "2", "0", "-3", "true", "false", '"s"', '"10"', "1.5", "2.0", "{}")
CONSTANTS = (
    *SIMPLE,
    "{x = 1}",
    "{x = {n = 2}, n = 1}",
    "{1, 2}",
    "9007199254740993",
    "4611686018427387904",
)
OPERATORS = ("+", "-", "*", "/", "//", "%", "<", "<=", "==", "~=", "..", "&", "<<")
EVENTS = ("__add", "__concat", "__eq", "__lt", "__le", "__call", "__len", "__unm", "__index")
# What a program may use, and how often one does. Some of it makes the compiler give up its facts.
FEATURES = {
    "metatables": 0.75,
    "events": 0.25,
    "newindex": 0.15,
    "rawset": 0.15,
    "getmetatable": 0.06,
    "coroutines": 0.3,
    "callbacks": 0.35,
    "varargs": 0.5,
    "globals": 0.3,
    "computed": 0.35,
    "load": 0.04,
    "goto": 0.2,
}


class Values:
    """Writes expressions, and keeps what a program may use."""

    def __init__(self, seed: int, sleeps: bool):
        self.random = Random(seed)
        self.lines: list[str] = []
        self.sleeps = sleeps
        self.uses = {name for name, odds in FEATURES.items() if self.random.random() < odds}
        self.made = 0
        self.classes: list[str] = []
        self.plain = 0  # > 0 in functions that may be called where nothing can sleep

    def chance(self, odds: float) -> bool:
        return self.random.random() < odds

    def put(self, line: str) -> None:
        self.lines.append(line)

    def fresh(self, start: str) -> str:
        self.made += 1
        return f"{start}{self.made}"

    # ------------------------------------------------------------ expressions

    def field(self) -> str:
        return self.random.choice(FIELDS)

    def value(self, names: list[str], depth: int = 0) -> str:
        """An expression of one value."""
        pick = self.random.choice
        kind = self.random.randrange(22 if depth < 2 else 9)
        name = pick(names)
        if kind < 3:
            return name
        if kind < 6:
            return f"{name}.{self.field()}"
        if kind < 7:
            return pick(CONSTANTS)
        if kind < 8:
            return f"{name}.{self.field()}.{self.field()}"
        if kind < 9:
            return self.computed(name)
        one = self.value(names, depth + 1)
        two = self.value(names, depth + 1)
        forms = [
            f"({one} {pick(('and', 'or'))} {two})",
            f"({one} and {two} or {self.value(names, depth + 1)})",
            f"({name} and {name}.{self.field()})",
            f"({one} or {{}}).{self.field()}",
            f"(not {one})",
            self.arithmetic(names, one, two),
            f"{name}:{pick(METHODS)}({self.arguments(names, depth)})",
            f"{name}.{pick(METHODS)}({self.arguments(names, depth)})",
            f"{name}({self.arguments(names, depth)})",
            f"(id({one}))",
            f"none({one})",
            pick((f"-{name}", f"#{name}", f"(- {one})")),
            self.function(names, depth + 1),
        ]
        return pick(forms)

    def arithmetic(self, names: list[str], one: str, two: str) -> str:
        op = self.random.choice(OPERATORS)
        if op == "..":  # no text grows by itself
            return f'({one} .. "t")' if self.chance(0.5) else f"(1 .. {two})"
        return f"({one} {op} {two})"

    def computed(self, name: str) -> str:
        if "computed" in self.uses:
            return f"{name}[{self.random.choice(('key', 'key2', '1', '2', 'n0'))}]"
        return f"{name}[{self.random.choice(('1', '2'))}]"

    def arguments(self, names: list[str], depth: int) -> str:
        count = self.random.choice((0, 1, 1, 1, 2, 3))
        found = [self.value(names, depth + 1) for _ in range(count)]
        if "varargs" in self.uses and self.chance(0.2):
            found.append("id(1, 2)")
        return ", ".join(found)

    def function(self, names: list[str], depth: int) -> str:
        """A function in one line."""
        params = self.random.choice(((), ("p",), ("p", "q"), ("p", "...")))
        inner = names + [param for param in params if param != "..."]
        self.plain += 1
        body = self.value(inner, depth + 1)
        self.plain -= 1
        if "..." in params:
            body = self.random.choice((f"{body}, ...", "...", f"(...) or {body}"))
        return f"(function({', '.join(params)}) tick(); return {body} end)"
