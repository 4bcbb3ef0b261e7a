"""What a program says about its variables, fields and functions: one walk through its trees.

A **slot** is a place that values go to: a local, a field by name (of all tables alike), the
elements of all tables (what stands under keys that are no strings), a global, the results of a
function. The survey lists what is assigned to each; `program_facts.py` works out what that makes
of them.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.builtin_facts import LIBRARIES
from moonhop_core.lang.emit_python_text import always_single, ends
from moonhop_core.lang.facts import NOTHING, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact

    # What a slot is given: an expression's value, a known fact, the index of a loop, or one of the
    # marks below.
    Source = tree.Expr | tree.NumericFor | Fact | str

INDEX = "index"  # what ipairs counts
ELEMENT = "element"  # any element
VALUE = "value"  # any element or field
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


def library_field(node: tree.Index) -> bool:
    """Is it a library's name with a field's?"""
    return (
        isinstance(node.obj, tree.Global)
        and node.obj.name in LIBRARIES
        and isinstance(node.key, tree.Const)
        and isinstance(node.key.value, str)
    )


def dotted_name(node: tree.Index) -> str:
    """The name of a library's field: "math.floor"."""
    return node.obj.name + "." + node.key.value  # type: ignore[attr-defined,no-any-return]


def is_insert(node: tree.Expr) -> bool:
    """Is it `table.insert`?"""
    return (
        isinstance(node, tree.Index) and library_field(node) and dotted_name(node) == "table.insert"
    )


def is_short(value: "bool | int | float | str | None") -> bool:
    """Is it as quick to write down as to read from a variable? Of a float it depends on its digits
    whether it is written at all; a longer text would be stored once for each mention."""
    return type(value) is int or (type(value) is str and len(value) <= SHORT)


class Survey:
    """What was found in a program's functions.

    locals, fields, globals   slots; fields[None] is that of elements
    results                   slots of what functions give first
    given                     (slot, source) for each thing that may be assigned
    stores                    (key, source) for each store under a key that is no constant
    bound                     the function that a local always holds
    constants                 the number or short text that a local always holds
    aliases                   the only thing that a local is given, if that is a field or global
    names                     globals that are mentioned, with the field if it is of a library
    bare                      libraries that are mentioned without a field
    texts                     all constant strings
    """

    def __init__(self, functions: "list[tree.Function]"):
        self.locals: "dict[tree.LocalVar, Slot]" = {}
        self.fields: "dict[str | None, Slot]" = {None: Slot()}
        self.globals: "dict[str, Slot]" = {}
        self.results: "dict[tree.Function, Slot]" = {}
        self.given: "list[tuple[Slot, Source]]" = []
        self.stores: "list[tuple[tree.Expr, Source]]" = []
        self.bound: "dict[tree.LocalVar, tree.Function]" = {}
        self.aliases: "dict[tree.LocalVar, tree.Expr]" = {}
        self.constants: "dict[tree.LocalVar, tree.Const]" = {}
        self.names: "set[str]" = set()
        self.bare: "set[str]" = set()
        self.texts: "set[str]" = set()
        self.env = False
        self.divides = False
        self.calls: "dict[tree.LocalVar, list[tree.Call]]" = {}
        self.escaped: "set[tree.LocalVar]" = set()
        self.inserts = 0  # mentions of table.insert that are no calls
        for function in functions:
            self.function(function)
        names = {}
        for var in self.bound:
            names[self.bound[var]] = var
        for function in functions:
            self.params(function, names.get(function))
        self.inserted()

    # ------------------------------------------------------------ slots

    def local(self, var: tree.LocalVar) -> Slot:
        if var not in self.locals:
            self.locals[var] = Slot()
        return self.locals[var]

    def field(self, name: "str | None") -> Slot:
        if name not in self.fields:
            self.fields[name] = Slot()
        return self.fields[name]

    def result(self, function: tree.Function) -> Slot:
        if function not in self.results:
            self.results[function] = Slot()
        return self.results[function]

    # ------------------------------------------------------------ functions

    def function(self, function: tree.Function) -> None:
        """Note what one function does, those inside it aside."""
        todo: "list[tree.Node]" = [function.body]
        while todo:
            node = todo.pop()
            self.note(node, function)
            if isinstance(node, tree.Call) and isinstance(node.func, tree.LocalRef):
                todo.extend(reversed(node.args))
            elif isinstance(node, tree.Index) and library_field(node):
                pass
            elif not isinstance(node, tree.Function):
                todo.extend(reversed(tree.children(node)))
        if not ends(function.body):
            self.given.append((self.result(function), NIL))

    def params(self, function: tree.Function, var: "tree.LocalVar | None") -> None:
        """A function that is only ever called by its name gets what stands in these calls."""
        calls: "list[tree.Call] | None" = None
        if var is not None and var not in self.escaped:
            calls = self.calls.get(var, [])
        for at, param in enumerate(function.params):
            if calls is None:
                self.given.append((self.local(param), UNKNOWN))
                continue
            for call in calls:
                self.given.append((self.local(param), self.value(call.args, at)))

    def inserted(self) -> None:
        """table.insert under another name puts things into tables too."""
        for var, source in self.aliases.items():
            if is_insert(source):
                if var in self.escaped:
                    self.inserts += 1
                for call in self.calls.get(var, []):
                    self.insert(call)
                self.inserts -= 1
        if self.inserts:
            self.given.append((self.fields[None], UNKNOWN))

    def insert(self, call: tree.Call) -> None:
        for at in range(1, 3):
            self.given.append((self.fields[None], self.value(call.args, at)))

    def note(self, node: tree.Node, function: tree.Function) -> None:
        """Note what one node of a function's tree says."""
        if isinstance(node, tree.LocalRef):
            self.escaped.add(node.var)
        elif isinstance(node, tree.Const):
            if isinstance(node.value, str):
                self.texts.add(node.value)
        elif isinstance(node, tree.Binary):
            self.divides = self.divides or node.op in ("//", "%")
        elif isinstance(node, tree.Global):
            self.names.add(node.name)
            if node.name in LIBRARIES:
                self.bare.add(node.name)
        elif isinstance(node, tree.Env):
            self.env = True
        elif isinstance(node, tree.Index):
            if library_field(node):
                self.names.add(dotted_name(node))
                self.inserts += is_insert(node)
        elif isinstance(node, tree.Call):
            if isinstance(node.func, tree.LocalRef):
                self.calls.setdefault(node.func.var, []).append(node)
            elif is_insert(node.func):
                self.insert(node)
                self.inserts -= 1
        elif isinstance(node, tree.Table):
            self.table(node)
        elif isinstance(node, tree.Stat):
            self.statement(node, function)

    # ------------------------------------------------------------ what is assigned

    def statement(self, stat: tree.Stat, function: tree.Function) -> None:
        if isinstance(stat, tree.Local):
            for at, var in enumerate(stat.vars):
                source = self.value(stat.exprs, at)
                self.given.append((self.local(var), source))
                if not var.assigned and at < len(stat.exprs):
                    if isinstance(source, tree.Function):
                        self.bound[var] = source
                    elif isinstance(source, (tree.Index, tree.Global)):
                        self.aliases[var] = source
                    elif isinstance(source, tree.Const) and is_short(source.value):
                        self.constants[var] = source
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
            self.store(target.key, source)

    def store(self, key: tree.Expr, source: "Source") -> None:
        if not isinstance(key, tree.Const):
            self.stores.append((key, source))
        else:
            name = key.value if isinstance(key.value, str) else None
            self.given.append((self.field(name), source))

    def table(self, table: tree.Table) -> None:
        for item in table.items:
            if item.key is not None:
                self.store(item.key, item.value)
            else:
                self.given.append((self.fields[None], item.value))
        if table.items:
            last = table.items[-1]
            if last.key is None and tree.is_multi(last.value) and not self.single(last.value):
                self.given.append((self.fields[None], UNKNOWN))

    def generic_for(self, stat: tree.GenericFor) -> None:
        first = stat.exprs[0]
        name = ""
        if isinstance(first, tree.Call) and isinstance(first.func, tree.Global):
            name = first.func.name if len(stat.exprs) == 1 else ""
        for at, var in enumerate(stat.vars):
            source: "Source" = UNKNOWN
            if name == "ipairs" and at == 0:
                source = INDEX
            elif at == 1 and name in ("ipairs", "pairs"):
                source = ELEMENT if name == "ipairs" else VALUE
            self.given.append((self.local(var), source))

    def value(self, exprs: "list[tree.Expr]", at: int) -> "Source":
        """The source of a list's value number `at`, from 0."""
        if at < len(exprs):
            return exprs[at]
        if not exprs or not tree.is_multi(exprs[-1]) or self.single(exprs[-1]):
            return NIL
        return UNKNOWN

    def single(self, expr: tree.Expr) -> bool:
        """Does a call surely give exactly one value?"""
        if isinstance(expr, tree.Call) and isinstance(expr.func, tree.LocalRef):
            function = self.bound.get(expr.func.var)
            return function is not None and always_single(function)
        return False
