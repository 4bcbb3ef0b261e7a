"""Writes random Lua programs that end: closures, tables, coroutines, timers, errors and sleeps.

Every program is legal, its loops are bounded and its output is defined: nothing is left to the
order of `pairs`, to the order in which Lua evaluates operands around a call, or to addresses.
Numbers are of two kinds. In a program for 64-bit integers, `int` variables hold integers that
wrap around and `num` variables any number, kept small by `%`. In a program for doubles there are
only `num` variables, and all are whole and small.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from hypothesis import strategies as st

SMALL = 9973  # numbers are kept below it by `%`
DURATIONS = ("0", "0.1", "0.2", "0.3", "0.5", "1")
HEADS = {True: "-- integers", False: '--! engines = ["lua54", "luajit", "python"]'}


class Example(NamedTuple):
    """A program and how it hops: the engines in turn, and at every which rest."""

    source: str
    engines: tuple[str, ...]
    hop_every: int


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


class Writer:
    """Writes one program, drawing each choice from Hypothesis."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], integers: bool):
        self.draw = draw
        self.integers = integers
        self.lines = [HEADS[integers]]
        self.indent = 0
        self.count = 0
        self.budget = 45  # statements

    # ------------------------------------------------------------ choices and lines

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

    # ------------------------------------------------------------ expressions, without calls

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

    # ------------------------------------------------------------ statements

    def statements(self, scope: Scope, most: int = 5) -> None:
        for _ in range(self.number(1, most)):
            if self.budget <= 0:
                break
            self.budget -= 1
            self.statement(scope)

    def statement(self, scope: Scope) -> None:
        simple = [
            *(self.show, self.nap, self.nap, self.local_number, self.assign, self.call_statement),
            *(self.local_text, self.local_table, self.change_table),
        ]
        if self.integers:
            simple.append(self.local_integer)
        if scope.yields:
            simple += [self.give, self.give]
        nested = [
            *(self.if_statement, self.numeric_for, self.while_loop, self.repeat_loop),
            *(self.sequence_for, self.pairs_for, self.protected, self.local_function),
            *(self.counter, self.object, self.coroutine, self.task, self.timer, self.recursion),
            *(self.closing, self.backward_goto, self.message, self.iterator),
            *(self.generator_for, self.stored_function, self.mixed, self.mixed),
            *(self.later_task, self.later_task),
            *(self.metamethods, self.strings, self.nested_protection, self.rethrown),
            *(self.varargs, self.way_out, self.closed_coroutine, self.walk, self.gmatch_for),
        ]
        if self.integers:
            nested += [self.edge_for, self.edge_for]
        deep = scope.depth > 3 or scope.loops > 1
        self.pick(simple if deep else simple + nested)(scope)

    def show(self, scope: Scope) -> None:
        shown = [self.pick([self.num, self.text])(scope) for _ in range(self.number(1, 3))]
        self.line(f"print({', '.join(shown)})")

    def nap(self, scope: Scope) -> None:
        self.line(f"sleep({self.pick(DURATIONS)})")

    def give(self, scope: Scope) -> None:
        got = self.name("v")
        self.line(f"local {got} = tonumber((coroutine.yield({self.values(scope)}))) or 0")
        scope.names.setdefault("num", []).append(got)

    def declare(self, scope: Scope, kind: str, prefix: str) -> str:
        name = self.name(prefix)
        scope.names.setdefault(kind, []).append(name)
        return name

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

    def iterator(self, scope: Scope) -> None:
        """A loop over an iterator of its own, which may sleep."""
        inner = scope.inner()
        counter, value = self.name("n"), self.declare(inner, "num", "v")
        self.line(f"local {counter} = 0")
        with self.block("for " + value + " in function()", "end do"):
            self.line(f"{counter} = {counter} + 1")
            if self.chance():
                self.nap(scope)
            self.line(f"if {counter} <= {self.number(1, 3)} then return {counter} end")
        self.indent += 1
        self.loop_body(inner)
        self.indent -= 1
        self.line("end")

    def generator_for(self, scope: Scope) -> None:
        """A loop over a coroutine that makes its values, with sleeps."""
        inner, maker = scope.inner(), scope.function(yields=True, loops=0)
        value, step = self.declare(inner, "num", "v"), self.declare(maker, "num", "k")
        with (
            self.block(f"for {value} in coroutine.wrap(function()", "end) do"),
            self.block(f"for {step} = 1, {self.number(1, 3)} do"),
        ):
            self.body(maker, 2)
            self.line(f"coroutine.yield({step}, {self.num(maker)})")
        self.indent += 1
        self.loop_body(inner)
        self.indent -= 1
        self.line("end")

    def stored_function(self, scope: Scope) -> None:
        """A closure that lives in a table, called by field and as a method."""
        if not scope.of("table"):
            self.local_table(scope)
        table = self.pick(scope.of("table"))
        inner = scope.function(yields=False, loops=0)
        argument = self.declare(inner, "num", "p")
        with self.block(f"{table}.f = function({argument}, ...)"):
            self.line(f"{argument} = tonumber({argument}) or 5")
            self.body(inner, 2)
            self.line(f"return {self.num(inner)}, ...")
        self.line(f"print({table}.f({self.values(scope)}), {table}:f({self.values(scope)}))")

    def mixed(self, scope: Scope) -> None:
        """Calls, which may suspend, in all positions of an expression or statement."""
        a, b, c = self.call(scope), self.call(scope), self.call(scope)
        table = self.name("t")
        scalar = self.pick(
            [
                f"print(tostring({a}) .. '|' .. tostring({b}))",
                f"print(({a}) == ({b}), not ({c}))",
                f"print(({a}) and ({b}) or ({c}))",
                f"print(({a}), {b}, {c})",
                f"print(#tostring({a}), select('#', {b}))",
                f"local {table} = {{{a}, k = {b}, {c}}} print(#{table} > 1, {table}.k, {table}[1])",
                f"local {table} = {{}} {table}.x, {table}.y = {a}, {b} print({table}.x, {table}.y)",
                f"local {table} = {{}} {table}[type({a})] = {b} print({table}.number)",
                f"if ({a}) == ({b}) then print('same') else print('other', {c}) end",
                f"for i = #tostring({a}), #tostring({b}) do print('i', i) end",
                f"do local i = 0 while ({a}) and i < 2 do i = i + 1 print('w', i) end end",
                f"do local i = 0 repeat local x = ({a}) i = i + 1 until x == nil or i > 1 end",
                f"print((function(...) return select('#', ...), ... end)({a}, {b}))",
                f"print(pcall(function() return {a}, {b} end))",
            ]
        )
        self.line(scalar)

    def protected(self, scope: Scope) -> None:
        ok, error = self.name("ok"), self.name("e")
        handler = self.pick(["pcall", "xpcall"])
        end = "end)" if handler == "pcall" else "end, function(m) return 'H' .. tostring(m) end)"
        with self.block(f"local {ok}, {error} = {handler}(function()", end):
            self.body(scope.inner(), 4)
            thrown = [
                *('error("thrown")', 'error("bare", 0)', f"error({self.number(0, 9)})", "error()"),
                *('undefined("call")', "local x = nil; x.y = 1", "local x = {} .. 'x'", ""),
                f"return {self.num(scope)}",
            ]
            fault = self.pick(thrown)
            if fault.startswith("error") and self.chance():
                fault = f"if {self.condition(scope)} then {fault} end"
            if fault:
                self.line(fault)
        self.line(f"print({ok}, {error})")

    def local_function(self, scope: Scope) -> None:
        kind = "yielding" if scope.yields and self.chance() else "function"
        inner = scope.function(yields=kind == "yielding", loops=0)
        a, b = self.declare(inner, "num", "p"), self.declare(inner, "num", "p")
        name = self.name("f")
        rest = self.chance()
        head = f"local function {name}({a}, {b}{', ...' if rest else ''})"
        with self.block(head):
            self.line(f"{a}, {b} = tonumber({a}) or 0, tonumber({b}) or 1")
            if rest:
                count = self.declare(inner, "num", "v")
                self.line(f"local {count} = select('#', ...)")
            self.body(inner, 4)
            more = ", ..." if rest and self.chance() else ""
            self.line(f"return {self.num(inner)}, {self.num(inner)}{more}")
        scope.names.setdefault(kind, []).append(name)

    def counter(self, scope: Scope) -> None:
        """Two closures over one variable, which may be written on both sides of a sleep."""
        value = self.num(scope)
        variable = self.declare(scope, "num", "v")
        up, down = self.name("f"), self.name("f")
        self.line(f"local {variable} = {value}")
        with self.block(f"local function {up}(d)"):
            if self.chance():
                self.nap(scope)
            self.line(f"{variable} = ({variable} + (d or 1)) % {SMALL}")
            self.line(f"return {variable}")
        with self.block(f"local {down} = function()"):
            self.line(f"{variable} = ({variable} - 1) % {SMALL}")
            self.line(f"return {variable}, type({up})")
        scope.names.setdefault("function", []).extend([up, down])

    def recursion(self, scope: Scope) -> None:
        name = self.name("f")
        inner = scope.function(yields=False, loops=0)
        depth, total = self.name("n"), self.declare(inner, "num", "p")
        with self.block(f"local function {name}({depth}, {total})"):
            with self.block(f"if {depth} <= 0 then"):
                self.line(f"return {total}")
            if self.chance():
                self.nap(scope)
            again = f"{name}({depth} - 1, ({total} + {self.num(inner)}) % {SMALL})"
            self.line(self.pick([f"return {again}", f"return 1 + {again}", f"return ({again})"]))
        self.line(f"print({name}({self.number(1, 6)}, {self.num(scope)}))")

    def object(self, scope: Scope) -> None:
        """An object whose class has a method that may sleep, and an operator."""
        maker, name = self.name("C"), self.name("o")
        self.line(f"local {maker} = {{}} {maker}.__index = {maker}")
        self.line(f"{maker}.__add = function(x, y) return x.n + y.n end")
        inner = scope.function(yields=False, loops=0)
        inner.names.setdefault("num", []).append("self.n")
        argument = self.declare(inner, "num", "p")
        with self.block(f"function {maker}:step({argument}, ...)"):
            self.line(f"{argument} = {argument} or 1")
            if self.chance():
                self.nap(scope)
            self.body(inner, 2)
            self.line(f"self.n = (self.n + {argument}) % {SMALL}")
            self.line("return self.n, select('#', ...)")
        self.line(f"local {name} = setmetatable({{n = {self.num(scope)}}}, {maker})")
        self.line(f"print({name}:step({self.values(scope)}), {name} + {name})")
        scope.names.setdefault("object", []).append(name)

    def coroutine(self, scope: Scope) -> None:
        wrapped = self.chance()
        name = self.declare(scope, "coroutine", "co")
        inner = scope.function(yields=True, loops=0)
        argument = self.declare(inner, "num", "p")
        with self.block(
            f"local {name} = coroutine.{'wrap' if wrapped else 'create'}(function({argument}, ...)",
            "end)",
        ):
            self.line(f"{argument} = {argument} or 0")
            self.body(inner, 5)
            self.line(f"return {self.num(inner)}, select('#', ...)")
        call = f"pcall({name}, " if wrapped else f"coroutine.resume({name}, "
        for _ in range(self.number(1, 4)):
            self.line(f"print({call}{self.num(scope)}))")
            if self.number(0, 2) == 2:
                self.nap(scope)
        if not wrapped and self.chance():
            self.line(f"print(coroutine.status({name}), coroutine.close({name}))")

    def task(self, scope: Scope) -> None:
        name = self.name("task")
        inner = scope.function(yields=False, loops=0)
        argument = self.declare(inner, "num", "p")
        with self.block(
            f"local {name} = spawn(function({argument}, ...)", f"end, {self.num(scope)}, nil)"
        ):
            self.body(inner, 4)
            if self.number(0, 3) == 3:
                self.line('error("task failed")')
            self.line(f"do return {self.num(inner)}, ... end")
        # a task that may fail must be joined before it does, or the process fails
        join = self.pick([f"function() return {name}:join() end", f"{name}.join, {name}"])
        self.line(f"print(pcall({join}))")

    def later_task(self, scope: Scope) -> None:
        """Start a task that goes on beside this one, or join or cancel one started before."""
        if scope.of("task") and self.chance():
            task = self.pick(scope.of("task"))
            self.line(f"print({task}:{self.pick(['join', 'cancel'])}())")
            return
        name = self.name("task")
        inner = scope.function(yields=False, loops=0)
        with self.block(f"local {name} = spawn(function()", "end)"):
            self.body(inner, 4)
            self.line(f"do return {self.values(inner)} end")
        scope.names.setdefault("task", []).append(name)

    def timer(self, scope: Scope) -> None:
        inner = scope.function(yields=False, loops=0)
        if self.chance():
            with self.block(f"after({self.pick(DURATIONS)}, function()", "end)"):
                self.body(inner, 3)
            return
        timer, ticks = self.name("timer"), self.name("n")  # nobody else changes the count
        self.line(f"local {timer}, {ticks} = nil, 0")
        with self.block(f"{timer} = every({self.pick(DURATIONS[1:])}, function()", "end)"):
            self.line(f"{ticks} = {ticks} + 1")
            self.body(inner, 3)
            self.line(f"if {ticks} >= {self.number(1, 3)} then print({timer}:cancel()) end")

    def closing(self, scope: Scope) -> None:
        name = self.name("c")
        with self.block("do"):
            inner = scope.inner()
            self.line(
                f"local {name} <close> = setmetatable({{}}, "
                f'{{__close = function(_, e) print("close", {self.num(scope)}, e) end}})'
            )
            self.body(inner, 3)

    def backward_goto(self, scope: Scope) -> None:
        label, counter = self.name("top"), self.name("n")
        with self.block("do"):
            self.line(f"local {counter} = 0")
            self.line(f"::{label}::")
            self.line(f"{counter} = {counter} + 1")
            with self.block("do"):
                self.body(scope.inner(loops=scope.loops + 1), 3)
            self.line(f"if {counter} < {self.number(1, 3)} then goto {label} end")

    def metamethods(self, scope: Scope) -> None:
        """An object whose operators, fields and calls are functions that share a table."""
        name, seen = self.name("m"), self.name("t")
        self.line(f"local {seen} = {{}}")
        with self.block(f"local {name} = setmetatable({{}}, {{", "})"):
            self.line(f"__index = function(_, k) {seen}[#{seen} + 1] = k return #{seen} end,")
            self.line(f"__newindex = function(t, k, v) rawset(t, k, v) {seen}.last = v end,")
            self.line(f"__len = function() return #{seen} + {self.number(0, 3)} end,")
            self.line("__concat = function(x, y) return type(x) .. type(y) end,")
            self.line("__eq = function() return true end,")
            self.line(f"__lt = function(x, y) return {self.condition(scope)} end,")
            self.line("__unm = function() return 'minus' end,")
            self.line("__tostring = function() return 'shown' end,")
            self.line(f"__call = function(_, ...) return select('#', ...), {self.num(scope)} end,")
        for _ in range(self.number(1, 4)):
            uses = [f"print({name}.x, #{name}, {name} .. 1, 'a' .. {name}, -{name})"]
            uses.append(f"{name}.y = {self.num(scope)} print({name}.y, {seen}.last)")
            uses.append(f"print({name}({self.values(scope)}), tostring({name}))")
            uses.append(f"print({name} == setmetatable({{}}, getmetatable({name})))")
            uses.append(f"print({name} < {name}, {name} > 1, rawequal({name}, {name}))")
            self.line(self.pick(uses))
            if self.chance():
                self.nap(scope)

    def strings(self, scope: Scope) -> None:
        """The string library on a text of the program."""
        text = self.text(scope)
        self.line(
            self.pick(
                [
                    f"print(({text}):gsub('%w', {{a = 'A', n = 1, b = false}}))",
                    f"print(({text}):gsub('(%w)(%w*)', function(x, y) return y .. x end, 2))",
                    f"print(({text}):gsub('^.', '%0%0'), ({text}):find('%d+()'))",
                    f"print(({text}):byte(1, -1))",
                    f"print(({text}):rep({self.number(0, 3)}, ','), ({text}):reverse():upper())",
                    f"print(('%q %5s %-4s|'):format({text}, {text}, {self.number(0, 9)}))",
                    f"print(('%03d %x %5.1f'):format({self.number(0, 99)}, 77, 2))",
                    f"print(('a=1, b=2'):match('%f[%w](%w)=(%d)', {self.number(1, 5)}))",
                    f"print(('<{{}}' .. {text} .. '>'):match('%b<>'), utf8.len({text}))",
                    f"print(string.unpack('<i2', string.pack('<i2', {self.number(0, 999)})))",
                    f"print(({text}) < 'b', #({text}), ({text}) .. 1, ({text}):sub(-2, -1))",
                ]
            )
        )

    def nested_protection(self, scope: Scope) -> None:
        """pcall in pcall, with sleeps and an error that may pass through."""
        outer, fault = (
            self.name("ok"),
            self.pick(["error('deep')", "error({7})", "", "_ = nil + 1"]),
        )
        head = self.pick(["pcall(pcall, function(...)", "pcall(xpcall, function(...)"])
        tail = "end, 1, 2)" if "pcall(pcall" in head else "end, function(m) return type(m) end, 1)"
        with self.block(f"local {outer} = table.pack({head}", tail + ")"):
            self.nap(scope)
            with self.block("print(select('#', ...), pcall(function()", "end))"):
                self.body(scope.inner(), 2)
                if self.chance():
                    self.nap(scope)
                self.line(self.pick(["error('inner', 0)", ""]))
            self.line(fault)
        self.line(f"print({outer}.n, {outer}[1], {outer}[2], type({outer}[3]))")

    def rethrown(self, scope: Scope) -> None:
        """An error object that is caught, kept across a sleep and thrown again."""
        ok, error = self.name("ok"), self.name("e")
        with self.block(f"local {ok}, {error} = pcall(function()", "end)"):
            with self.block("local good, e = pcall(function()", "end)"):
                self.body(scope.inner(), 2)
                self.line(f"error(setmetatable({{v = {self.num(scope)}}}, {{}}))")
            self.nap(scope)
            self.line("if not good then error(e) end")
        self.line(f"print({ok}, type({error}), type({error}) == 'table' and {error}.v)")

    def varargs(self, scope: Scope) -> None:
        """A function whose extra arguments outlive a sleep."""
        name = self.name("f")
        inner = scope.function(yields=False, loops=0)
        with self.block(f"local function {name}(...)"):
            self.line("local a <const>, b = ...")
            self.nap(scope)
            if self.chance():
                self.body(inner, 2)
            results = [
                "select('#', ...), ...",
                "select(-1, 0, ...)",
                "(...)",
                "a, b, #{...}, table.pack(...).n",
                "table.unpack({...}, 1, 2)",
                "select(2, nil, ...)",
            ]
            self.line(f"do return {self.pick(results)} end")
        self.line(f"print({name}({self.values(scope)}), {name}(nil, {self.values(scope)}, nil))")
        self.line(f"print(({name}({self.values(scope)})))")

    def way_out(self, scope: Scope) -> None:
        """Loops in each other that a goto leaves at once, past a value to close."""
        label, i, j, c = self.name("out"), self.name("i"), self.name("j"), self.name("c")
        with (
            self.block("do"),
            self.block(f"for {i} = 1, 2 do"),
            self.block(f"for {j} = 1, 2 do"),
        ):
            self.line(
                f"local {c} <close> = setmetatable({{}}, "
                f"{{__close = function(_, e) print('out', {i}, {j}, e) end}})"
            )
            self.body(scope.inner(loops=scope.loops + 2), 2)
            self.line(f"if {i} + {j} == {self.number(2, 5)} then goto {label} end")
        self.line(f"::{label}::")

    def closed_coroutine(self, scope: Scope) -> None:
        """A coroutine that is closed, or fails, while it holds something open."""
        name = self.name("co")
        inner = scope.function(yields=True, loops=0)
        with self.block(f"local {name} = coroutine.create(function()", "end)"):
            self.line(
                "local held <close> = setmetatable({}, "
                "{__close = function(_, e) print('held', type(e)) end})"
            )
            self.body(inner, 2)
            self.line(self.pick(["coroutine.yield(1)", "error('failed', 0)", "error({})"]))
            self.line("coroutine.yield(2)")
        self.line(f"print(coroutine.resume({name}) == true, coroutine.status({name}))")
        if self.chance():
            self.nap(scope)
        self.line(f"print(pcall(coroutine.close, {name}) == true, coroutine.status({name}))")
        self.line(f"print(coroutine.resume({name}) == true, coroutine.status({name}))")

    def walk(self, scope: Scope) -> None:
        """pairs, or next by hand, over a table of mixed keys, with sleeps and clearing."""
        table, total, key = self.name("t"), self.name("n"), self.name("k")
        keys = f"1, 2, nil, x = 4, [1.5] = 5, [true] = 6, ['y z'] = {self.num(scope)}, [-3] = 8"
        self.line(f"local {table}, {total} = {{{keys}}}, 0")
        nap = f"sleep({self.pick(DURATIONS)})"
        if self.chance():
            with self.block(f"for {key}, v in pairs({table}) do"):
                self.line(f"{total} = ({total} + v * #tostring({key})) % {SMALL}")
                self.line(self.pick([nap, f"{table}[{key}] = nil {nap}", f"{table}[{key}] = 0"]))
        else:
            self.line(f"local {key} = next({table})")
            with self.block(f"while {key} ~= nil do"):
                self.line(f"{total} = ({total} + {table}[{key}] * #tostring({key})) % {SMALL}")
                self.line(f"{table}[{key}] = nil")
                self.line(nap)
                self.line(f"{key} = next({table})")
        self.line(f"print({total}, next({table}) == nil)")

    def gmatch_for(self, scope: Scope) -> None:
        """A loop over gmatch, whose place in the text hops."""
        inner = scope.inner(loops=scope.loops + 1)
        a, b = self.declare(inner, "text", "s"), self.name("s")
        text = self.pick(["k1=v1, k2=v2", "a b c", "x=", "=="])
        pattern = self.pick(["(%w+)=(%w+)", "%w", "()(%w*)", "^k1"])
        with self.block(f"for {a}, {b} in ('{text}'):gmatch('{pattern}') do"):
            self.line(f"{a} = tostring({a})")
            self.line(f"print({a}, {b})")
            self.body(inner, 2)

    def edge_for(self, scope: Scope) -> None:
        """A loop that would overflow, or of floats, with a sleep."""
        inner = scope.inner(loops=scope.loops + 1)
        i = self.declare(inner, "int", "i")
        bounds = self.pick(
            [
                "math.maxinteger - 1, math.maxinteger",
                "math.mininteger, math.mininteger + 2, 2",
                "math.mininteger + 1, math.mininteger, -1",
                "1, math.huge, math.maxinteger",
                "3, 1.5, -1",
                "-1, -math.huge, math.mininteger",
            ]
        )
        with self.block(f"for {i} = {bounds} do"):
            self.body(inner, 2)
            self.nap(scope)
            self.line(f"print({i}, {i} // 3, {i} % 7, {i} == math.maxinteger)")
        self.line("for x = 0.25, 1.0, 0.25 do sleep(0.1) print(x, x // 0.5, -x % 1, 1e15 * x) end")

    def message(self, scope: Scope) -> None:
        topic = self.pick(["x", "y/z"])
        if self.chance():
            inner = scope.function(yields=False, loops=0)
            heard = self.name("n")  # a handler may publish what it hears: it stops after a while
            self.line(f"local {heard} = 0")
            with self.block(f'subscribe("{topic}", function(topic, payload)', "end)"):
                self.line(f"{heard} = {heard} + 1")
                self.line(f"if {heard} > 3 then return end")
                self.line('print("heard", topic, payload)')
                self.body(inner, 2)
        else:
            self.line(f'publish("{topic}", {self.num(scope)})')
            self.line(f'print(recv("{self.pick(["x", "y/+", "#"])}", {self.pick(DURATIONS)}))')


@st.composite
def examples(draw: Any, engines: tuple[str, ...], doubles: tuple[str, ...]) -> Example:
    """Random programs with a way to hop among `engines`; those in `doubles` get only programs
    that need no integers."""
    route = tuple(draw(st.lists(st.sampled_from(engines), min_size=1, max_size=5)))
    integers = not any(name in doubles for name in route) and draw(st.booleans())
    hop_every = draw(st.integers(1, 3))
    writer = Writer(draw, integers)
    writer.line(f"math.randomseed({writer.number(0, 99)})")
    scope = Scope()
    writer.statements(scope, 14)
    for kind in ("num", "int", "text"):
        if scope.of(kind):
            writer.line(f"print({', '.join(scope.of(kind)[-20:])})")
    return Example("\n".join(writer.lines) + "\n", route, hop_every)
