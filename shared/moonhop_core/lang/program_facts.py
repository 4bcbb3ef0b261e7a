"""What kinds of values a program's variables, fields and functions hold, proved before it runs.

The search is optimistic: it starts with "no value yet" for every slot (`survey.py`) and joins in
what is assigned until nothing changes; ranges that keep growing are widened. The rules:

  - Locals are known by their assignments, parameters by the calls that may reach the function, and
    by what may reach these calls (`call_flow.py`).
  - Builtins are known if the program never assigns to their names, never mentions their library as
    a value and neither `_G`, `_ENV`, `load`, `require` nor `debug`.
  - Fields are known for each table constructor, in a program that mentions no builtins which make
    or change tables in unknown ways (`builtin_facts.ALONE`, `HARMLESS`; `object_facts.py`).
  - Metamethods can only come in where `setmetatable` and an event's name are mentioned.
  - `x = x + 1` counts at most to TURNS above where it started: that takes years of processor time.
  - From luajit, where whole floats are integers, what travels (frames, captured variables, fields)
    comes with the other type of number.
"""

from moonhop_core.lang import builtin_facts, facts, tree
from moonhop_core.lang.facts import (
    ANY,
    COUNT,
    FLOAT,
    FOREIGN,
    FUNCTION,
    INT,
    NIL,
    NOTHING,
    NUMBER,
    OTHER,
    STR,
    TABLE,
    UNKNOWN,
)
from moonhop_core.lang.narrowing import narrow
from moonhop_core.lang.object_facts import ELEMENTS, WILD
from moonhop_core.lang.steps import StepFacts
from moonhop_core.lang.survey import ELEMENT, EXTRAS, REST, Slot, Survey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact
    from moonhop_core.lang.lowered import Lowered
    from moonhop_core.lang.object_facts import Name
    from moonhop_core.lang.survey import Source

TURNS = 1 << 52  # no program does anything so often: even at 10 ns each it is 1.4 years

CALLABLE = FUNCTION | TABLE | OTHER  # what may be a metamethod

# Ranges that grow are widened to these.
LOWS = (0, -256, -facts.SMALL + 1, -facts.EXACT, facts.LEAST)
HIGHS = (0, 256, facts.SMALL - 1, facts.EXACT, facts.MOST)

OPEN = ("_G", "package", "load", "require", "debug", "dofile", "loadfile")
EVENTS = ("__add", "__sub", "__mul", "__div", "__mod", "__idiv", "__pow", "__unm", "__concat") + (
    "__band",
    "__bor",
    "__bxor",
    "__shl",
    "__shr",
    "__bnot",
    "__len",
    "__eq",
    "__pairs",
)


class ProgramFacts(StepFacts):
    """What is known of a program's values.

    open   other text may share its globals: no builtin is known
    meta   metamethods may come in for operators; equals: `__eq` for equality
    loose  stores may go to other tables, by `__newindex`
    """

    def __init__(self, lowered: "Lowered"):
        protos = lowered.protos
        for proto in protos:
            narrow(proto.function)
        self.survey = Survey([proto.function for proto in protos])
        survey = self.survey
        names = survey.names
        self.open = lowered.unit or survey.env or any(name in names for name in OPEN)
        rests = False
        self.alone = not self.open
        for name in names:
            if name in survey.globals or name in builtin_facts.ALONE:
                continue
            if name in builtin_facts.HARMLESS:
                rests = True
            elif ("." not in name and name not in survey.bare) or name[:3] == "os.":
                rests = True
                self.alone = False
        if survey.bare or "table.pack" in names:
            self.alone = False
        if any(name in builtin_facts.ALONE for name in survey.globals):
            self.alone = False
        self.metas = "setmetatable" in names or "getmetatable" in names
        if "getmetatable" in names:
            survey.bare.add("string")  # its methods may be replaced
        self.events = self.metas and (
            "rawset" in names or any(name in survey.texts for name in EVENTS)
        )
        self.meta = self.open or self.events
        self.loose = self.open or (self.metas and "__newindex" in survey.texts)
        self.travel = lowered.doubles and (rests or not self.alone)
        if self.travel:
            frames = [proto.function for proto in protos if proto.frame]
            for var, slot in survey.locals.items():
                slot.travels = var.captured or var.owner in frames
            for slot in survey.globals.values():
                slot.travels = True
        self.start_objects()
        self.start_flow([part.main for part in lowered.parts])
        self.solve()
        wild = bool(self.named.fact(WILD)[0] & CALLABLE)
        self.equals = self.open or (
            self.metas and ("__eq" in survey.texts or "rawset" in names or wild)
        )

    # ------------------------------------------------------------ the search

    def solve(self) -> None:
        """Join in what is assigned until nothing changes."""
        survey = self.survey
        self.rounds = 0
        self.changed = True
        while self.changed:
            self.changed = False
            for target, source in survey.stores:
                self.store(target, source)
            for slot, source in survey.given:
                self.give(slot, self.source(source), self.step_of(slot, source, None))
            for call in survey.calls:
                self.pass_on(call)
            for function, given in survey.tails:
                if function not in survey.several and not self.single(given):
                    survey.several.add(function)
                    self.changed = True
            self.leak_all()
            self.rounds += 1

    def store(self, target: tree.Index, source: "Source") -> None:
        """Store into a field of a table."""
        key = target.key
        types = self.of(target.obj)[0]
        value = self.source(source)
        if not self.alone:
            self.leak(value)
            if not isinstance(key, tree.Const):
                self.leak(self.of(key))
            return
        if isinstance(key, tree.Const):
            name = key.value if isinstance(key.value, str) else ELEMENTS
            self.put(types, name, value, source, target)
            return
        found = self.of(key)
        self.leak(found)
        if found[0] & ~STR & ANY:
            self.put(types, ELEMENTS, value, source, target)
        if found[0] & STR:
            self.put(types, WILD, value, NOTHING, None)
            if not self.meta and self.metas and value[0] & CALLABLE:
                self.meta = self.loose = self.changed = True

    def put(
        self, types: int, name: "Name", value: "Fact", source: "Source", target: "tree.Index | None"
    ) -> None:
        """The same for a known name."""
        slot = self.named.slot(name)
        self.give(slot, value, self.step_of(slot, source, target))
        if types & FOREIGN or self.loose:
            self.give(self.foreign.slot(name), slot.fact, None)
            if self.loose:
                self.leak(value)
        for at in self.tables(types):
            slot = self.fields[at].slot(name)  # type: ignore[union-attr]
            self.give(slot, value, self.step_of(slot, source, target))

    def give(self, slot: Slot, value: "Fact", step: "Fact | None") -> None:
        """Assign to a slot."""
        before = slot.fact
        if step is None:
            base = facts.join(slot.base, value)
            if self.rounds > 2 and slot.base[0] & INT:
                base = widened(slot.base, base)
            slot.base = base
        else:
            slot.base = (slot.base[0] | step[0] & ~INT, slot.base[1], slot.base[2])
            slot.fall = min(slot.fall, step[1])
            slot.rise = max(slot.rise, step[2])
        base = slot.base
        if base[0] & INT and (slot.fall or slot.rise):
            low = base[1] + slot.fall * TURNS
            base = facts.wrapped((base[0], low, base[2] + slot.rise * TURNS))
        slot.fact = base = self.travelled(base) if slot.travels else base
        if base != before:
            self.changed = True

    def travelled(self, fact: "Fact") -> "Fact":
        """The fact of a value that may have come from luajit."""
        if not fact[0] & NUMBER:
            return fact
        if fact[0] & FLOAT or self.survey.divides or not facts.within(fact, -TURNS * 2, TURNS * 2):
            return (fact[0] | NUMBER, facts.LEAST, facts.MOST)
        return fact

    # ------------------------------------------------------------ sources

    def source(self, source: "Source") -> "Fact":
        """What is known of what a slot is given."""
        if isinstance(source, tuple):
            if isinstance(source[0], str):
                return self.marked(source[0], source[1], source[2])
            return source
        if isinstance(source, tree.NumericFor):
            return self.loop(source)
        if isinstance(source, str):
            return COUNT if self.builtin("ipairs") else UNKNOWN
        return self.of(source)

    def marked(self, what: str, expr: tree.Expr, at: int) -> "Fact":
        """What a loop over a table finds, or what a call gives behind its first result."""
        if what == REST and isinstance(expr, tree.Vararg) and expr in self.survey.varargs:
            slots = self.survey.varargs[expr]
            found = facts.constant(None)
            for slot in slots if at < 0 else [slots[min(at, EXTRAS)]]:
                found = facts.join(found, slot.fact)
            return found
        if what == REST:
            return facts.constant(None) if self.single(expr) else UNKNOWN
        types = self.of(expr)[0]
        found = self.read(types, ELEMENTS) if what == ELEMENT else self.contents(types, False)
        if self.meta or not self.alone:
            return facts.join(found, UNKNOWN)
        return facts.without(found, NIL)

    def loop(self, stat: tree.NumericFor) -> "Fact":
        """The variable of a numeric `for`."""
        start = self.of(stat.start)
        limit = self.of(stat.limit)
        step = (INT, 1, 1) if stat.step is None else self.of(stat.step)
        if not start[0] or not limit[0] or not step[0]:
            return NOTHING
        floats = (start[0] | step[0]) & FLOAT
        if not start[0] & INT or not step[0] & INT:
            return facts.REAL
        types = INT | floats
        if (start[0] | step[0]) & ANY & ~NUMBER or (step[1] < 0 < step[2]):
            return (types | NUMBER, facts.LEAST, facts.MOST)
        # a limit that is no integer is cut to one: it may be anything
        exact = limit[0] & ANY == INT
        if step[1] >= 0:
            high = min(limit[2] if exact else facts.MOST, start[2] + TURNS * max(step[2], 1))
            return facts.wrapped((types, start[1], max(high, start[1])))
        low = max(limit[1] if exact else facts.LEAST, start[1] + TURNS * min(step[1], -1))
        return facts.wrapped((types, min(low, start[2]), start[2]))


def widened(before: "Fact", after: "Fact") -> "Fact":
    """Let the ends of a range that grows jump."""
    low, high = after[1], after[2]
    if low < before[1]:
        low = max([end for end in LOWS if end <= low] or [facts.LEAST])
    if high > before[2]:
        high = min([end for end in HIGHS if end >= high] or [facts.MOST])
    return (after[0], low, high)
