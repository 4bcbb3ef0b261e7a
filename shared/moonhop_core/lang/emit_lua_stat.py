"""Statements and direct functions as Lua text."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_lua_expr import ExprEmitter
from moonhop_core.lang.emit_lua_names import Names
from moonhop_core.lang.emit_lua_writer import quoted

# Builtins and libraries that the runtime writes in Lua: tail called, they
# would not see their caller.
WRITTEN_IN_LUA = (
    "after", "collectgarbage", "coroutine", "error", "every", "exit", "fs", "hop", "json", "load",
    "log", "now", "print", "publish", "recv", "sleep", "spawn", "subscribe",
)  # fmt: skip

OURS = ("math.random", "math.randomseed", "string.gmatch")  # of libraries that are the engine's

# What else LuaJIT's own functions give: one value, or perhaps several.
SINGLE = (
    "getmetatable", "rawget", "rawequal", "rawset", "setmetatable", "tostring", "type",
    "math.floor", "math.max", "math.min", "math.sqrt", "string.format", "string.rep",
    "string.sub", "table.concat",
)  # fmt: skip
STRING_METHODS = ("byte", "find", "format", "gmatch", "gsub", "match", "rep", "sub", "unpack")
SEVERAL = ("ipairs", "next", "pairs", "rawlen", "select", "tonumber")


def builtin_name(func: tree.Expr) -> str:
    """Return the dotted name that `func` spells, "" if it is another expression."""
    if isinstance(func, tree.Global):
        return func.name
    if (
        isinstance(func, tree.Index)
        and isinstance(func.obj, tree.Global)
        and isinstance(func.key, tree.Const)
        and isinstance(func.key.value, str)
    ):
        return func.obj.name + "." + func.key.value
    return ""


class StatEmitter(ExprEmitter):
    """Writes statements in the source's own structure. Each ends in a semicolon, so none that
    begins with a parenthesis is taken for a call.

    wraps    names of variables that hold functions of coroutine.wrap
    leaving  inside a loop that is a function of its own (LuaJIT): labels outside it, gone to
    inside   the labels inside each such loop
    """

    wraps: "set[str]"
    leaving: "list[str] | None" = None

    # ------------------------------------------------------------ functions

    def params(self, function: tree.Function) -> str:
        names = [self.names.of(var) for var in function.params]
        if function.is_vararg:
            names.append("...")
        return ", ".join(names)

    def direct(self, function: tree.Function) -> None:
        """Write a direct function, from its parameters to its end."""
        outer = self.names, self.proto, self.leaving, self.inside
        self.names, self.proto = Names(), self.protos[function.number]
        self.leaving, self.inside = None, []
        self.put("(%s) " % self.params(function))
        self.box_params(function)
        self.block(function.body)
        self.out.at(function.end_line)
        self.put("end")
        self.names, self.proto, self.leaving, self.inside = outer

    def box_params(self, function: tree.Function) -> None:
        for var in function.params:
            if var in self.boxed:
                name = self.names.of(var)
                self.put("%s = %s; " % (name, self.boxing(var, name)))

    def block(self, block: tree.Block) -> None:
        for stat in block.stats:
            self.stat(stat)

    # ------------------------------------------------------------ statements

    def stat(self, stat: tree.Stat) -> None:
        """Write a statement."""
        if not isinstance(stat, (tree.Label, tree.CallStat)):
            self.out.at(stat.line)
        if isinstance(stat, tree.Local):
            self.declare(stat.vars, stat.exprs, "local ")
        elif isinstance(stat, tree.Assign):
            self.assign(stat)
        elif isinstance(stat, tree.CallStat):
            self.expr(stat.call)
            self.put("; ")
        elif isinstance(stat, tree.LocalFunction):
            self.local_function(stat, "local ")
        elif isinstance(stat, tree.If):
            self.if_(stat)
        elif isinstance(stat, tree.Return):
            self.return_(stat.exprs)
        elif isinstance(stat, tree.Do):
            self.put("do ")
            self.block(stat.body)
            self.put("end ")
        elif isinstance(stat, tree.While):
            self.put("while ")
            self.expr(stat.cond)
            self.put(" do ")
            self.block(stat.body)
            self.put("end ")
        elif isinstance(stat, tree.Repeat):
            self.put("repeat ")
            self.block(stat.body)
            self.put("until ")
            self.expr(stat.cond)
            self.put("; ")
        elif isinstance(stat, tree.NumericFor):
            self.numeric_for(stat)
        elif isinstance(stat, tree.GenericFor):
            self.generic_for(stat)
        elif isinstance(stat, tree.Break):
            self.put("break; ")
        elif isinstance(stat, tree.Goto):
            self.goto(stat.name)
        elif isinstance(stat, tree.Label):
            self.put("::%s:: " % stat.name)
        else:
            raise AssertionError(stat)

    def declare(
        self, variables: "list[tree.LocalVar]", exprs: "list[tree.Expr]", word: str
    ) -> None:
        """Give new variables their first values: `word` is "local " or, if they are declared
        already, nothing."""
        if len(variables) == 1 and len(exprs) <= 1 and variables[0] in self.boxed:
            var = variables[0]
            self.put("%s%s = " % (word, self.names.of(var)))
            before, after = self.boxing(var, "\0").split("\0")
            self.put(before)
            if exprs:
                self.expr(exprs[0])
            else:
                self.put("nil")
            self.put(after + "; ")
            return
        self.put(word + ", ".join([self.names.of(var) for var in variables]))
        if exprs or not word:
            self.put(" = ")
            if exprs:
                self.exprs(exprs)
            else:
                self.put("nil")
        self.put("; ")
        self.box(variables)

    def box(self, variables: "list[tree.LocalVar]") -> None:
        """Put variables that just got plain values into boxes."""
        for var in variables:
            if var in self.boxed:
                name = self.names.of(var)
                self.put("%s = %s; " % (name, self.boxing(var, name)))

    def local_function(self, stat: tree.LocalFunction, word: str) -> None:
        name = self.names.of(stat.var)
        if word and self.is_native(stat):
            self.function(stat.func, name)
            self.put(" ")
            return
        if stat.var in self.boxed:
            self.put("%s%s = {}; " % (word, name))
        elif word:
            self.put("local %s; " % name)
        self.put(self.local(stat.var) + " = ")
        self.closure(stat.func)
        self.put("; ")

    def is_native(self, stat: tree.LocalFunction) -> bool:
        """Can it be a `local function`? LuaJIT takes its name for a constant only then."""
        frame = self.names.frame or self.protos[stat.func.number].frame
        return not frame and stat.var not in self.boxed

    def assign(self, stat: tree.Assign) -> None:
        for i, target in enumerate(stat.targets):
            if i:
                self.put(", ")
            self.expr(target)
        self.put(" = ")
        self.exprs(stat.exprs)
        self.put("; ")

    def if_(self, stat: tree.If) -> None:
        for i, cond in enumerate(stat.conds):
            self.put("elseif " if i else "if ")
            self.expr(cond)
            self.put(" then ")
            self.block(stat.blocks[i])
        if stat.orelse is not None:
            self.put("else ")
            self.block(stat.orelse)
        self.put("end ")

    def return_(self, exprs: "list[tree.Expr]") -> None:
        """A direct function's return. Builtins that are written in Lua are not tail called: their
        errors say who called."""
        if self.leaving is not None:
            self.put("do return 1")
            for expr in exprs:
                self.put(", ")
                self.expr(expr)
            self.put(" end ")
            return
        only = exprs[0] if len(exprs) == 1 else None
        if isinstance(only, tree.MethodCall) and self.is_text_method(only.name):
            self.put("return mh__keep(")
            self.expr(only)
            self.put("); ")
            return
        if isinstance(only, tree.Call) and self.is_single(only.func):
            self.put("return (")  # LuaJIT forgets who tail called its own functions, too
            self.expr(only)
            self.put("); ")
            return
        if isinstance(only, tree.Call) and self.is_builtin(only.func):
            self.put("return mh__keep(")
            self.expr(only)
            self.put("); ")
            return
        self.put("return ")
        self.exprs(exprs)
        self.put("; ")

    def is_single(self, func: tree.Expr) -> bool:
        """Is `func` such a builtin, and one that gives exactly one value?"""
        name = builtin_name(func)
        return name == "setmetatable" or (self.jit and name in SINGLE)

    def is_builtin(self, func: tree.Expr) -> bool:
        """Is `func` the name of a builtin that can fail and would not see its caller?"""
        if isinstance(func, tree.LocalRef) and func.var.name in self.wraps:
            return True
        name = builtin_name(func)
        if name in self.wraps:
            return True
        library = name.split(".")[0]
        if name in WRITTEN_IN_LUA or library in WRITTEN_IN_LUA or name in OURS:
            return True
        return self.jit and (name in SEVERAL or library in ("math", "string", "table", "utf8"))

    def is_text_method(self, name: str) -> bool:
        """The same for a method: whatever has it, strings do."""
        return name == "gmatch" or (self.jit and name in STRING_METHODS)

    def numeric_for(self, stat: tree.NumericFor) -> None:
        name = self.names.of(stat.var)
        boxed = stat.var in self.boxed
        self.put("for %s = " % ("mh__i" if boxed else name))
        self.expr(stat.start)
        self.put(", ")
        self.expr(stat.limit)
        step = stat.step
        if step is not None:
            self.put(", ")
            if self.jit and not (isinstance(step, tree.Const) and step.value not in (0, 0.0)):
                self.put("mh__step(")
                self.expr(step)
                self.put(")")
            else:
                self.expr(step)
        self.put(" do ")
        if boxed:
            self.put("local %s = %s; " % (name, self.boxing(stat.var, "mh__i")))
        self.block(stat.body)
        self.put("end ")

    def generic_for(self, stat: tree.GenericFor) -> None:
        names = []
        boxes = []
        for i, var in enumerate(stat.vars):
            name = self.names.of(var)
            if var in self.boxed:
                boxes.append("local %s = %s; " % (name, self.boxing(var, "mh__i%d" % i)))
                name = "mh__i%d" % i
            names.append(name)
        head = "for %s in " % ", ".join(names)
        if self.jit and stat.closes:
            self.closing_for(stat, head, boxes)
            return
        if self.jit:
            self.hint("call", "for iterator 'for iterator'")
        self.put(head)
        if not self.gmatch(stat.exprs):
            self.exprs(stat.exprs)
        self.put(" do ")
        self.for_body(stat, boxes)

    def for_body(self, stat: tree.GenericFor, boxes: "list[str]") -> None:
        for box in boxes:
            self.put(box)
        self.block(stat.body)
        self.put("end ")

    def closing_for(self, stat: tree.GenericFor, head: str, boxes: "list[str]") -> None:
        """A loop whose closing value LuaJIT would forget: its body is a function that is called
        under protection, and what leaves it by other ways than its end comes out as values."""
        dots = "..." if self.proto.function.is_vararg else ""
        self.put("do local mh__f, mh__s, mh__c, mh__x = ")
        self.exprs(stat.exprs)
        self.put("; local mh__v = mh__rest(0, mh__closing(mh__x, function(%s) " % dots)
        self.hint("call", "for iterator 'for iterator'")
        self.put(head + "mh__f, mh__s, mh__c do ")
        outer, self.leaving = self.leaving, []
        inside = labels(stat.body)
        self.inside.append(inside)
        self.for_body(stat, boxes)
        self.inside.pop()
        leaving, self.leaving = self.leaving, outer
        self.put("end%s)); " % (", ..." if dots else ""))
        self.put("if mh__v[1] == 1 then ")
        if self.leaving is not None:
            self.put("return mh__unpack(mh__v, 1, mh__v.n) ")
        else:
            self.put("return mh__unpack(mh__v, 2, mh__v.n) ")
        for name in leaving:
            self.put("elseif mh__v[1] == %s then " % quoted(name))
            self.goto(name)
        self.put("end end ")

    def goto(self, name: str) -> None:
        if self.leaving is not None and name not in self.inside[-1]:
            if name not in self.leaving:
                self.leaving.append(name)
            self.put("do return %s end " % quoted(name))
            return
        self.put("goto %s; " % name)

    def gmatch(self, exprs: "list[tree.Expr]") -> bool:
        """Write `s:gmatch(p)` or `string.gmatch(s, p)` right behind `in`: nobody else gets hold of
        that iterator, so it may be the engine's own, which is faster and cannot hop."""
        call = exprs[0]
        if len(exprs) != 1:
            return False
        if isinstance(call, tree.MethodCall) and call.name == "gmatch":
            self.put("mh__gmatch(false, ")
            self.exprs([call.obj] + call.args)
            self.put(")")
            return True
        if not isinstance(call, tree.Call) or not isinstance(call.func, tree.Index):
            return False
        func = call.func
        if not (isinstance(func.key, tree.Const) and func.key.value == "gmatch"):
            return False
        self.put("mh__gmatch(")
        self.exprs([func] + call.args)
        self.put(")")
        return True


def labels(block: tree.Block) -> "set[str]":
    """Return the labels inside a block, but for those of functions there."""
    found: "set[str]" = set()
    todo: "list[tree.Node]" = [block]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Label):
            found.add(node.name)
        todo += [child for child in tree.children(node) if not isinstance(child, tree.Function)]
    return found
