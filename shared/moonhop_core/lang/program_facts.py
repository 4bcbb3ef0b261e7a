"""What kinds of values a program's variables, fields and functions hold, proved before it runs.

The search is optimistic: it starts with "no value yet" for every slot (`survey.py`) and joins in
what is assigned until nothing changes; ranges that keep growing are widened. The rules:

  - Locals are known by their assignments, wherever these stand; parameters and results only of
    functions that nothing but calls by name can reach.
  - Builtins are known if the program never assigns to their names, never mentions their library as
    a value and neither `_G`, `_ENV`, `load`, `require` nor `debug`.
  - Fields are known by name, over all tables, in a program that mentions no builtins which make or
    change tables in unknown ways (`builtin_facts.ALONE`, `HARMLESS`). All elements are one slot.
  - Metamethods can only come in where `setmetatable` and an event's name are mentioned.
  - `x = x + 1` counts at most to TURNS above where it started: that takes years of processor time.
  - From luajit, where whole floats are integers, what travels (frames, captured variables, fields)
    comes with the other type of number.
"""

from moonhop_core.lang import builtin_facts, facts, tree
from moonhop_core.lang.expression_facts import ExpressionFacts
from moonhop_core.lang.facts import (
    ANY,
    COUNT,
    FLOAT,
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
from moonhop_core.lang.survey import (
    ELEMENT,
    INDEX,
    VALUE,
    Slot,
    Survey,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact
    from moonhop_core.lang.lowered import Lowered
    from moonhop_core.lang.survey import Source

TURNS = 1 << 52  # no program does anything so often: even at 10 ns each it is 1.4 years
STEP = 256  # greater steps than this are not counted on

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


class ProgramFacts(ExpressionFacts):
    """What is known of a program's values.

    open   other text may share its globals: no builtin is known
    alone  fields are known
    meta   metamethods may come in for operators; equals: `__eq` for equality
    """

    def __init__(self, lowered: "Lowered"):
        protos = lowered.protos
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
        self.all = NOTHING  # of any field
        self.wild = NOTHING  # stored under keys that may be strings
        if lowered.doubles and (rests or not self.alone):
            frames = [proto.function for proto in protos if proto.frame]
            for var, slot in survey.locals.items():
                slot.travels = var.captured or var.owner in frames
            for slot in list(survey.fields.values()) + list(survey.globals.values()):
                slot.travels = True
        self.solve()
        self.equals = self.open or (
            self.metas
            and ("__eq" in survey.texts or "rawset" in names or bool(self.wild[0] & CALLABLE))
        )

    # ------------------------------------------------------------ the search

    def solve(self) -> None:
        """Join in what is assigned until nothing changes."""
        rounds = 0
        changed = True
        while changed:
            changed = self.stores()
            for slot, source in self.survey.given:
                if self.give(slot, source, rounds):
                    changed = True
            if self.alone:
                found = self.all
                for name in self.survey.fields:
                    found = facts.join(found, self.survey.fields[name].fact)
                changed = changed or found != self.all
                self.all = found
            rounds += 1

    def stores(self) -> bool:
        """Do the stores under keys that are no constants; tells whether something changed."""
        changed = False
        elements = self.survey.fields[None]
        for key, source in self.survey.stores:
            types = self.of(key)[0]
            value = self.source(source)
            if types & ~STR & ANY:
                changed = self.give(elements, value, 9) or changed
            if types & STR:
                wild = facts.join(self.wild, value)
                if wild != self.wild:
                    self.wild = widened(self.wild, wild)
                    changed = True
                if not self.meta and self.metas and wild[0] & CALLABLE:
                    self.meta = changed = True
        return changed

    def give(self, slot: Slot, source: "Source", rounds: int) -> bool:
        """Assign to a slot; tells whether that changed it."""
        before = slot.fact
        if before == UNKNOWN:
            return False
        step = self.step_of(slot, source)
        if step is None:
            base = facts.join(slot.base, self.source(source))
            if rounds > 2 and slot.base[0] & INT:
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
        return base != before

    def step_of(self, slot: Slot, source: "Source") -> "Fact | None":
        """What `source` adds, if it is the slot's own value and a little more or less."""
        if not isinstance(source, tree.Binary) or source.op not in ("+", "-"):
            return None
        if slot.fact[0] & (STR | TABLE | OTHER) or slot.fact[0] & INT == 0:
            return None
        added: "Fact" = (INT, 0, 0)
        expr: tree.Expr = source
        while isinstance(expr, tree.Binary) and expr.op in ("+", "-"):
            other = self.of(expr.right)
            if expr.op == "+" and self.slot_of(expr.right) is slot:
                other = self.of(expr.left)
                expr = expr.right
            else:
                added = facts.binary(expr.op, added, other, self.meta)
                expr = expr.left
                continue
            added = facts.binary("+", added, other, self.meta)
        if self.slot_of(expr) is not slot:
            return None
        if added[0] & ANY & ~NUMBER or added[1] < -STEP or added[2] > STEP:
            return None
        return added

    def slot_of(self, expr: tree.Expr) -> "Slot | None":
        """The slot that an expression reads, if it is just one."""
        if isinstance(expr, tree.LocalRef):
            alias = self.survey.aliases.get(expr.var)
            if isinstance(alias, tree.Index):
                return self.slot_of(alias)
            return self.survey.locals.get(expr.var)
        if isinstance(expr, tree.Global):
            return self.survey.globals.get(expr.name)
        if isinstance(expr, tree.Index) and self.alone:
            if not isinstance(expr.key, tree.Const):
                return None if self.of(expr.key)[0] & STR else self.survey.fields[None]
            name = expr.key.value if isinstance(expr.key.value, str) else None
            return self.survey.fields.get(name)
        return None

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
            return source
        if isinstance(source, tree.NumericFor):
            return self.loop(source)
        if source == INDEX:
            return COUNT if self.builtin("ipairs") else UNKNOWN
        if source in (ELEMENT, VALUE):
            if self.meta or not self.alone:
                return UNKNOWN
            return facts.without(self.element(source == VALUE), NIL)
        return self.of(source)  # type: ignore[arg-type]

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
