"""Functions, closures, objects, errors and jumps of random programs."""

from tests.hop.concurrency import Concurrency
from tests.hop.statements import Statement
from tests.hop.words import DURATIONS, SMALL, Scope


class Functions(Concurrency):
    """Writes what has more than one way through it."""

    def nested(self, scope: Scope) -> list[Statement]:
        kinds = [
            *super().nested(scope),
            *(self.protected, self.local_function, self.counter, self.object, self.recursion),
            *(self.closing, self.backward_goto, self.stored_function, self.mixed, self.mixed),
            *(self.metamethods, self.strings, self.nested_protection, self.rethrown),
            *(self.varargs, self.way_out, self.walk, self.gmatch_for),
        ]
        return kinds + [self.edge_for] * 2 if self.integers else kinds

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
