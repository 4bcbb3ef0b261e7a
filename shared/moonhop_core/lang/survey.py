"""What a program says about its variables, fields and functions: one walk through its trees.

A **slot** is a place that values go to: a local, a global, the results of a function, a field of
the tables that one constructor makes. An **object** is such a constructor or a function. The survey
lists what is assigned where, and which calls there are; `program_facts.py` works out what that
makes of the slots.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.builtin_facts import LIBRARIES
from moonhop_core.lang.constructors import early_names, reached_once
from moonhop_core.lang.emit_python_text import ends
from moonhop_core.lang.facts import NOTHING, UNKNOWN
from moonhop_core.lang.library_names import builtin_name, dotted_name, library_field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact

    # What a slot is given: an expression's value, a known fact, the index of a loop, or one of the
    # marks below with the table that a loop finds it in, or the call that gives it and at which
    # place behind the first (-1: any).
    Source = tree.Expr | tree.NumericFor | Fact | str | tuple[str, tree.Expr, int]

INDEX = "index"  # what ipairs counts
ELEMENT = "element"  # any element
VALUE = "value"  # any element or field
REST = "rest"  # what a call gives behind its first result, or `...` at all
EXTRAS = 6
NIL = tree.Const(None, 0)
SHORT = 10  # characters of a text that MicroPython shares between all its mentions


class Slot:
    """fact: what is known so far; base: the same without steps (see ProgramFacts.step_of), fall and
    rise: the steps."""

    travels = False  # its value may come from another engine

    def __init__(self) -> None:
        self.fact: "Fact" = NOTHING
        self.base: "Fact" = NOTHING
        self.fall = 0
        self.rise = 0


def is_short(value: "bool | int | float | str | None") -> bool:
    """Is it as quick to write down as to read from a variable? Of a float it depends on its digits
    whether it is written at all; a longer text would be stored once for each mention."""
    return type(value) is int or (type(value) is str and len(value) <= SHORT)


class Survey:
    """What was found in a program's functions.

    locals, globals, results  slots; results are what functions give first
    objects                   table constructors and functions, by number; numbers: the reverse
    given                     (slot, source) for each thing that may be assigned to a slot of these
    stores                    (field, source) for each store into a table
    extras                    what functions get behind their parameters: a slot each for the first
                              ones, and one for all others
    varargs                   the same for each `...`
    several                   functions that may give none or several values
    tails                     (function, call) for each call that gives a function's results
    calls                     all calls
    single_objects            constructors that make one table
    early                     names that tables get before anything else sees them
    loops                     calls of pairs and ipairs that a loop makes
    leaks                     what gets to places where nobody keeps track of it
    operands                  of operators: metamethods may get them
    bound                     the function that a local always holds
    constants                 the number or short text that a local always holds
    aliases                   the only thing that a local is given, if that is a field or global
    names                     globals that are mentioned, with the field if it is of a library
    values                    the same where it is not just called: how often
    bare                      libraries that are mentioned without a field
    texts                     all constant strings
    """

    def __init__(self, functions: "list[tree.Function]"):
        self.locals: "dict[tree.LocalVar, Slot]" = {}
        self.globals: "dict[str, Slot]" = {}
        self.results: "dict[tree.Function, Slot]" = {}
        self.objects: "list[tree.Table | tree.Function]" = []
        self.numbers: "dict[tree.Expr, int]" = {}
        self.given: "list[tuple[Slot, Source]]" = []
        self.stores: "list[tuple[tree.Index, Source]]" = []
        self.extras: "dict[tree.Function, list[Slot]]" = {}
        self.varargs: "dict[tree.Expr, list[Slot]]" = {}
        self.several: "set[tree.Function]" = set()
        self.tails: "list[tuple[tree.Function, tree.Expr]]" = []
        self.calls: "list[tree.Call | tree.MethodCall]" = []
        self.single_objects: "set[tree.Expr]" = set()
        self.early: "dict[tree.Table, list[str]]" = {}
        self.loops: "set[tree.Expr]" = set()
        self.leaks: "list[tree.Expr]" = []
        self.operands: "list[tree.Expr]" = []
        self.bound: "dict[tree.LocalVar, tree.Function]" = {}
        self.aliases: "dict[tree.LocalVar, tree.Expr]" = {}
        self.constants: "dict[tree.LocalVar, tree.Const]" = {}
        self.names: "set[str]" = set()
        self.values: "dict[str, int]" = {}
        self.bare: "set[str]" = set()
        self.texts: "set[str]" = set()
        self.env = False
        self.divides = False
        self.read: "set[tree.LocalVar]" = set()  # locals that are not just called
        for function in functions:
            self.add_object(function)
            self.function(function)
        for var, source in self.aliases.items():
            name = builtin_name(source)
            if var not in self.read and name in self.values:
                self.values[name] -= 1

    # ------------------------------------------------------------ slots

    def local(self, var: tree.LocalVar) -> Slot:
        if var not in self.locals:
            self.locals[var] = Slot()
        return self.locals[var]

    def result(self, function: tree.Function) -> Slot:
        if function not in self.results:
            self.results[function] = Slot()
        return self.results[function]

    def extra(self, function: tree.Function) -> "list[Slot]":
        if function not in self.extras:
            self.extras[function] = [Slot() for _ in range(EXTRAS + 1)]
        return self.extras[function]

    def add_object(self, node: "tree.Table | tree.Function") -> None:
        self.numbers[node] = len(self.objects)
        self.objects.append(node)

    # ------------------------------------------------------------ functions

    def function(self, function: tree.Function) -> None:
        """Note what one function does, those inside it aside."""
        for param in function.params:
            self.local(param)
        if function.parent is None and not function.has_goto:
            self.single_objects.update(reached_once(function.body))
        todo: "list[tree.Node]" = [function.body]
        while todo:
            node = todo.pop()
            self.note(node, function)
            if isinstance(node, tree.Call) and isinstance(node.func, tree.LocalRef):
                todo.extend(reversed(node.args))
            elif isinstance(node, tree.Call) and builtin_name(node.func):
                self.mention(node.func, 0)
                todo.extend(reversed(node.args))
            elif isinstance(node, tree.Index) and library_field(node):
                pass
            elif not isinstance(node, tree.Function):
                todo.extend(reversed(tree.children(node)))
        if not ends(function.body):
            self.given.append((self.result(function), NIL))
            self.several.add(function)

    def mention(self, node: tree.Expr, times: int) -> None:
        """Note the name of what may be a builtin, and how often it is mentioned as a value."""
        name = builtin_name(node)
        self.names.add(name)
        if isinstance(node, tree.Global) and name in LIBRARIES:
            self.bare.add(name)
        self.values[name] = self.values.get(name, 0) + times

    def note(self, node: tree.Node, function: tree.Function) -> None:
        """Note what one node of a function's tree says."""
        if isinstance(node, tree.LocalRef):
            self.read.add(node.var)
        elif isinstance(node, tree.Const):
            if isinstance(node.value, str):
                self.texts.add(node.value)
        elif isinstance(node, (tree.Binary, tree.Unary)):
            self.operator(node)
        elif isinstance(node, tree.Vararg):
            self.varargs[node] = self.extra(function)
        elif isinstance(node, tree.Global):
            self.mention(node, 1)
        elif isinstance(node, tree.Env):
            self.env = True
        elif isinstance(node, tree.Index):
            if library_field(node):
                self.mention(node, 1)
            elif not isinstance(node.key, (tree.Const, tree.Binary)):
                self.operands.append(node.key)
        elif isinstance(node, (tree.Call, tree.MethodCall)):
            self.calls.append(node)
        elif isinstance(node, tree.Table):
            self.table(node)
        elif isinstance(node, tree.Block):
            early_names(node, self.early)
        elif isinstance(node, tree.Stat):
            self.statement(node, function)

    def operator(self, node: "tree.Binary | tree.Unary") -> None:
        if isinstance(node, tree.Unary):
            return
        self.divides = self.divides or node.op in ("//", "%")
        for operand in (node.left, node.right):
            if not isinstance(operand, (tree.Const, tree.Binary)):
                self.operands.append(operand)

    # ------------------------------------------------------------ what is assigned

    def statement(self, stat: tree.Stat, function: tree.Function) -> None:
        if isinstance(stat, tree.Local):
            for at, var in enumerate(stat.vars):
                source = self.value(stat.exprs, at)
                self.given.append((self.local(var), source))
                if not var.assigned and at < len(stat.exprs):
                    self.keeps(var, source)
        elif isinstance(stat, tree.LocalFunction):
            self.given.append((self.local(stat.var), stat.func))
            if not stat.var.assigned:
                self.bound[stat.var] = stat.func
        elif isinstance(stat, tree.Assign):
            for at, target in enumerate(stat.targets):
                self.assign(target, self.value(stat.exprs, at))
        elif isinstance(stat, tree.NumericFor):
            self.given.append((self.local(stat.var), stat))
        elif isinstance(stat, tree.GenericFor):
            self.generic_for(stat)
        elif isinstance(stat, tree.Return):
            self.given.append((self.result(function), self.value(stat.exprs, 0)))
            self.leaks.extend(stat.exprs[1:])
            if len(stat.exprs) != 1 or isinstance(stat.exprs[0], tree.Vararg):
                self.several.add(function)
            elif tree.is_multi(stat.exprs[0]):
                self.tails.append((function, stat.exprs[0]))

    def keeps(self, var: tree.LocalVar, source: "Source") -> None:
        """Note what a local gets that is never assigned again."""
        if isinstance(source, tree.Function):
            self.bound[var] = source
        elif isinstance(source, (tree.Index, tree.Global)):
            self.aliases[var] = source
        elif isinstance(source, tree.Const) and is_short(source.value):
            self.constants[var] = source

    def assign(self, target: tree.Expr, source: "Source") -> None:
        if isinstance(target, tree.LocalRef):
            self.given.append((self.local(target.var), source))
        elif isinstance(target, tree.Global):
            if target.name not in self.globals:
                self.globals[target.name] = Slot()
            self.given.append((self.globals[target.name], source))
        elif isinstance(target, tree.Index):
            if library_field(target):
                self.bare.add(dotted_name(target).split(".")[0])
            self.stores.append((target, source))

    def table(self, table: tree.Table) -> None:
        self.add_object(table)
        for item in table.items:
            key = ELEMENT_KEY if item.key is None else item.key
            self.stores.append((tree.Index(table, key, 0), item.value))
        if table.items:
            last = table.items[-1]
            if last.key is None and tree.is_multi(last.value):
                self.stores.append((tree.Index(table, ELEMENT_KEY, 0), (REST, last.value, -1)))

    def generic_for(self, stat: tree.GenericFor) -> None:
        first = stat.exprs[0]
        name = ""
        if isinstance(first, tree.Call) and isinstance(first.func, tree.Global):
            name = first.func.name if len(stat.exprs) == 1 and len(first.args) == 1 else ""
        for at, var in enumerate(stat.vars):
            source: "Source" = UNKNOWN
            if name == "ipairs" and at == 0:
                source = INDEX
            elif at == 1 and name in ("ipairs", "pairs"):
                source = (ELEMENT if name == "ipairs" else VALUE, first.args[0], 0)  # type: ignore[attr-defined]
            self.given.append((self.local(var), source))
        if name in ("ipairs", "pairs"):
            self.loops.add(first)
        else:
            self.leaks.extend(stat.exprs)

    def value(self, exprs: "list[tree.Expr]", at: int) -> "Source":
        """The source of a list's value number `at`, from 0."""
        if at < len(exprs):
            return exprs[at]
        if not exprs or not tree.is_multi(exprs[-1]):
            return NIL
        return (REST, exprs[-1], at - len(exprs) + 1)


ELEMENT_KEY = tree.Const(1, 0)  # that of any element
