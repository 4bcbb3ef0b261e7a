"""Random Lua programs about what the compiler believes of values: which fields a table has, which
metatable, who calls a function, where a local cannot be nil. They contradict it wherever they can.

Every program ends by itself: its functions and loops count steps. It prints no addresses.
"""

from tests.lua.fact_values import CONSTANTS, EVENTS, FIELDS, METHODS, Values

HEAD = """local steps = 0
local function tick() steps = steps + 1; if steps > 120 then error("steps", 0) end end
local function show(...)
  local s = ""
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    local t = type(v)
    if t ~= "table" and t ~= "function" and t ~= "thread" then t = tostring(v) end
    s = s .. " " .. t
  end
  return s
end
local function try(f, ...) steps = 0; print(show(pcall(f, ...))) end
local function id(...) return ... end
local function none() end"""


class Writer(Values):
    """Writes one program."""

    # ------------------------------------------------------------ statements

    def block(self, names: list[str], depth: int, count: int = 0) -> None:
        names = list(names)
        for _ in range(count or self.random.randrange(1, 4)):
            self.statement(names, depth)

    def statement(self, names: list[str], depth: int) -> None:
        """One statement, on lines of its own; a local that it declares is added to the names."""
        pick = self.random.choice
        name = pick(names)
        forms = [
            self.store,
            self.store,
            self.store,
            self.local,
            self.local,
            self.stores,
            self.update,
            self.call,
            self.call,
            self.narrowed,
            self.narrowed,
            self.show_it,
            self.defaults,
            self.elements,
        ]
        if depth < 3:
            forms += [self.test, self.test, self.loop, self.walk, self.closure, self.nested]
        if "metatables" in self.uses:
            forms += [self.metatable]
        if "callbacks" in self.uses:
            forms += [self.callback]
        if "coroutines" in self.uses:
            forms += [self.coroutine]
        if "globals" in self.uses:
            forms += [self.globals]
        if "goto" in self.uses and depth < 3:
            forms += [self.jump]
        if "rawset" in self.uses:
            forms += [self.raw]
        if "load" in self.uses:
            forms += [self.loaded]
        if self.sleeps and not self.plain:
            forms += [self.sleep]
        pick(forms)(name, names, depth)

    def store(self, name: str, names: list[str], depth: int) -> None:
        if self.chance(0.12):
            self.put(f"{self.computed(name)} = {self.value(names)}")
        else:
            self.put(f"{name}.{self.field()} = {self.value(names)}")

    def stores(self, name: str, names: list[str], depth: int) -> None:
        other = self.random.choice(names)
        values = self.random.choice((f"{self.value(names)}, {self.value(names)}", "id(1, nil)"))
        self.put(f"{name}.{self.field()}, {other}.{self.field()} = {values}")

    def local(self, name: str, names: list[str], depth: int) -> None:
        var = self.fresh("v")
        if self.chance(0.2):
            other = self.fresh("v")
            call = f"{name}.{self.random.choice(METHODS)}({self.arguments(names, 1)})"
            self.put(f"local {var}, {other} = {self.random.choice((call, self.value(names)))}")
            names.append(other)
        else:
            self.put(f"local {var} = {self.value(names)}")
        names.append(var)

    def update(self, name: str, names: list[str], depth: int) -> None:
        field = self.field()
        if self.chance(0.4):
            self.put(f"n0 = n0 {self.random.choice('+-*')} ({self.value(names)})")
        else:
            self.put(f"{name}.{field} = {name}.{field} {self.random.choice('+-')} 1")

    def call(self, name: str, names: list[str], depth: int) -> None:
        method = self.random.choice(METHODS)
        dot = self.random.choice((":", ":", "."))
        self.put(f"{name}{dot}{method}({self.arguments(names, 1)})")

    def show_it(self, name: str, names: list[str], depth: int) -> None:
        self.put(f"print(show({self.value(names)}, {self.value(names)}))")

    def defaults(self, name: str, names: list[str], depth: int) -> None:
        var = self.fresh("v")
        self.put(f"local {var} = {self.value(names)}")
        self.put(f"{var} = {var} or {{{self.field()} = {self.random.choice(CONSTANTS)}}}")
        self.put(f"print(show({var}.{self.field()}))")
        names.append(var)

    def elements(self, name: str, names: list[str], depth: int) -> None:
        value = self.value(names)
        forms = (
            f"table.insert({name}, {value})",
            f"print(show(table.remove({name})))",
            f"print(show(table.unpack({name}, 1, 2)))",
            f"for _, e in ipairs({name}) do tick(); print(show(e, e.x)) end",
            f"for _, e in pairs({{{value}}}) do print(show(e.{self.field()})) end",
            f'for k, e in pairs({name}) do if type(k) == "string" then {name}[k] = 1 end end',
            f"print(show(select(2, {value}, {self.value(names)})))",
            f"print(show(rawget({name}, 'x'), next({{{value}}})))",
        )
        self.put(self.random.choice(forms))

    def narrowed(self, name: str, names: list[str], depth: int) -> None:
        """A local that is tested, and what is believed of it then."""
        var = self.fresh("v")
        field, other = self.field(), self.field()
        self.put(f"local {var} = {self.value(names)}")
        use = self.random.choice(
            (f"print(show({var}.{field}))", f"{var}.{field} = 1", f"{var}:get({var})")
        )
        forms = (
            [f"if {var} then {use} end", f"print(show({var}))"],
            [f"if not {var} then print('no') else {use} end"],
            [f"if {var} == nil or {var}.{other} then print('nil') else {use} end"],
            [f"print(show({var} and {var}.{field} and {var}.{field}.{other}))"],
            [f"if {var} ~= nil and {name} then {use} {name}.{field} = {var} end"],
            [f"assert({var})", use],
            [f"local w = {var}.{field}", use, f"{var} = w", f"print(show({var}.{other}))"],
            [f"while {var} do tick() {var} = {var}.{field} end"],
            [f"repeat tick() local w = {var}.{field} until w or not w", use],
            [f"if {var} then {var} = {var}.{field} end", use],
            [f"do local {var} = {var} if not {var} then return {self.value(names)} end {use} end"],
            [f"(function() {var} = {self.value(names)} end)()", use],
        )
        for line in self.random.choice(forms):
            self.put(line)
        names.append(var)

    def test(self, name: str, names: list[str], depth: int) -> None:
        self.put(f"if {self.value(names)} then")
        self.block(names, depth + 1)
        if self.chance(0.3):
            self.put(f"elseif {self.value(names)} then")
            self.block(names, depth + 1)
        if self.chance(0.5):
            self.put("else")
            self.block(names, depth + 1)
        if self.chance(0.15):
            self.put(f"do return {self.value(names)} end")
        self.put("end")

    def loop(self, name: str, names: list[str], depth: int) -> None:
        var = self.fresh("i")
        if self.chance(0.2):
            self.put(f"for {var} = {self.value(names)}, {self.value(names)} do tick()")
        else:
            self.put(f"for {var} = 1, {self.random.choice(('2', '3', 'n0', '1.5'))} do tick()")
        self.block([*names, var], depth + 1)
        if self.chance(0.3):
            self.put(f"{var} = {self.value(names)} print(show({var}))")
        if self.chance(0.2):
            self.put(f"if {self.value(names)} then break end")
        self.put("end")

    def walk(self, name: str, names: list[str], depth: int) -> None:
        var = self.fresh("v")
        self.put(f"local {var} = {self.value(names)}")
        self.put(f"while {var} do tick()")
        self.put(f"{var} = {var}.{self.random.choice(('next', 'x'))}")
        if self.chance(0.5):
            self.block([*names, var], depth + 1, 1)
        self.put("end")

    def closure(self, name: str, names: list[str], depth: int) -> None:
        """A function with a body of its own, called at once, kept, or both."""
        function = self.fresh("g")
        params = self.random.choice(((), ("p",), ("p", "q")))
        rest = "varargs" in self.uses and self.chance(0.3)
        self.put(f"local function {function}({', '.join([*params, '...'] if rest else params)})")
        self.plain += 1
        self.body([*names, *params], depth + 1, rest)
        self.plain -= 1
        for _ in range(self.random.randrange(1, 3)):
            args = self.arguments(names, 1)
            forms = (
                f"print(show({function}({args})))",
                f"print(show(pcall({function}{', ' + args if args else ''})))",
                f"{name}.{self.random.choice(METHODS)} = {function}",
                f"{self.random.choice(names)} = {function}({args})",
            )
            self.put(self.random.choice(forms[:3]))
        names.append(function)

    def body(self, names: list[str], depth: int, rest: bool = False) -> None:
        self.put("tick()")
        self.block(names, depth)
        name = self.random.choice(names)
        forms = [
            f"return {self.value(names)}",
            f"return {self.value(names)}, {self.value(names)}",
            "",
            f"if {self.value(names)} then return {self.value(names)} end",
            f"return {name}:{self.random.choice(METHODS)}({self.arguments(names, 1)})",
            f"return {name}",
        ]
        if rest:
            forms += ["return ...", f"return select('#', ...), (...), {name}"]
        self.put(self.random.choice(forms))
        self.put("end")

    def nested(self, name: str, names: list[str], depth: int) -> None:
        self.put("print(show(pcall(function()")
        self.block(names, depth + 1)
        self.put("end)))")

    def metatable(self, name: str, names: list[str], depth: int) -> None:
        pick = self.random.choice
        value = pick((pick(self.classes), pick(names), "nil", f"{{__index = {pick(names)}}}"))
        text = f"setmetatable({name}, {value})"
        if "getmetatable" in self.uses and self.chance(0.4):
            text = f"{name}.{self.field()} = getmetatable({pick(names)})"
        elif self.chance(0.3):
            text = f"if {self.value(names)} then {text} end"
        elif "events" in self.uses and self.chance(0.4):
            text = f"{pick(self.classes)}.{pick(EVENTS)} = {self.function(names, 1)}"
        elif "newindex" in self.uses and self.chance(0.4):
            what = pick((self.function(names, 1), pick(names), "nil"))
            text = f"{pick(self.classes)}.__newindex = {what}"
        self.put(text)

    def callback(self, name: str, names: list[str], depth: int) -> None:
        pick = self.random.choice
        self.plain += 1
        function = pick((self.function(names, 1), f"{name}.{pick(METHODS)}", "id", name))
        self.plain -= 1
        forms = (
            f"table.sort({{{self.value(names)}, {self.value(names)}}}, {function})",
            f"print((string.gsub('ab', '.', {function})))",
            f"print(show(xpcall({name}.{pick(METHODS)}, id, {function}, {name})))",
            f"print(show(pcall({function}, {self.value(names)})))",
            f"for e in {function} do tick() print(show(e)) break end",
            f"print(show(id({function})({self.value(names)})))",
        )
        self.put(pick(forms))

    def coroutine(self, name: str, names: list[str], depth: int) -> None:
        value = self.value(names)
        forms = (
            f"print(show(pcall(coroutine.wrap(id), {name}.f, {value})))",
            "local w = coroutine.wrap(function(p) p = coroutine.yield(p) return p.x end)"
            f" print(show(w({value}))) print(show(pcall(w, {value})))",
            f"print(show(coroutine.resume(coroutine.create({name}.get), {name}, {value})))",
        )
        self.put(self.random.choice(forms))

    def globals(self, name: str, names: list[str], depth: int) -> None:
        var = self.random.choice(("G", "H"))
        forms = (f"{var} = {self.value(names)}", f"{name}.x = {var}", f"print(show({var}.x))")
        self.put(self.random.choice(forms))

    def jump(self, name: str, names: list[str], depth: int) -> None:
        label = self.fresh("l")
        self.put("do")
        self.put(f"local w = {self.value(names)}")
        self.put(f"::{label}:: tick()")
        self.block([*names, "w"], depth + 1, 1)
        self.put(f"if w then w = w.{self.field()} goto {label} end")
        self.put("end")

    def raw(self, name: str, names: list[str], depth: int) -> None:
        key = self.random.choice(("'x'", "'n'", "'__index'", "'f'", "key"))
        self.put(f"rawset({name}, {key}, {self.value(names)})")

    def loaded(self, name: str, names: list[str], depth: int) -> None:
        self.put(
            f"print(show(pcall(load('local t = ... t.{self.field()} = 1 return t.x.y'), {name})))"
        )

    def sleep(self, name: str, names: list[str], depth: int) -> None:
        self.put("sleep(0.001)")

    # ------------------------------------------------------------ the program

    def start(self) -> list[str]:
        """Classes, the functions that make objects, and some objects; return their names."""
        pick = self.random.choice
        key = pick(("'x'", "'n'", "1", "'f'"))
        self.put(f"local key, key2, n0 = {key}, tostring(1), 1")
        self.put("local function pair(x, y) return {x = x, y = y} end")
        if "metatables" in self.uses:
            self.classes = ["A", "B"]
            style = self.random.randrange(3)
            if style == 0:
                self.put("local A = {}\nA.__index = A\nlocal B = {}\nB.__index = B")
                if self.chance(0.5):
                    self.put("setmetatable(B, A)")
            elif style == 1:
                self.put("local function class(p)")
                self.put("local k = setmetatable({}, p) k.__index = k return k end")
                self.put("local A = class() local B = class(A)")
            else:
                self.put("local A = {f = function(s, q) return s.x end}\nA.__index = A")
                self.put(
                    f"local B = {{__index = {pick(('A', 'nil', 'function(t, k) return k end'))}}}"
                )
            self.put("local function new(k, t) return setmetatable(t or {}, k) end")
            self.put(
                "function A.make(x, y) local o = setmetatable({}, A) o.x = x o.y = y return o end"
            )
        names: list[str] = []
        for _ in range(self.random.randrange(2, 4)):
            name = self.fresh("o")
            made = pick(
                ("{}", "{x = 1}", "{x = 1, n = 2}", "{y = {}, next = nil}", "{n = 0, f = id}")
            )
            forms = [made, f"pair({pick(CONSTANTS)}, {pick(CONSTANTS)})", "pair(1)"]
            if self.classes:
                k = pick(self.classes)
                forms += [
                    f"new({k}, {made})",
                    f"setmetatable({made}, {k})",
                    f"A.make({pick(CONSTANTS)})",
                ]
                forms += [f"new({k})"]
            self.put(f"local {name} = {pick(forms)}")
            if names and self.chance(0.4):
                self.put(f"{name}.next = {pick(names)}")
            names.append(name)
        return names

    def methods(self, names: list[str]) -> None:
        for owner in self.classes or names:
            for method in METHODS:
                if self.chance(0.6):
                    self.put(f"function {owner}:{method}(p)")
                    self.plain += 1
                    self.body(["self", "p", *names[:1]], 1)
                    self.plain -= 1

    def program(self) -> str:
        self.put(HEAD)
        names = self.start()
        self.methods(names)
        for _ in range(self.random.randrange(3, 8)):
            self.put("try(function()")
            self.block(names, 0)
            self.put(self.random.choice((f"return {self.value(names)}", "")))
            self.put("end)")
            if self.classes and self.chance(0.25):
                what = self.random.choice(("nil", "3", "function(self, p) return p end"))
                owner = self.random.choice(self.classes)
                self.put(f"{owner}.{self.random.choice((*METHODS, 'x', 'n'))} = {what}")
        for name in names:
            for field in FIELDS:
                self.put(
                    f'print("{name}.{field}", show(pcall(function() return {name}.{field} end)))'
                )
        return "\n".join(self.lines) + "\n"


def write(seed: int, sleeps: bool = False) -> str:
    """Return the program of a seed; `sleeps`: it sleeps in its main task now and then."""
    return Writer(seed, sleeps).program()
