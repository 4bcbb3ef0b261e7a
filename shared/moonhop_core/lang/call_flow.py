"""Where values go in calls: into parameters, into tables, or out of sight.

What gets out of sight (into builtins that call it, coroutines, errors, results behind the first)
may come back as a value that may be anything. For tables that needs no care: what is done with any
table counts for all of them. A function that got out of sight may be called with anything.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.expression_facts import ExpressionFacts
from moonhop_core.lang.facts import FOREIGN, FUNCTION, OTHER, SHIFT, STR, TABLE, UNKNOWN
from moonhop_core.lang.object_facts import ELEMENTS, WILD
from moonhop_core.lang.survey import EXTRAS, NIL, REST, Slot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact
    from moonhop_core.lang.object_facts import Name
    from moonhop_core.lang.survey import Source

# Builtins that neither keep nor call nor give back what they are given.
SAFE = ("collectgarbage", "now", "os.clock", "print", "rawequal", "rawlen", "tonumber") + (
    "tostring",
    "type",
    "table.concat",
    "table.remove",
)
# Builtins that give what a table holds.
GIVING = ("ipairs", "next", "pairs", "rawget", "table.sort", "table.unpack", "unpack")


class CallFlow(ExpressionFacts):
    """Follows calls.

    leaked    functions that got out of sight
    wrappers  by function: pairs of parameters (numbers) of which the second becomes the metatable
              of the first; so each call of it counts by itself
    """

    changed = False
    rounds = 0

    def start_flow(self, mains: "list[tree.Function]") -> None:
        self.leaked: "set[tree.Function]" = set()
        self.wrappers: "dict[tree.Function, list[tuple[int, int]]]" = {}
        for main in mains:
            self.leak(self.object_fact(main))

    def give(self, slot: Slot, value: "Fact", step: "Fact | None") -> None:
        raise NotImplementedError

    def put(
        self, types: int, name: "Name", value: "Fact", source: "Source", target: "tree.Index | None"
    ) -> None:
        raise NotImplementedError

    def source(self, source: "Source") -> "Fact":
        raise NotImplementedError

    def step_of(self, slot: Slot, source: "Source", target: "tree.Index | None") -> "Fact | None":
        raise NotImplementedError

    # ------------------------------------------------------------ out of sight

    def leak(self, fact: "Fact") -> None:
        """A value gets out of sight."""
        if fact[0] & FUNCTION == 0:
            return
        for function in self.functions(fact[0]):
            if function not in self.leaked:
                self.leaked.add(function)
                self.changed = True
                for param in function.params:
                    self.give(self.survey.local(param), UNKNOWN, None)
                for slot in self.survey.extra(function):
                    self.give(slot, UNKNOWN, None)
                if self.wrappers.get(function):
                    self.link(UNKNOWN[0], UNKNOWN[0])

    def leak_all(self) -> None:
        """All that gets out of sight otherwise than by a call."""
        survey = self.survey
        for function in list(self.leaked):
            self.leak(survey.result(function).fact)
        for expr in survey.leaks:
            self.leak(self.of(expr))
        named = self.named
        for name in named.names:
            if isinstance(name, str) and name[:2] == "__":
                self.leak(named.slots[name].fact)
        if self.metas:
            self.leak(named.fact(WILD))
        if self.meta or named.fact("__index")[0] & FUNCTION:
            for expr in survey.operands:
                self.leak(self.of(expr))
        if not self.alone:
            for slot in survey.globals.values():
                self.leak(slot.fact)
        for name in GIVING:
            if survey.values.get(name):
                self.leak(named.all())
        if survey.values.get("setmetatable"):
            self.link(UNKNOWN[0], UNKNOWN[0])
        if survey.values.get("table.insert") or survey.values.get("table.move"):
            self.put(FOREIGN, ELEMENTS, UNKNOWN, UNKNOWN, None)

    # ------------------------------------------------------------ calls

    def pass_on(self, call: "tree.Call | tree.MethodCall") -> None:
        """A call passes its arguments on."""
        args = call.args
        if isinstance(call, tree.MethodCall):
            types = self.of(call.obj)[0]
            if types & (STR | OTHER):
                self.leak_args(args)
            if types & FOREIGN or not self.alone:
                self.reach(self.read(FOREIGN, call.name), (TABLE | FOREIGN, 0, 0), args)
            for at in self.tables(types):
                receiver = (TABLE | 1 << (SHIFT + at), 0, 0)
                self.reach(self.lookup(at, call.name), receiver, args)
            return
        name = self.builtin_called(call)
        if name:
            self.pass_to_builtin(name, call)
        else:
            self.reach(self.of(call.func), None, args)

    def leak_args(self, args: "list[tree.Expr]") -> None:
        for arg in args:
            self.leak(self.of(arg))

    def reach(self, fact: "Fact", receiver: "Fact | None", args: "list[tree.Expr]") -> None:
        """What is called gets the arguments, behind the receiver if there is one."""
        types = fact[0]
        for function in self.functions(types):
            for at, param in enumerate(function.params):
                self.pass_one(param, self.argument(receiver, args, at))
            if function.is_vararg:
                self.pass_extra(function, receiver, args)
            for one, other in self.wrappers.get(function, ()):
                table = self.source(self.argument(receiver, args, one))
                self.link(table[0], self.source(self.argument(receiver, args, other))[0])
        if types & (TABLE | FOREIGN | OTHER):
            self.leak_args(args)

    def pass_extra(
        self, function: tree.Function, receiver: "Fact | None", args: "list[tree.Expr]"
    ) -> None:
        """The same of what comes behind the parameters."""
        first = len(function.params)
        slots = self.survey.extra(function)
        for at in range(max(EXTRAS, len(args) + 1 - first)):
            slot = slots[min(at, EXTRAS)]
            self.give(slot, self.source(self.argument(receiver, args, first + at)), None)
        if args and tree.is_multi(args[-1]):
            self.give(slots[EXTRAS], self.source((REST, args[-1], -1)), None)

    def argument(self, receiver: "Fact | None", args: "list[tree.Expr]", at: int) -> "Source":
        """What parameter number `at` gets."""
        if receiver is None:
            return self.survey.value(args, at)
        return receiver if at == 0 else self.survey.value(args, at - 1)

    def pass_one(self, param: tree.LocalVar, source: "Source") -> None:
        slot = self.survey.local(param)
        self.give(slot, self.source(source), self.step_of(slot, source, None))

    def pass_to_builtin(self, name: str, call: tree.Call) -> None:
        """A builtin gets the arguments."""
        args = call.args
        if name == "setmetatable":
            self.set_metatable(args)
        elif name == "table.insert" and args:
            for at in range(1, 3):
                source = self.survey.value(args, at)
                self.put(self.of(args[0])[0], ELEMENTS, self.source(source), source, None)
        elif name == "table.move" and args:
            moved = self.read(self.of(args[0])[0], ELEMENTS)
            target = self.source(self.survey.value(args, 4))
            self.put(self.of(args[0])[0] | target[0], ELEMENTS, moved, moved, None)
        elif name not in SAFE and name[:5] != "math." and call not in self.survey.loops:
            self.leak_args(args)
            if name in GIVING:
                for arg in args:
                    self.leak(self.contents(self.of(arg)[0], True))

    def set_metatable(self, args: "list[tree.Expr]") -> None:
        """`setmetatable(table, metatable)`"""
        first = args[0] if len(args) == 2 else NIL
        second = args[-1] if args else NIL
        if isinstance(first, tree.LocalRef) and isinstance(second, tree.LocalRef):
            function = first.var.owner
            pair = (place(first.var, function), place(second.var, function))
            if pair[0] >= 0 and pair[1] >= 0:
                pairs = self.wrappers.setdefault(function, [])
                if pair not in pairs:
                    pairs.append(pair)
                    self.changed = True
                if function in self.leaked:
                    self.link(UNKNOWN[0], UNKNOWN[0])
                return
        table = self.source(self.survey.value(args, 0))
        self.link(table[0], self.source(self.survey.value(args, 1))[0])

    def link(self, types: int, metas: int) -> None:
        """Tables get a metatable."""
        if metas & TABLE == 0:
            return
        bits = metas & FOREIGN
        for at in self.tables(metas):
            bits |= 1 << (SHIFT + at)
        if types & FOREIGN and self.anywhere | bits != self.anywhere:
            self.anywhere |= bits
            self.changed = True
        for at in self.tables(types):
            if self.meta_of[at] | bits != self.meta_of[at]:
                self.meta_of[at] |= bits
                self.changed = True


def place(var: tree.LocalVar, function: tree.Function) -> int:
    """Which parameter of the function is it that is never assigned? -1: none."""
    return -1 if var.assigned or var not in function.params else function.params.index(var)
