"""The plain statements of random programs: locals, assignments, branches and loops."""

from collections.abc import Callable
from typing import Any

from tests.hop.words import DURATIONS, SMALL, Scope, Words

Statement = Callable[[Scope], Any]


class Statements(Words):
    """Writes statements, of more kinds in the classes that add some."""

    def statements(self, scope: Scope, most: int = 5) -> None:
        for _ in range(self.number(1, most)):
            if self.budget <= 0:
                break
            self.budget -= 1
            self.statement(scope)

    def statement(self, scope: Scope) -> None:
        deep = scope.depth > 3 or scope.loops > 1
        kinds = self.simple(scope)
        self.pick(kinds if deep else kinds + self.nested(scope))(scope)

    def simple(self, scope: Scope) -> list[Statement]:
        """Return what writes the kinds of statements that can stand everywhere."""
        kinds: list[Statement] = [
            *(self.show, self.nap, self.nap, self.local_number, self.assign, self.call_statement),
            *(self.local_text, self.local_table, self.change_table),
        ]
        if self.integers:
            kinds.append(self.local_integer)
        if scope.yields:
            kinds += [self.give, self.give]
        return kinds

    def nested(self, scope: Scope) -> list[Statement]:
        """Return what writes the kinds that have others inside."""
        return [
            *(self.if_statement, self.numeric_for, self.while_loop, self.repeat_loop),
            *(self.sequence_for, self.pairs_for),
        ]

    def show(self, scope: Scope) -> None:
        shown = [self.pick([self.num, self.text])(scope) for _ in range(self.number(1, 3))]
        self.line(f"print({', '.join(shown)})")

    def nap(self, scope: Scope) -> None:
        self.line(f"sleep({self.pick(DURATIONS)})")

    def give(self, scope: Scope) -> None:
        got = self.name("v")
        self.line(f"local {got} = tonumber((coroutine.yield({self.values(scope)}))) or 0")
        scope.names.setdefault("num", []).append(got)

    def local_number(self, scope: Scope) -> None:
        value = self.num(scope)
        if self.number(0, 4) == 4:
            value = f"math.random({self.number(1, 99)})"  # its state hops too
        self.line(f"local {self.declare(scope, 'num', 'v')} = {value}")

    def local_integer(self, scope: Scope) -> None:
        value = self.integer(scope)
        name = self.declare(scope, "int", "i")
        self.line(f"local {name} = {value}")
        self.line(f"print({name})")

    def local_text(self, scope: Scope) -> None:
        value = self.text(scope)
        self.line(f"local {self.declare(scope, 'text', 's')} = {value}")

    def local_table(self, scope: Scope) -> None:
        a, b, items = self.num(scope), self.num(scope), self.values(scope)
        name = self.declare(scope, "table", "t")
        self.line(f"local {name} = {{a = {a}, b = {b}, {items}}}")

    def change_table(self, scope: Scope) -> None:
        tables = scope.of("table")
        if not tables:
            return self.local_table(scope)
        table = self.pick(tables)
        value = self.num(scope)
        self.line(
            self.pick(
                [
                    f"{table}.a = {value}",
                    f"{table}.a, {table}.b = {table}.b, {value}",
                    f"{table}[#{table} + 1] = {value}",
                    f"table.insert({table}, 1, {value})",
                    f"table.remove({table})",
                    f"{table}.link = {self.pick(tables)}",
                    f"{table}.b = ({table}.link or {table}).a",
                    f"print(#{table}, {table}.a, {table}.link == {table})",
                    f"print(table.concat({table}, ','))",
                    f"table.sort({table}, function(x, y) return x > y end)",
                    f"setmetatable({table}, {{__index = function(_, k) return k == 'z' end}})",
                ]
            )
        )
        return None

    def assign(self, scope: Scope) -> None:
        names = scope.of("num")
        if len(names) > 1 and self.chance():
            a, b = self.pick(names), self.pick(names)
            if a != b:
                self.line(f"{a}, {b} = {self.num(scope)}, {self.num(scope)}")
                return
        if names:
            self.line(f"{self.pick(names)} = {self.pick([self.num, self.call])(scope)}")
        else:
            self.local_number(scope)

    def call_statement(self, scope: Scope) -> None:
        if self.chance():
            self.line(f"print({self.call(scope)})")
        else:
            call = self.call(scope)
            a, b = self.declare(scope, "num", "v"), self.name("v")
            self.line(f"local {a}, {b} = {call}")
            self.line(f"{a} = type({a}) == 'number' and {a} or 0 print({a}, {b})")

    def body(self, scope: Scope, most: int = 4) -> None:
        self.statements(scope, most)

    def loop_body(self, scope: Scope) -> None:
        """Write a loop's body, perhaps with a way out or on to its next round."""
        inner = scope.inner(loops=scope.loops + 1)
        leave = self.pick(["", "", "break", "continue"])
        label = self.name("next")
        self.body(inner, 3)
        if leave:
            condition = self.condition(inner)
            self.line(f"if {condition} then {leave if leave == 'break' else 'goto ' + label} end")
            with self.block("do"):
                self.body(inner.inner(), 2)
        if leave == "continue":
            self.line(f"::{label}::")

    def if_statement(self, scope: Scope) -> None:
        with self.block(f"if {self.condition(scope)} then"):
            self.body(scope.inner(), 3)
            if self.chance():
                self.indent -= 1
                self.line("else")
                self.indent += 1
                self.body(scope.inner(), 3)

    def numeric_for(self, scope: Scope) -> None:
        inner = scope.inner()
        bounds = self.pick(["1, 2", "1, 3", "3, 1, -1", "2, 6, 2", "1, 0"])
        with self.block(f"for {self.declare(inner, 'num', 'k')} = {bounds} do"):
            self.loop_body(inner)

    def while_loop(self, scope: Scope) -> None:
        counter = self.name("n")
        self.line(f"local {counter} = 0")
        with self.block(f"while {counter} < {self.number(1, 3)} do"):
            self.line(f"{counter} = {counter} + 1")
            self.loop_body(scope)

    def repeat_loop(self, scope: Scope) -> None:
        counter = self.name("n")
        self.line(f"local {counter} = 0")
        with self.block("repeat", f"until {counter} >= {self.number(1, 3)}"):
            self.line(f"{counter} = {counter} + 1")
            with self.block("do"):
                self.body(scope.inner(loops=scope.loops + 1), 3)

    def sequence_for(self, scope: Scope) -> None:
        inner = scope.inner()
        items = self.pick([*scope.of("table"), f"{{{self.values(scope)}}}"])
        index, value = self.declare(inner, "num", "k"), self.declare(inner, "num", "v")
        with self.block(f"for {index}, {value} in ipairs({items}) do"):
            self.line(f"if {index} > 3 then break end")
            with self.block("do"):
                self.loop_body(inner)

    def pairs_for(self, scope: Scope) -> None:
        """A loop over a table that nobody else changes, with a sum that knows no order."""
        items = ", ".join([f"x = {self.num(scope)}, y = {self.num(scope)}", self.values(scope)])
        table, total = self.name("t"), self.declare(scope, "num", "v")
        key, value = self.name("k"), self.name("v")
        self.line(f"local {table}, {total} = {{{items}}}, 0")
        with self.block(f"for {key}, {value} in pairs({table}) do"):
            self.line(f"{total} = ({total} + {value}) % {SMALL}")
            self.line(self.pick([f"sleep({self.pick(DURATIONS)})", f"{table}[{key}] = nil", ""]))
        self.line(f"print({total}, next({table}) == nil)")
