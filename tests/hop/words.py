"""The lines and expressions of random programs, and the names that can be used in them."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

SMALL = 9973  # numbers are kept below it by `%`
DURATIONS = ("0", "0.1", "0.2", "0.3", "0.5", "1")
HEADS = {True: "-- integers", False: '--! engines = ["lua54", "luajit", "python"]'}


@dataclass
class Scope:
    """The names that can be used at some place of the program, by kind, and what is allowed."""

    names: dict[str, list[str]] = field(default_factory=dict)
    yields: bool = False  # inside a coroutine's body
    loops: int = 0  # how many loops enclose the place
    depth: int = 0  # how many blocks do

    def of(self, kind: str) -> list[str]:
        return self.names.get(kind, [])

    def inner(self, **changes: Any) -> "Scope":
        """Return the scope of a block inside."""
        names = {kind: list(names) for kind, names in self.names.items()}
        return replace(self, names=names, depth=self.depth + 1, **changes)

    def function(self, **changes: Any) -> "Scope":
        """Return the scope of a function's body; coroutines stay with the task they belong to."""
        scope = self.inner(**changes)
        scope.names.pop("coroutine", None)
        scope.names.pop("task", None)
        return scope


class Words:
    """Writes lines of one program, drawing each choice from Hypothesis."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], integers: bool):
        self.draw = draw
        self.integers = integers
        self.lines = [HEADS[integers]]
        self.indent = 0
        self.count = 0
        self.budget = 45  # statements

    def pick(self, choices: Any) -> Any:
        return self.draw(st.sampled_from(list(choices)))

    def number(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def chance(self) -> bool:
        return bool(self.draw(st.booleans()))

    def line(self, text: str) -> None:
        self.lines.append("  " * self.indent + text)

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    @contextmanager
    def block(self, head: str, end: str = "end") -> Any:
        self.line(head)
        self.indent += 1
        yield
        self.indent -= 1
        self.line(end)

    def declare(self, scope: Scope, kind: str, prefix: str) -> str:
        name = self.name(prefix)
        scope.names.setdefault(kind, []).append(name)
        return name

    def num(self, scope: Scope, depth: int = 0) -> str:
        """Return an expression whose value is a small number."""
        kinds = ["constant", "variable", "field", "length", "operation", "choice"]
        kind = self.pick(kinds[:4] if depth > 1 else kinds)
        if kind == "variable" and scope.of("num"):
            return str(self.pick(scope.of("num")))
        if kind == "field" and scope.of("table"):
            return f"{self.pick(scope.of('table'))}.{self.pick('ab')}"
        if kind == "length" and scope.of("table"):
            table = self.pick(scope.of("table"))
            return str(self.pick([f"#{table}", f"({table}[1] or 0)", f"({table}[#{table}] or -1)"]))
        if kind == "operation":
            a, b = self.num(scope, depth + 1), self.num(scope, depth + 1)
            operator = self.pick("+-*")
            return f"({a} {operator} {b}) % {SMALL}"
        if kind == "choice":
            a, b = self.num(scope, depth + 1), self.num(scope, depth + 1)
            return f"({self.condition(scope, depth + 1)} and {a} or {b})"
        if self.integers and self.number(0, 3) == 3:
            return str(self.pick(["0.5", "2.0", "1.25", "-0.75", "7 // 2", "7 / 2", "2 ^ 3"]))
        return str(self.number(0, 9))

    def integer(self, scope: Scope, depth: int = 0) -> str:
        """Return an expression whose value is an integer of 64 bits."""
        if depth > 1 or self.chance():
            if scope.of("int") and self.chance():
                return str(self.pick(scope.of("int")))
            return str(
                self.pick(["1", "-1", "7", "255", "math.maxinteger", "math.mininteger", "1 << 40"])
            )
        a, b = self.integer(scope, depth + 1), self.integer(scope, depth + 1)
        return str(
            self.pick(
                [
                    f"(({a}) {self.pick(['+', '-', '*', '&', '|', '~'])} ({b}))",
                    f"(({a}) // {self.pick([3, -7, 10])})",
                    f"(({a}) % {self.pick([3, -7, 1000])})",
                    f"(({a}) {self.pick(['<<', '>>'])} {self.number(0, 9)})",
                    f"(~({a}))",
                ]
            )
        )

    def text(self, scope: Scope) -> str:
        """Return an expression whose value is a short string."""
        kind = self.pick(["constant", "variable", "number", "joined", "format"])
        if kind == "variable" and scope.of("text"):
            return str(self.pick(scope.of("text")))
        if kind == "number":
            return f'("n" .. {self.num(scope)})'
        if kind == "joined" and scope.of("text"):
            a, b = self.pick(scope.of("text")), self.pick(scope.of("text"))
            return f"({a} .. {b}):sub(-6)"
        if kind == "format":
            return f'("%s!"):format({self.num(scope)})'
        return str(self.pick(['""', '"a"', '"bc"', r'"\0\255"', r'"q\"\n"']))

    def condition(self, scope: Scope, depth: int = 0) -> str:
        a, b = self.num(scope, depth + 1), self.num(scope, depth + 1)
        compared = f"{a} {self.pick(['<', '<=', '==', '~=', '>'])} {b}"
        return str(self.pick([compared, f"not ({compared})", "true", "false", "nil"]))

    def values(self, scope: Scope, most: int = 3) -> str:
        """Return a list of expressions for arguments or results."""
        return ", ".join(self.num(scope) for _ in range(self.number(0, most)))

    def call(self, scope: Scope) -> str:
        """Return a call whose first result is a number."""
        kind = self.pick(["plain", "function", "method", "pcall", "spread"])
        functions = scope.of("function") + (scope.of("yielding") if scope.yields else [])
        if kind == "method" and scope.of("object"):
            return f"{self.pick(scope.of('object'))}:step({self.values(scope, 2)})"
        if functions and kind == "pcall":
            return f"select(2, pcall({self.pick(functions)}, {self.num(scope)}))"
        if functions and kind == "spread":
            f = self.pick(functions)
            return f"{self.pick(functions)}({self.num(scope)}, {f}({self.values(scope)}))"
        if functions and kind != "plain":
            return f"{self.pick(functions)}({self.values(scope)})"
        return f"math.max({self.num(scope)}, {self.num(scope)})"
