"""Statements and direct functions as Lua text."""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_lua_expr import ExprEmitter
from moonhop_core.lang.emit_lua_names import Names

# Builtins and libraries that the runtime writes in Lua: tail called, they
# would not see their caller.
WRITTEN_IN_LUA = (
    "after", "collectgarbage", "coroutine", "error", "every", "exit", "fs", "hop", "json", "load",
    "log", "now", "print", "publish", "recv", "sleep", "spawn", "subscribe",
)  # fmt: skip


class StatEmitter(ExprEmitter):
    """Writes statements in the source's own structure. Each ends in a semicolon, so none that
    begins with a parenthesis is taken for a call."""

    # ------------------------------------------------------------ functions

    def params(self, function: tree.Function) -> str:
        names = [self.names.of(var) for var in function.params]
        if function.is_vararg:
            names.append("...")
        return ", ".join(names)

    def direct(self, function: tree.Function) -> None:
        """Write a direct function, from its parameters to its end."""
        outer = self.names, self.proto
        self.names, self.proto = Names(), self.protos[function.number]
        self.put("(%s) " % self.params(function))
        self.box_params(function)
        self.block(function.body)
        self.out.at(function.end_line)
        self.put("end")
        self.names, self.proto = outer

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
            self.put("goto %s; " % stat.name)
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
        only = exprs[0] if len(exprs) == 1 else None
        if isinstance(only, tree.Call) and self.is_builtin(only.func):
            self.put("return mh__keep(")
            self.expr(only)
            self.put("); ")
            return
        self.put("return ")
        self.exprs(exprs)
        self.put("; ")

    def is_builtin(self, func: tree.Expr) -> bool:
        """Is `func` the name of a builtin that the runtime writes in Lua and that can fail?"""
        if isinstance(func, tree.Global):
            return func.name in WRITTEN_IN_LUA
        if not isinstance(func, tree.Index) or not isinstance(func.obj, tree.Global):
            return False
        library = func.obj.name
        if library == "math":
            return isinstance(func.key, tree.Const) and func.key.value == "random"
        return library in WRITTEN_IN_LUA

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
        self.put("for %s in " % ", ".join(names))
        if not self.gmatch(stat.exprs):
            self.exprs(stat.exprs)
        self.put(" do ")
        for box in boxes:
            self.put(box)
        self.block(stat.body)
        self.put("end ")

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
