"""A function's body as blocks (see lowered.py), cut at suspending calls and at jumps.

The order of evaluation is PUC Lua's: what stands before a suspending call in an expression is
evaluated before it and kept in a temporary, unless it cannot change meanwhile.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.lowered import (
    Block,
    Branch,
    CloseScope,
    ForLoop,
    ForPrepare,
    Jump,
    OpenClose,
    Proto,
    Return,
    Spread,
    Suspend,
)
from moonhop_core.lang.marking import Marks, contains_suspension

FOR_START = "(for)"  # pseudo-global: the runtime's helper that starts a generic for


class Flattener:
    """Turns proto.function's body into proto.blocks."""

    def __init__(self, proto: Proto, marks: Marks):
        self.proto = proto
        self.function = proto.function
        self.flat = marks.flat
        self.blocks: "list[Block]" = []
        self.open = 0  # `<close>` locals open here
        self.loops: "list[tuple[Block, Block, int]]" = []  # where break and continue go, open then
        self.labels: "dict[tree.Label, Block]" = {}
        self.temps = 0
        self.block = self.new_block()

    def run(self) -> "list[Block]":
        entry = self.block
        self.go_to(self.new_block())  # nothing may jump to the entry
        self.stats(self.function.body)
        self.leave_scope(0)
        self.end(Return([], self.function.end_line))
        return [entry] + self.blocks[1:]

    # ------------------------------------------------------------ blocks

    def new_block(self) -> Block:
        block = Block(len(self.blocks))
        self.blocks.append(block)
        return block

    def end(self, end: "Jump | Branch | Return | Suspend | ForLoop") -> None:
        """Close the current block, unless a jump closed it already (what follows is dead)."""
        if self.block.end is None:
            self.block.end = end

    def go_to(self, block: Block) -> None:
        """Jump to `block` and continue there."""
        self.end(Jump(block))
        self.block = block

    def emit(self, stat: tree.Stat) -> None:
        if self.block.end is None:
            self.block.stats.append(stat)

    def temp(self, name: str) -> tree.LocalVar:
        self.temps += 1
        var = tree.LocalVar("(" + name + " " + str(self.temps) + ")", 0, self.function)
        var.temp = True
        return var

    def keep(self, name: str, expr: tree.Expr) -> tree.Expr:
        """Evaluate `expr` now into a temporary; gives its one value."""
        var = self.temp(name)
        self.emit(tree.Local([var], [expr], expr.line))
        return tree.LocalRef(var, expr.line)

    # ------------------------------------------------------------ statements

    def stats(self, block: tree.Block) -> None:
        """The statements of a scope; closes nothing at its end (see leave_scope)."""
        before = self.open
        for stat in block.stats:
            if isinstance(stat, tree.Label) and stat.depth == before < self.open:
                self.leave_scope(before)  # a label at a block's end lies outside its scope
            self.stat(stat)

    def scope(self, block: tree.Block) -> None:
        before = self.open
        self.stats(block)
        self.leave_scope(before)

    def leave_scope(self, depth: int) -> None:
        if self.open > depth:
            self.emit(CloseScope(self.open - depth, 0))
        self.open = depth

    def jump_out(self, target: Block, depth: int) -> None:
        """Leave scopes down to `depth` open ones and jump; the code after it is dead."""
        if self.open > depth:
            self.emit(CloseScope(self.open - depth, 0))
        self.end(Jump(target))
        self.block = self.new_block()

    def stat(self, stat: tree.Stat) -> None:
        if id(stat) not in self.flat:
            if isinstance(stat, tree.Return):
                self.end(Return(stat.exprs, stat.line))
                self.block = self.new_block()
            elif not isinstance(stat, tree.Label):
                self.emit(stat)
        elif isinstance(stat, tree.Local):
            self.local(stat)
        elif isinstance(stat, tree.Assign):
            self.assign(stat)
        elif isinstance(stat, tree.CallStat):
            self.call_stat(stat)
        elif isinstance(stat, tree.Do):
            self.scope(stat.body)
        elif isinstance(stat, tree.While):
            self.while_(stat)
        elif isinstance(stat, tree.Repeat):
            self.repeat(stat)
        elif isinstance(stat, tree.If):
            self.if_(stat)
        elif isinstance(stat, tree.NumericFor):
            self.numeric_for(stat)
        elif isinstance(stat, tree.GenericFor):
            self.generic_for(stat)
        elif isinstance(stat, tree.Return):
            self.return_(stat)
        elif isinstance(stat, tree.Break):
            target, _, depth = self.loops[-1]
            self.jump_out(target, depth)
        elif isinstance(stat, tree.Goto):
            self.goto(stat)
        elif isinstance(stat, tree.Label):
            self.go_to(self.label_block(stat))
        else:
            raise AssertionError(stat)

    def local(self, stat: tree.Local) -> None:
        call = self.single_suspending_call(stat.exprs)
        if call is not None and not any(var.is_cell for var in stat.vars):
            self.suspend(call, wants=stat.vars)
        else:
            several = len(stat.vars) > len(stat.exprs)
            self.emit(tree.Local(stat.vars, self.sequence(stat.exprs, several), stat.line))
        for var in stat.vars:
            if var.attrib == "close":
                self.emit(OpenClose(var, stat.line))
                self.open += 1

    def assign(self, stat: tree.Assign) -> None:
        targets = stat.targets
        call = self.single_suspending_call(stat.exprs)
        if call is not None and all(self.is_plain(target) for target in targets):
            variables = [target.var for target in targets if isinstance(target, tree.LocalRef)]
            if len(set(variables)) == len(variables):
                self.suspend(call, wants=variables)
                return
        parts: "list[tree.Expr]" = []
        for target in targets:
            if isinstance(target, tree.Index):
                parts.append(target.obj)
                parts.append(target.key)
        count = len(parts)
        # The values are evaluated after the targets' parts.
        values = self.sequence(parts + stat.exprs, several=len(targets) > len(stat.exprs))
        parts, values = values[:count], values[count:]
        residual: "list[tree.Expr]" = []
        for target in targets:
            if isinstance(target, tree.Index):
                target = tree.Index(parts.pop(0), parts.pop(0), target.line)
            residual.append(target)
        self.emit(tree.Assign(residual, values, stat.line))

    def is_plain(self, target: tree.Expr) -> bool:
        """A local of this very function that is no cell: results can go straight into it."""
        return (
            isinstance(target, tree.LocalRef)
            and target.var.owner is self.function
            and not target.var.is_cell
        )

    def call_stat(self, stat: tree.CallStat) -> None:
        if stat.call.suspends:
            self.suspend(stat.call, wants=[])
        else:
            call = self.call_parts(stat.call)
            self.emit(tree.CallStat(call, stat.line))

    def while_(self, stat: tree.While) -> None:
        head, done = self.new_block(), self.new_block()
        self.go_to(head)
        body = self.new_block()
        self.end(Branch(self.expr(stat.cond), body, done))
        self.block = body
        self.loops.append((done, head, self.open))
        self.scope(stat.body)
        self.loops.pop()
        self.end(Jump(head))
        self.block = done

    def repeat(self, stat: tree.Repeat) -> None:
        body, done = self.new_block(), self.new_block()
        self.go_to(body)
        before = self.open
        self.loops.append((done, body, before))
        self.stats(stat.body)
        self.loops.pop()
        cond = self.expr(stat.cond)
        if self.open > before:
            cond = self.keep("until", cond)  # the condition sees the locals: close after it
            self.leave_scope(before)
        self.end(Branch(cond, done, body))
        self.block = done

    def if_(self, stat: tree.If) -> None:
        done = self.new_block()
        for cond, inner in zip(stat.conds, stat.blocks):
            then, orelse = self.new_block(), self.new_block()
            self.end(Branch(self.expr(cond), then, orelse))
            self.block = then
            self.scope(inner)
            self.end(Jump(done))
            self.block = orelse
        if stat.orelse is not None:
            self.scope(stat.orelse)
        self.go_to(done)

    def numeric_for(self, stat: tree.NumericFor) -> None:
        exprs = [stat.start, stat.limit]
        if stat.step is not None:
            exprs.append(stat.step)
        parts = self.sequence(exprs)
        temps = (self.temp("index"), self.temp("limit"), self.temp("step"), self.temp("count"))
        prepare = ForPrepare(
            temps, parts[0], parts[1], parts[2] if len(parts) > 2 else None, stat.line
        )
        self.emit(prepare)
        head, body, done = self.new_block(), self.new_block(), self.new_block()
        self.go_to(head)
        self.end(ForLoop(prepare, stat.var, body, done))
        self.loop_body(stat.body, head, body, done)

    def loop_body(self, inner: tree.Block, head: Block, body: Block, done: Block) -> None:
        self.block = body
        self.loops.append((done, head, self.open))
        self.scope(inner)
        self.loops.pop()
        self.end(Jump(head))
        self.block = done

    def generic_for(self, stat: tree.GenericFor) -> None:
        line = stat.line
        before = self.open
        state = [self.temp("iterator"), self.temp("state"), self.temp("control")]
        if stat.closes:
            state.append(self.temp("closing"))
        start = tree.Call(tree.Global(FOR_START, line), self.values(stat.exprs), line)
        self.emit(tree.Local(state, [start], line))
        if stat.closes:
            self.emit(OpenClose(state[3], line))
            self.open += 1
        head, body, done = self.new_block(), self.new_block(), self.new_block()
        self.go_to(head)
        step = tree.Call(
            tree.LocalRef(state[0], line),
            [tree.LocalRef(state[1], line), tree.LocalRef(state[2], line)],
            line,
        )
        control = state[2]
        rest = [self.temp(var.name) for var in stat.vars[1:]]
        if stat.suspends:
            self.suspend(step, wants=[control] + rest)
        else:
            refs: "list[tree.Expr]" = [tree.LocalRef(var, line) for var in [control] + rest]
            self.emit(tree.Assign(refs, [step], line))
        ended = tree.Binary("==", tree.LocalRef(control, line), tree.Const(None, line), line)
        self.end(Branch(ended, done, body))
        self.block = body
        refs = [tree.LocalRef(var, line) for var in [control] + rest]
        self.emit(tree.Local(stat.vars, refs, line))
        self.loop_body(stat.body, head, body, done)
        self.leave_scope(before)

    def return_(self, stat: tree.Return) -> None:
        call = self.single_suspending_call(stat.exprs)
        if call is not None and self.open == 0:
            func_and_args = self.call_parts(call)
            self.end(Suspend(func_and_args, [], None, None))
        else:
            self.end(Return(self.values(stat.exprs), stat.line))
        self.block = self.new_block()

    def goto(self, stat: tree.Goto) -> None:
        label = stat.label
        assert label is not None
        if stat.structured:
            _, target, depth = self.loops[-1]
            self.jump_out(target, depth)
        else:
            self.jump_out(self.label_block(label), label.depth)

    def label_block(self, label: tree.Label) -> Block:
        if label not in self.labels:
            self.labels[label] = self.new_block()
        return self.labels[label]

    # ------------------------------------------------------------ expressions

    def single_suspending_call(
        self, exprs: "list[tree.Expr]"
    ) -> "tree.Call | tree.MethodCall | None":
        if len(exprs) == 1:
            expr = exprs[0]
            if isinstance(expr, (tree.Call, tree.MethodCall)) and expr.suspends:
                return expr
        return None

    def suspend(
        self,
        call: "tree.Call | tree.MethodCall",
        wants: "list[tree.LocalVar]",
        pack: "tree.LocalVar | None" = None,
    ) -> None:
        """End the block with a suspending call and go on behind it."""
        residual = self.call_parts(call)
        after = self.new_block()
        self.end(Suspend(residual, wants, pack, after))
        self.block = after

    def call_parts(self, call: "tree.Call | tree.MethodCall") -> "tree.Call | tree.MethodCall":
        """The same call with callee and arguments that suspend no more."""
        line = call.line
        if isinstance(call, tree.MethodCall) and [a for a in call.args if contains_suspension(a)]:
            # the method is looked up before the arguments are evaluated
            obj = self.expr(call.obj)
            if not self.is_steady(obj, False):
                obj = self.keep("object", obj)
            method = self.temp("method")
            method.known_as = "method '%s'" % call.name
            field = tree.Index(obj, tree.Const(call.name, line), line)
            self.emit(tree.Local([method], [field], line))
            args = self.sequence(call.args, several=True)
            return tree.Call(tree.LocalRef(method, line), [obj] + args, line)
        first = call.func if isinstance(call, tree.Call) else call.obj
        parts = self.sequence([first] + call.args, several=True)
        if isinstance(call, tree.Call):
            return tree.Call(parts[0], parts[1:], call.line)
        return tree.MethodCall(parts[0], call.name, parts[1:], call.line)

    def values(self, exprs: "list[tree.Expr]") -> "list[tree.Expr]":
        return self.sequence(exprs, several=True)

    def sequence(
        self, exprs: "list[tree.Expr]", several: bool = False, late_locals: bool = False
    ) -> "list[tree.Expr]":
        """Evaluate up to the last suspending one; the rest can be evaluated in place later.

        several      the last may give several values (a value list)
        late_locals  own locals are read when the operation happens (operands of operators)
        """
        last = -1
        for index, expr in enumerate(exprs):
            if contains_suspension(expr):
                last = index
        done: "list[tree.Expr]" = []
        for index, expr in enumerate(exprs):
            if index > last:
                done.append(expr)
                continue
            if contains_suspension(expr):
                expr = self.expr(expr, several and index == len(exprs) - 1)
            if index < last and not self.is_steady(expr, late_locals):
                expr = self.keep("value", expr)
            done.append(expr)
        return done

    def is_steady(self, expr: tree.Expr, late_locals: bool) -> bool:
        """Will `expr` give the same value after a suspension (or does Lua read it late anyway)?"""
        if isinstance(expr, tree.Const):
            return True
        if isinstance(expr, tree.LocalRef):
            return not expr.var.assigned or (late_locals and expr.var.owner is self.function)
        return False

    def expr(self, expr: tree.Expr, several: bool = False) -> tree.Expr:
        """What is left of `expr` once its suspending calls are done."""
        if not contains_suspension(expr):
            return expr
        line = expr.line
        if isinstance(expr, (tree.Call, tree.MethodCall)):
            if not expr.suspends:
                return self.call_parts(expr)
            result = self.temp("result")
            if several:
                self.suspend(expr, [], pack=result)
                return Spread(result, line)
            self.suspend(expr, [result])
            return tree.LocalRef(result, line)
        if isinstance(expr, tree.Paren):
            inner = self.expr(expr.expr)
            return tree.Paren(inner, line) if tree.is_multi(inner) else inner
        if isinstance(expr, tree.Binary):
            left, right = self.sequence([expr.left, expr.right], late_locals=expr.op != "..")
            return tree.Binary(expr.op, left, right, line)
        if isinstance(expr, tree.Unary):
            return tree.Unary(expr.op, self.expr(expr.operand), line)
        if isinstance(expr, tree.Index):
            obj, key = self.sequence([expr.obj, expr.key], late_locals=True)
            return tree.Index(obj, key, line)
        if isinstance(expr, (tree.And, tree.Or)):
            return self.shortcut(expr)
        if isinstance(expr, tree.Table):
            return self.table(expr)
        raise AssertionError(expr)

    def shortcut(self, expr: "tree.And | tree.Or") -> tree.Expr:
        var = self.temp("either")
        self.emit(tree.Local([var], [self.expr(expr.left)], expr.line))
        more, done = self.new_block(), self.new_block()
        ref = tree.LocalRef(var, expr.line)
        if isinstance(expr, tree.And):
            self.end(Branch(ref, more, done))
        else:
            self.end(Branch(ref, done, more))
        self.block = more
        self.emit(tree.Assign([ref], [self.expr(expr.right)], expr.line))
        self.go_to(done)
        return ref

    def table(self, expr: tree.Table) -> tree.Expr:
        parts: "list[tree.Expr]" = []
        for item in expr.items:
            if item.key is not None:
                parts.append(item.key)
            parts.append(item.value)
        several = bool(expr.items) and expr.items[-1].key is None
        parts = self.sequence(parts, several=several)
        items: "list[tree.TableItem]" = []
        at = 0
        for item in expr.items:
            key = None
            if item.key is not None:
                key = parts[at]
                at += 1
            items.append(tree.TableItem(key, parts[at], item.line))
            at += 1
        return tree.Table(items, expr.line)
