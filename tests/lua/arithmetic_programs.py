"""Writes random programs of arithmetic: locals, fields, loops and calls whose kinds can be proved,
or nearly."""

import random

INTEGERS = (
    *("0", "1", "2", "3", "7", "-1", "-5", "255", "1073741823", "-1073741824", "2147483648"),
    *("4503599627370497", "9007199254740993", "-9007199254740993", "4611686018427387904"),
    *("math.maxinteger", "math.mininteger"),
)
FLOATS = (
    *("0.0", "-0.0", "0.5", "1.0", "-2.5", "3.0", "1e15", "9007199254740992.0", "2.0^62", "1e308"),
)
TEXTS = ('"10"', '"0x10"', '"2.5"', '"1e2"')  # only for + - * /: bits of texts are another matter
ODD = ("nil", "true", "{}")
ARITHMETIC = ("+", "-", "*", "+", "-", "*", "/", "//", "%", "^")
BITS = ("&", "|", "~", "<<", ">>")
COMPARISONS = ("<", "<=", ">", ">=", "==", "~=")

HEAD = """local function show(v)
  if math.type(v) == "float" then return string.format("%.17g", v) end
  return type(v) == "table" and "table" or tostring(v)
end
"""


class Writer:
    """Writes one program; `rng` decides."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.lines: list[str] = []
        self.names: list[str] = []
        self.fixed: list[str] = []  # loop variables
        self.count = 0

    def literal(self) -> str:
        pick = self.rng.random()
        if pick < 0.55:
            return self.rng.choice(INTEGERS)
        return self.rng.choice(FLOATS) if pick < 0.97 else self.rng.choice(ODD)

    def atom(self) -> str:
        pick = self.rng.random()
        readable = self.names + self.fixed
        if readable and pick < 0.6:
            return self.rng.choice(readable)
        if pick < 0.8:
            return self.rng.choice(("t.x", "t.y", "t[1]", "t[2]", "#t"))
        return self.literal()

    def expr(self, depth: int) -> str:
        rng = self.rng
        if depth == 0 or rng.random() < 0.15:
            return self.atom()
        pick = rng.random()
        if pick < 0.72:
            op = rng.choice(ARITHMETIC)
        elif pick < 0.84:
            op = rng.choice(BITS)
        elif pick < 0.9:
            return f"(- {self.expr(depth - 1)})"
        elif pick < 0.93:
            return f"(~{self.expr(depth - 1)})"
        elif pick < 0.96:
            return f"({self.expr(depth - 1)} {rng.choice(('and', 'or'))} {self.expr(depth - 1)})"
        else:
            name = rng.choice(("math.floor", "math.max", "math.abs", "tonumber"))
            return f"{name}({self.expr(depth - 1)})"
        if op in "+-*/" and rng.random() < 0.03:
            return f"({self.expr(depth - 1)} {op} {rng.choice(TEXTS)})"
        right = self.literal() if rng.random() < 0.4 else self.expr(depth - 1)
        return f"({self.expr(depth - 1)} {op} {right})"

    def cond(self) -> str:
        return f"{self.expr(1)} {self.rng.choice(COMPARISONS)} {self.expr(2)}"

    def put(self, depth: int, text: str) -> None:
        self.lines.append("  " * depth + text)

    def statement(self, depth: int) -> None:
        rng = self.rng
        pick = rng.random()
        if pick < 0.25 or not self.names:
            value = self.literal() if rng.random() < 0.5 else self.expr(2)
            self.count += 1
            self.put(depth, f"local v{self.count} = {value}")
            self.names.append(f"v{self.count}")
        elif pick < 0.55:
            name = rng.choice(self.names)
            value = self.expr(2) if rng.random() < 0.6 else f"{name} + {self.literal()}"
            self.put(depth, f"{name} = {value}")
        elif pick < 0.65:
            self.put(depth, f"{rng.choice(('t.x', 't.y', 't[1]', 't[2]'))} = {self.expr(2)}")
        elif pick < 0.72:
            self.put(depth, f"print({self.cond()}, show({self.expr(2)}), {self.atom()} .. '')")
        elif depth < 3 and pick < 0.86:
            self.count += 1
            var = f"i{self.count}"
            bounds = rng.choice(("1, 3", "0, 2", "3, 1, -1", "1.0, 2", "1, #t", "7, 8.5"))
            self.block(depth, f"for {var} = {bounds} do", var)
        elif depth < 3:
            self.block(depth, f"if {self.cond()} then", "")
        else:
            self.put(depth, f"print(show({self.expr(3)}))")

    def block(self, depth: int, head: str, var: str) -> None:
        self.put(depth, head)
        names, fixed = list(self.names), list(self.fixed)
        if var:
            self.fixed.append(var)
        for _ in range(self.rng.randint(1, 3)):
            self.statement(depth + 1)
        self.names, self.fixed = names, fixed
        self.put(depth, "end")

    def function(self, name: str) -> None:
        """A function of two parameters, and its calls: all of them known, or not."""
        rng = self.rng
        self.put(0, f"local function {name}(a, b, t)")
        self.names = ["a", "b"]
        for _ in range(rng.randint(2, 6)):
            self.statement(1)
        self.put(1, "print(" + ", ".join(f"show({each})" for each in self.names) + ")")
        self.put(1, f"return {self.expr(3)}")
        self.put(0, "end")
        self.names = []
        escapes = rng.random() < 0.3
        for _ in range(2):
            table = f"{{x = {self.literal()}, y = {self.literal()}, {self.literal()}, 5}}"
            given = f"{self.literal()}, {self.literal()}, {table}"
            if escapes:
                self.put(0, f"print(pcall({name}, {given}))")
            else:
                self.put(0, "print(pcall(function() return show(" + f"{name}({given})) end))")


def write(seed: int) -> str:
    """Return a program."""
    writer = Writer(random.Random(seed))
    for name in ("f", "g"):
        writer.function(name)
    return HEAD + "\n".join(writer.lines) + "\n"
