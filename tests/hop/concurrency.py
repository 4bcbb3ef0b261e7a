"""Coroutines, tasks, timers and messages of random programs."""

from tests.hop.statements import Statement, Statements
from tests.hop.words import DURATIONS, Scope


class Concurrency(Statements):
    """Writes what runs beside or within something else."""

    def nested(self, scope: Scope) -> list[Statement]:
        return [
            *super().nested(scope),
            *(self.iterator, self.generator_for, self.coroutine, self.closed_coroutine),
            *(self.task, self.later_task, self.later_task, self.timer, self.message),
        ]

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
