"""Expressions as Lua text."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_lua_names import Names, box_key
from moonhop_core.lang.emit_lua_writer import LuaWriter, is_name, literal, quoted
from moonhop_core.lang.lowered import Spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Proto

# Operators: (precedence, that of a right operand which needs no parentheses).
PRECEDENCE = {
    "or": (1, 2),
    "and": (2, 3),
    "<": (3, 4),
    ">": (3, 4),
    "<=": (3, 4),
    ">=": (3, 4),
    "~=": (3, 4),
    "==": (3, 4),
    "|": (4, 5),
    "~": (5, 6),
    "&": (6, 7),
    "<<": (7, 8),
    ">>": (7, 8),
    "..": (9, 9),
    "+": (10, 11),
    "-": (10, 11),
    "*": (11, 12),
    "/": (11, 12),
    "//": (11, 12),
    "%": (11, 12),
    "^": (14, 14),
}
UNARY = 12
HIGHEST = 20

# What LuaJIT has no operator for.
HELPERS = {
    "//": "mh__idiv",
    "%": "mh__mod",
    "&": "mh__band",
    "|": "mh__bor",
    "~": "mh__bxor",
    "<<": "mh__shl",
    ">>": "mh__shr",
}


# Metamethods that LuaJIT does not ask as Lua 5.4 does.
EVENTS = {
    "__eq": {"==": "mh__eq", "~=": "not mh__eq"},
    "__lt": {"<": "mh__lt", ">": "mh__lt"},
    "__le": {"<=": "mh__le", ">=": "mh__le"},
}


class ExprEmitter:
    """Writes expressions of the function that `names` belongs to.

    boxed    cells that live in boxes
    itself   Function -> the local that its own `local function` declares
    queue    functions that stand in frame-form ones: the chunk gets a factory for each
    hints    emitted line -> what messages of errors there need (LuaJIT)
    helpers  operator -> helper, for what the dialect has no operator for or where its own knows
             less of metamethods, and the program names those
    """

    def __init__(
        self,
        out: LuaWriter,
        dialect: str,
        protos: "list[Proto]",
        boxed: "set[tree.LocalVar]",
        itself: "dict[tree.Function, tree.LocalVar]",
        named: "set[str]",
    ):
        self.out = out
        self.put = out.put
        self.jit = dialect == "luajit"
        self.protos = protos
        self.boxed = boxed
        self.itself = itself
        self.helpers: "dict[str, str]" = {}
        if self.jit:
            self.helpers = dict(HELPERS)
            for event, operators in EVENTS.items():
                if event in named:
                    self.helpers.update(operators)
        self.hints: "dict[int, dict[str, str]]" = {}
        self.lengths = self.jit and "__len" in named
        self.names = Names()
        self.proto = protos[0]
        self.queue: "list[tree.Function]" = []
        self.inside: "list[set[str]]" = []

    def function(self, function: tree.Function, name: str = "") -> None:
        """Write a function as it stands; with a name, as a `local function`."""
        raise NotImplementedError

    # ------------------------------------------------------------ lists and operands

    def exprs(self, exprs: "list[tree.Expr]") -> None:
        """Write expressions parted by commas."""
        for i, expr in enumerate(exprs):
            if i:
                self.put(", ")
            self.expr(expr)

    def precedence(self, expr: tree.Expr) -> int:
        if isinstance(expr, tree.Binary):
            if expr.op in self.helpers and not (expr.op == "%" and is_finite(expr.right)):
                return HIGHEST
            return PRECEDENCE[expr.op][0]
        if isinstance(expr, tree.Unary):
            return HIGHEST if self.is_call(expr) else UNARY
        if isinstance(expr, tree.And):
            return 2
        return 1 if isinstance(expr, tree.Or) else HIGHEST

    def is_call(self, expr: tree.Unary) -> bool:
        return (self.jit and expr.op == "~") or (self.lengths and expr.op == "#")

    def operand(self, expr: tree.Expr, least: int) -> None:
        """Write an operand, in parentheses if it binds less than `least`."""
        if self.precedence(expr) < least:
            self.put("(")
            self.expr(expr)
            self.put(")")
        else:
            self.expr(expr)

    # ------------------------------------------------------------ expressions

    def expr(self, expr: tree.Expr) -> None:
        """Write an expression; a multi-valued one gives all its values."""
        if isinstance(expr, tree.LocalRef):
            self.put(self.local(expr.var))
        elif isinstance(expr, tree.Const):
            self.put(literal(expr.value))
        elif isinstance(expr, tree.Global):
            self.global_(expr.name)
        elif isinstance(expr, tree.Index):
            self.index(expr)
        elif isinstance(expr, tree.Call):
            self.call(expr)
        elif isinstance(expr, tree.MethodCall):
            self.method_call(expr)
        elif isinstance(expr, (tree.Binary, tree.And, tree.Or)):
            self.binary(expr)
        elif isinstance(expr, tree.Unary):
            self.unary(expr)
        elif isinstance(expr, tree.Function):
            self.closure(expr)
        elif isinstance(expr, tree.Table):
            self.table(expr)
        elif isinstance(expr, tree.Paren):
            self.put("(")
            self.expr(expr.expr)
            self.put(")")
        elif isinstance(expr, tree.Vararg):
            if self.proto.varargs is not None:
                self.spread(self.proto.varargs)
            else:
                self.put("...")
        elif isinstance(expr, Spread):
            self.spread(expr.var)
        elif isinstance(expr, tree.Env):
            self.put("mh__env" if self.jit else "_ENV")
        else:
            raise AssertionError(expr)

    def spread(self, pack: tree.LocalVar) -> None:
        name = self.names.of(pack)
        self.put("mh__unpack(%s, 1, %s.n)" % (name, name))

    def local(self, var: tree.LocalVar) -> str:
        """Return what reads or sets a local."""
        name = self.names.of(var)
        if var in self.boxed:
            return "%s[%s]" % (name, quoted(box_key(var)))
        return name

    def boxing(self, var: tree.LocalVar, value: str) -> str:
        """Return a new box with this value in it."""
        return "{[%s] = %s}" % (quoted(box_key(var)), value)

    def global_(self, name: str) -> None:
        if name == "(for)":
            self.put("mh__for")
        elif name.startswith("mh__"):
            self.put("%s[%s]" % ("mh__env" if self.jit else "_ENV", quoted(name)))
        else:
            self.put(name)

    def prefix(self, expr: tree.Expr) -> None:
        """Write what is indexed or called."""
        if isinstance(
            expr, (tree.LocalRef, tree.Global, tree.Index, tree.Call, tree.MethodCall, tree.Paren)
        ):
            self.expr(expr)
        else:
            self.put("(")
            self.expr(expr)
            self.put(")")

    # ------------------------------------------------------------ what LuaJIT cannot name

    def hint(self, what: str, text: str) -> None:
        """Note for the current emitted line what messages of errors there need."""
        self.hints.setdefault(self.out.line, {}).setdefault(what, text)

    def hint_operands(self, expr: "tree.Binary | tree.And | tree.Or | tree.Unary") -> None:
        """Note what the operands of an operator are called that a helper does; the next such one
        begins an emitted line."""
        if isinstance(expr, tree.Unary):
            names = self.operand_name(expr.operand), ""
        else:
            names = self.operand_name(expr.left), self.operand_name(expr.right)
        if not names[0] and not names[1]:
            return
        if "a" in self.hints.get(self.out.line, {}):
            self.out.fresh(expr.line)
        self.hint("a", names[0])
        self.hint("b", names[1])

    def operand_name(self, expr: tree.Expr) -> str:
        if isinstance(expr, tree.Const):
            return "constant '%s'" % expr.value if isinstance(expr.value, str) else ""
        return "" if isinstance(expr, tree.MethodCall) else self.describe(expr)

    def hint_element(self, op: str, expr: tree.Expr) -> None:
        """LuaJIT's own operators name no element of a table: note its name, if nothing else in
        the line that has no name can be meant."""
        if not self.jit or op not in NAMELESS:
            return
        name = self.describe(expr) if is_element(expr) else ""
        if name or isinstance(expr, (tree.Call, tree.MethodCall, tree.Paren, tree.Vararg)):
            known = self.hints.setdefault(self.out.line, {})
            known["element"] = name if known.get("element", name) == name else ""

    def hint_indexed(self, expr: tree.Index) -> None:
        """LuaJIT names no element of a table, and takes the field of an `or` for the whole."""
        obj = expr.obj
        while isinstance(obj, tree.Paren):
            obj = obj.expr
        if isinstance(obj, (tree.And, tree.Or)):
            last = obj.right
            while isinstance(last, (tree.And, tree.Or)):
                last = last.right
            if isinstance(last, tree.Index) and isinstance(last.key, tree.Const):
                self.hint("unnamed", str(last.key.value))
        elif is_element(obj):
            self.hint("index", self.describe(obj))

    def hint_called(self, func: tree.Expr) -> None:
        while isinstance(func, tree.Paren):
            func = func.expr
        if isinstance(func, tree.Const) and isinstance(func.value, str):
            self.hint("call", "constant '%s'" % func.value)
        elif is_element(func):
            self.hint("call", self.describe(func))

    def index(self, expr: tree.Index) -> None:
        self.prefix(expr.obj)
        if self.jit:
            self.out.at(expr.line)
            self.hint_indexed(expr)
        key = expr.key
        if isinstance(key, tree.Const) and isinstance(key.value, str) and is_name(key.value):
            self.out.at(expr.line)
            self.put("." + key.value)
        else:
            self.out.at(expr.line)
            self.put("[")
            self.expr(key)
            self.put("]")

    def call(self, expr: tree.Call) -> None:
        func = expr.func
        if isinstance(func, (tree.LocalRef, tree.Global)):
            self.out.at(expr.line)
        self.prefix(func)
        if self.jit:
            self.hint_called(func)
        else:
            self.out.at(expr.line)  # LuaJIT refuses a parenthesis that begins a line
        self.put("(")
        self.exprs(expr.args)
        self.put(")")

    def method_call(self, expr: tree.MethodCall) -> None:
        self.prefix(expr.obj)
        self.out.at(expr.line)
        if self.jit and is_element(expr.obj):
            self.hint("index", self.describe(expr.obj))
        self.put(":%s(" % expr.name)
        self.exprs(expr.args)
        self.put(")")

    def binary(self, expr: "tree.Binary | tree.And | tree.Or") -> None:
        """Operators. Long chains lean to one side: no recursion along it."""
        op = operator(expr)
        helper = self.helpers.get(op, "")
        if op == "%" and helper and is_finite(expr.right):
            helper = ""
        if helper:
            self.out.at(expr.line)
            if op in HELPERS:
                self.hint_operands(expr)
            self.put("(" + helper + "(")  # in parentheses: never a tail call
            turned = op in (">", ">=")
            self.expr(expr.right if turned else expr.left)
            self.put(", ")
            self.expr(expr.left if turned else expr.right)
            self.put("))")
            return
        chain = [expr]
        if op in ("..", "^"):
            self.right_chain(op, chain)
            return
        least = PRECEDENCE[op][0]
        left = expr.left
        while (
            isinstance(left, (tree.Binary, tree.And, tree.Or))
            and operator(left) not in ("..", "^")
            and least <= self.precedence(left) < HIGHEST
        ):
            chain.append(left)
            least = PRECEDENCE[operator(left)][0]
            left = left.left
        op = operator(chain[-1])
        self.hint_element(op, left)
        self.operand(left, least)
        while chain:
            node = chain.pop()
            op = operator(node)
            self.out.at(node.line)
            self.put(" %s " % op)
            self.hint_element(op, node.right)
            self.operand(node.right, PRECEDENCE[op][1])

    def right_chain(self, op: str, chain: "list[tree.Binary | tree.And | tree.Or]") -> None:
        above = PRECEDENCE[op][0]
        node = chain[0]
        while True:
            self.hint_element(op, node.left)
            self.operand(node.left, above + 1)
            self.out.at(node.line)
            self.put(" %s " % op)
            right = node.right
            if not (isinstance(right, tree.Binary) and right.op == op):
                break
            node = right
        self.hint_element(op, right)
        self.operand(right, PRECEDENCE[op][1])

    def unary(self, expr: tree.Unary) -> None:
        self.out.at(expr.line)
        if self.is_call(expr):
            if expr.op == "~":
                self.hint_operands(expr)
            self.put("(mh__bnot(" if expr.op == "~" else "(mh__len(")
            self.expr(expr.operand)
            self.put("))")
            return
        self.put("not " if expr.op == "not" else expr.op)
        if isinstance(expr.operand, tree.Unary):
            self.put("(")  # two minus signs would begin a comment
            self.expr(expr.operand)
            self.put(")")
        else:
            self.hint_element(expr.op, expr.operand)
            self.operand(expr.operand, UNARY)

    def table(self, expr: tree.Table) -> None:
        self.put("{")
        for i, item in enumerate(expr.items):
            if i:
                self.put(", ")
            if item.key is not None:
                self.put("[")
                self.expr(item.key)
                self.put("] = ")
            self.expr(item.value)
        self.put("}")

    def closure(self, function: tree.Function) -> None:
        """A new closure: native in a direct function, by a factory in a frame-form one, where a
        native capture would be shared by all turns of a loop and all steps."""
        proto = self.protos[function.number]
        if self.names.frame:
            self.queue.append(function)
            self.put("mh__P[%d](" % proto.number)
            self.put(", ".join([self.names.of(var) for var in self.captured(proto)]))
            self.put(")")
        else:
            self.function(function)

    def captured(self, proto: "Proto") -> "list[tree.LocalVar]":
        """Return what the factory of a prototype takes: its upvalues, but for the closure itself,
        which the factory ties."""
        function = proto.function
        found = []
        for var, kind in proto.upvalues:
            if kind == "cell" or self.itself.get(function) is not var:
                found.append(var)
        return found

    def describe(self, expr: tree.Expr) -> str:
        """Return an expression as PUC Lua names it in messages; "" if it has no name there."""
        if isinstance(expr, tree.LocalRef):
            if expr.var.temp:
                return expr.var.known_as
            kind = "local" if expr.var.owner is self.proto.function else "upvalue"
            return "%s '%s'" % (kind, expr.var.name)
        if isinstance(expr, tree.Global):
            return "global '%s'" % expr.name
        if isinstance(expr, tree.MethodCall):
            return "method '%s'" % expr.name
        if isinstance(expr, tree.Index):
            key = expr.key
            if isinstance(key, tree.Const) and isinstance(key.value, str):
                kind = "global" if tree.is_env(expr.obj) else "field"
                return "%s '%s'" % (kind, key.value)
            small = isinstance(key, tree.Const) and type(key.value) is int and 0 <= key.value < 256
            return "field 'integer index'" if small else "field '?'"
        return ""


NAMELESS = ("+", "-", "*", "/", "%", "^", "..", "#")


def is_element(expr: tree.Expr) -> bool:
    """Is it an element of a table by another key than a name?"""
    return isinstance(expr, tree.Index) and not (
        isinstance(expr.key, tree.Const) and isinstance(expr.key.value, str)
    )


def is_finite(expr: tree.Expr) -> bool:
    """Is it a number that stands there, and a finite one?"""
    if not isinstance(expr, tree.Const) or not isinstance(expr.value, (int, float)):
        return False
    return expr.value - expr.value == 0


def operator(expr: "tree.Binary | tree.And | tree.Or") -> str:
    """Return the operator as it is written."""
    if isinstance(expr, tree.Binary):
        return expr.op
    return "and" if isinstance(expr, tree.And) else "or"
