"""What a program's tables hold, constructor by constructor, and which metatables they get.

All tables that one constructor makes are one object. Stores into tables that may be any are kept by
the field's name alone, and every read of that name counts with them.
"""

from moonhop_core.lang import facts, tree
from moonhop_core.lang.facts import (
    ANY,
    FOREIGN,
    FUNCTION,
    NIL,
    NOTHING,
    SHIFT,
    TABLE,
    UNKNOWN,
)
from moonhop_core.lang.survey import Slot, Survey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact

    Name = str | int

ELEMENTS = 0  # stands for all keys that are no strings
WILD = 1  # for keys that may be any string


class Fields:
    """Fields of a table: a slot for each name."""

    def __init__(self, travel: bool) -> None:
        self.travel = travel
        self.slots: "dict[Name, Slot]" = {}
        self.names: "list[Name]" = []  # in a fixed order, unlike MicroPython's dicts

    def slot(self, name: "Name") -> Slot:
        found = self.slots.get(name)
        if found is None:
            found = self.slots[name] = Slot()
            found.travels = self.travel
            self.names.append(name)
        return found

    def fact(self, name: "Name") -> "Fact":
        found = self.slots.get(name)
        return NOTHING if found is None else found.fact

    def all(self) -> "Fact":
        """What any of them may be."""
        found = NOTHING
        for name in self.names:
            found = facts.join(found, self.slots[name].fact)
        return found


class ObjectFacts:
    """Tells what tables hold.

    fields    of each object; None for functions
    first     names that its constructor gives a value; early: those that follow at once
    meta_of   the metatables of each object, as bits
    named     fields by name, whatever the table
    foreign   what was stored into tables that may be any
    anywhere  metatables of tables that may be any
    alone     fields are known
    metas     there may be metatables
    loose     stores may go to other tables, by `__newindex`
    travel    what fields hold may come from another engine
    """

    survey: Survey
    alone = False
    metas = True
    loose = True
    travel = False

    def start_objects(self) -> None:
        survey = self.survey
        self.fields: "list[Fields | None]" = []
        self.first: "list[set[str]]" = []
        self.early: "list[list[str]]" = []
        self.meta_of: "list[int]" = []
        for node in survey.objects:
            self.fields.append(Fields(self.travel) if isinstance(node, tree.Table) else None)
            self.first.append(first_names(node) if isinstance(node, tree.Table) else set())
            self.early.append(survey.early.get(node, []) if isinstance(node, tree.Table) else [])
            self.meta_of.append(0)
        self.named = Fields(self.travel)
        self.foreign = Fields(self.travel)
        self.anywhere = 0
        self.groups: "dict[int, tuple[list[int], list[tree.Function]]]" = {0: ([], [])}

    def members(self, types: int) -> "tuple[list[int], list[tree.Function]]":
        """The objects of a fact's types: tables by number, and functions."""
        bits = types >> SHIFT
        found = self.groups.get(bits)
        if found is None:
            found = self.groups[bits] = ([], [])
            at = 0
            while bits:
                if bits & 1:
                    node = self.survey.objects[at]
                    if isinstance(node, tree.Function):
                        found[1].append(node)
                    else:
                        found[0].append(at)
                bits >>= 1
                at += 1
        return found

    def tables(self, types: int) -> "list[int]":
        """Those that are tables."""
        return self.members(types)[0]

    def functions(self, types: int) -> "list[tree.Function]":
        """The functions of a fact's types."""
        return self.members(types)[1]

    def object_fact(self, node: "tree.Table | tree.Function") -> "Fact":
        """The fact of a constructor or function."""
        function = isinstance(node, tree.Function)
        kind = FUNCTION if function else TABLE
        at = self.survey.numbers.get(node)
        if at is None or not (self.alone or function):
            return (kind | FOREIGN, 0, 0)
        return (kind | 1 << (SHIFT + at), 0, 0)

    # ------------------------------------------------------------ reading

    def own(self, at: int, name: "Name") -> "Fact":
        """What table `at` itself may hold under a name, but for nil where it has nothing."""
        fields = self.fields[at]
        assert fields is not None
        found = facts.join(fields.fact(name), self.foreign.fact(name))
        if isinstance(name, str):
            found = facts.join(found, facts.join(fields.fact(WILD), self.foreign.fact(WILD)))
        return found

    def always(self, at: int, name: "Name") -> bool:
        """Does table `at` always hold something under a name?"""
        if name not in self.first[at] and (self.loose or name not in self.early[at]):
            return False
        return not self.own(at, name)[0] & NIL

    def lookup(self, at: int, name: "Name") -> "Fact":
        """What reading a field of table `at` may give, itself or by `__index`."""
        found = NOTHING
        todo = [at]
        seen: "list[int]" = []
        while todo:
            at = todo.pop()
            if at in seen:
                continue
            seen.append(at)
            found = facts.join(found, self.own(at, name))
            if self.always(at, name):
                continue
            found = facts.join(found, (NIL, 0, 0))
            metas = self.meta_of[at] | self.anywhere
            if metas & FOREIGN:
                return facts.join(found, self.by_name(name))
            for meta in self.tables(metas):
                handler = self.own(meta, "__index")
                if handler[0] & ANY & ~(NIL | TABLE):
                    found = facts.join(found, UNKNOWN)
                if handler[0] & FOREIGN:
                    found = facts.join(found, self.by_name(name))
                todo.extend(self.tables(handler[0]))
        return found

    def access(self, types: int, name: str) -> str:
        """How a field of tables with these types is found: "own": always in the table itself;
        "maybe": there, or it is nil; "class": only in the metatable, which is its own `__index`;
        "above": the same, or further up; "index": in the table `__index`, or further up; "get": not
        in the table itself; "mixed": there or further up; "": it may be anything."""
        if not self.alone or types & FOREIGN:
            return "" if self.metas or not self.alone else "maybe"
        ways = ["own", "maybe", "class", "above", "index"]
        never = True  # not in the table itself
        for at in self.tables(types):
            never = never and not self.own(at, name)[0]
            if self.always(at, name):
                ways = [way for way in ways if way in ("own", "maybe")]
                continue
            ways = [way for way in ways if way != "own"]
            metas = self.meta_of[at] | self.anywhere
            if metas & FOREIGN:
                return ""
            if self.own(at, name)[0] or not metas:
                ways = [way for way in ways if way == "maybe"]
            for meta in self.tables(metas):
                if self.own(meta, "__index")[0] & (ANY | FOREIGN) & ~(NIL | TABLE):
                    return ""
                if self.circles(self.tables(self.own(meta, "__index")[0])):
                    return ""
                possible = self.ways(meta, name)
                ways = [way for way in ways if way in possible]
        return ways[0] if ways else "get" if never else "mixed"

    def ways(self, meta: int, name: str) -> "list[str]":
        """How what is not in a table itself may be found by a metatable."""
        found = []
        handlers = self.tables(self.own(meta, "__index")[0])
        if not any(self.lookup(other, name)[0] & ANY & ~NIL for other in handlers):
            found.append("maybe")
        if handlers == [meta] and self.survey.objects[meta] in self.survey.single_objects:
            found.append("above")
            above = self.meta_of[meta] | self.anywhere
            if self.own(meta, name)[0] and not (above and self.inherited(above, name)):
                found.append("class")
        if self.always(meta, "__index"):
            found.append("index")
        return found

    def circles(self, handlers: "list[int]") -> bool:
        """May looking up something in these tables go round in a circle? That is an error."""
        for start in handlers:
            seen: "list[int]" = []
            todo = [start]
            while todo:
                metas = self.meta_of[todo.pop()] | self.anywhere
                for meta in self.tables(metas):
                    for at in self.tables(self.own(meta, "__index")[0]):
                        if at == start:
                            return True
                        if at not in seen:
                            seen.append(at)
                            todo.append(at)
        return False

    def of(self, expr: tree.Expr) -> "Fact":
        """What is known of an expression's (first) value."""
        raise NotImplementedError

    def inherited(self, metas: int, name: str) -> bool:
        """Do tables with these metatables perhaps get something by them?"""
        if metas & FOREIGN:
            return True
        for meta in self.tables(metas):
            handler = self.own(meta, "__index")
            if handler[0] & (ANY | FOREIGN) & ~(NIL | TABLE):
                return True
            for other in self.tables(handler[0]):
                if self.lookup(other, name)[0] & ANY & ~NIL:
                    return True
        return False

    def by_name(self, name: "Name") -> "Fact":
        """What reading a field of any table may give."""
        found = facts.join(self.named.fact(name), (NIL, 0, 0))
        if isinstance(name, str):
            found = facts.join(found, self.named.fact(WILD))
        chained = self.named.fact("__index")
        if chained[0] & ANY & ~(NIL | TABLE) or (self.named.fact(WILD)[0] and self.metas):
            found = facts.join(found, UNKNOWN)
        return found

    def read(self, types: int, name: "Name") -> "Fact":
        """What a field of a value with these types may be."""
        if not self.alone:
            return facts.join(UNKNOWN, self.named.fact(name))
        found = NOTHING
        if types & FOREIGN:
            found = self.by_name(name)
        for at in self.tables(types):
            found = facts.join(found, self.lookup(at, name))
        return found

    def contents(self, types: int, inherited: bool) -> "Fact":
        """What any field of a value with these types may be; `inherited`: by `__index` as well."""
        found = facts.join((NIL, 0, 0), NOTHING if self.alone else UNKNOWN)
        if types & FOREIGN or not self.alone:
            return facts.join(found, self.named.all())
        found = facts.join(found, self.foreign.all())
        for at in self.tables(types):
            fields = self.fields[at]
            assert fields is not None
            found = facts.join(found, fields.all())
            if inherited and (self.meta_of[at] | self.anywhere):
                found = facts.join(found, self.named.all())
        return found


def first_names(table: tree.Table) -> "set[str]":
    """The names that a constructor gives a value."""
    found = set()
    for item in table.items:
        if isinstance(item.key, tree.Const) and isinstance(item.key.value, str):
            found.add(item.key.value)
    return found
