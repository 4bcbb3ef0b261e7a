"""Frame-form functions as Lua text: step functions.

    function(mh__k, mh__F, mh__pc, a, b)     the machine gives token, frame, resume point, values
    if mh__k ~= mh__token then               called by anybody else: run on a stack of its own
        return mh__keep(mh__nested(mh__k, mh__F)) end
    local c, d                               all locals that more than one block mentions
    if mh__pc ~= 0 then … goto mh__b3 … end  back to where it was left
    ::mh__b3:: do … end                      the blocks

A step returns 0 and its results, 1 and a call to make (function, arguments), or 2 and a tail call.
The frame is {closure, pc, closers, live values as Proto.live[pc] has them}. Behind a tail call's
negative pc stands only where the call is.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_lua_names import FrameNames
from moonhop_core.lang.emit_lua_stat import StatEmitter
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
    Suspend,
)

SLOTS = 3  # of a frame before its live values


class FrameEmitter(StatEmitter):
    """Writes frame-form functions; `tails` counts a function's tail calls."""

    tails = 0
    at_block_level = False

    def step(self, function: tree.Function) -> None:
        """Write the step function of a frame-form function, from its parameters to its end."""
        outer = self.names, self.proto, self.tails, self.at_block_level
        proto = self.protos[function.number]
        names = FrameNames(proto)
        self.names, self.proto, self.tails = names, proto, 0
        given = self.head(proto, names)
        self.put("if mh__pc ~= 0 then ")
        self.resume_tree(1, len(proto.resumes), given)
        self.put("end ")
        self.entry(proto)
        for at, block in enumerate(proto.blocks):
            following = proto.blocks[at + 1] if at + 1 < len(proto.blocks) else None
            self.block_text(block, following)
        self.out.at(function.end_line)
        self.put("end")
        self.names, self.proto, self.tails, self.at_block_level = outer

    # ------------------------------------------------------------ entry and resumes

    def head(self, proto: Proto, names: FrameNames) -> "list[str]":
        """Write the head; returns the names that values come in by, [] for `...`."""
        function = proto.function
        params = [names.of(var) for var in function.params]
        ends = [block.end for block in proto.blocks if isinstance(block.end, Suspend)]
        given = list(params)
        if function.is_vararg or any(end.pack is not None for end in ends):
            given = []
            self.put("(...) local mh__k, mh__F, mh__pc = ...; ")
            self.put("if mh__k ~= mh__token then return mh__keep(mh__nested(...)) end ")
            if params:
                self.put("local %s; " % ", ".join(params))
        else:
            width = len(params)
            for end in ends:
                width = max(width, len(end.wants))
            for i in range(len(params), width):
                given.append("mh__r%d" % i)
            every = ["mh__k", "mh__F", "mh__pc"] + given
            self.put("(%s) " % ", ".join(every))
            self.put(
                "if mh__k ~= mh__token then return mh__keep(mh__nested(%s)) end "
                % ", ".join(every[: len(params)])
            )
        if names.hoisted:
            self.put("local %s; " % ", ".join(names.hoisted))
        if names.spilled:
            self.put("local mh__L = {}; ")
        return given

    def entry(self, proto: Proto) -> None:
        """Take the arguments: parameters and, if there are any, extra ones."""
        function = proto.function
        if function.is_vararg or self.takes_list(proto):
            self.take_list([self.names.of(var) for var in function.params])
        if proto.varargs is not None:
            self.put(
                "%s = mh__rest(%d, ...); "
                % (self.names.of(proto.varargs), SLOTS + len(function.params))
            )
        self.box_params(function)

    def takes_list(self, proto: Proto) -> bool:
        for block in proto.blocks:
            if isinstance(block.end, Suspend) and block.end.pack is not None:
                return True
        return False

    def take_list(self, names: "list[str]") -> None:
        if names:
            self.put("mh__k, mh__F, mh__pc, %s = ...; " % ", ".join(names))

    def resume_tree(self, low: int, high: int, given: "list[str]") -> None:
        """Find resume point low … high - 1 by halving."""
        if high <= low:
            return
        if high - low == 1:
            self.resume(low, given)
            return
        middle = (low + high) // 2
        self.put("if mh__pc < %d then " % middle)
        self.resume_tree(low, middle, given)
        self.put("else ")
        self.resume_tree(middle, high, given)
        self.put("end ")

    def resume(self, pc: int, given: "list[str]") -> None:
        """Take the results and the live values, and go on."""
        end = self.suspend_of(pc)
        wants = [self.names.of(var) for var in end.wants]
        if end.pack is not None:
            self.put("%s = mh__rest(%d, ...); " % (self.names.of(end.pack), SLOTS))
        elif wants and given:
            self.put("%s = %s; " % (", ".join(wants), ", ".join(given[: len(wants)])))
        else:
            self.take_list(wants)
        for slot, var in enumerate(self.proto.live[pc]):
            if var not in end.wants and var is not end.pack:
                self.put("%s = mh__F[%d]; " % (self.names.of(var), slot + SLOTS + 1))
        self.put("goto mh__b%d; " % self.proto.resumes[pc].index)

    def suspend_of(self, pc: int) -> Suspend:
        """Return the call whose resume point is `pc`."""
        for block in self.proto.blocks:
            if isinstance(block.end, Suspend) and block.end.pc == pc:
                return block.end
        raise AssertionError(pc)

    # ------------------------------------------------------------ blocks

    def block_text(self, block: Block, following: "Block | None") -> None:
        """A block. It is a Lua block of its own: nothing may jump into the scope of a local."""
        self.out.newline()
        if block.index:
            self.put("::mh__b%d:: " % block.index)
        self.put("do ")
        self.at_block_level = True
        for stat in block.stats:
            self.stat(stat)
            if isinstance(stat, tree.Return):
                break
        else:
            self.block_end(block, following)
        self.put("end ")

    def block_end(self, block: Block, following: "Block | None") -> None:
        end = block.end
        if isinstance(end, Jump):
            if end.target is not following:
                self.go(end.target)
        elif isinstance(end, Branch):
            self.branch(end, following)
        elif isinstance(end, Return):
            self.out.at(end.line)
            self.return_(end.exprs)
        elif isinstance(end, ForLoop):
            self.for_loop(end)
        elif isinstance(end, Suspend):
            self.suspend(end)

    def go(self, target: Block) -> None:
        self.put("goto mh__b%d; " % target.index)

    def branch(self, end: Branch, following: "Block | None") -> None:
        self.out.at(end.cond.line)
        if end.then is following:
            self.put("if not (")
            self.expr(end.cond)
            self.put(") then ")
            self.go(end.orelse)
            self.put("end ")
            return
        self.put("if ")
        self.expr(end.cond)
        self.put(" then ")
        self.go(end.then)
        self.put("end ")
        if end.orelse is not following:
            self.go(end.orelse)

    def for_loop(self, end: ForLoop) -> None:
        prepare = end.prepare
        index, last, by, count = [
            self.names.of(var) for var in (prepare.index, prepare.last, prepare.by, prepare.count)
        ]
        name = self.names.of(end.var)
        done = "goto mh__b%d" % end.done.index
        boxed = end.var in self.boxed
        take = "%s = %s" % (name, self.boxing(end.var, index) if boxed else index)
        self.put(
            "if %s then if %s == 0 then %s end %s = %s - 1; %s; if %s ~= 0 then %s = %s + %s end "
            % (count, count, done, count, count, take, count, index, index, by)
        )
        self.put(
            "else if %s > 0 then if not (%s <= %s) then %s end elseif not (%s >= %s) then %s end "
            % (by, index, last, done, index, last, done)
        )
        self.put("%s; %s = %s + %s end " % (take, index, index, by))
        self.go(end.body)

    def suspend(self, end: Suspend) -> None:
        """Leave the step: the machine makes the call."""
        call = end.call
        self.out.at(end.line)
        if end.tail:
            self.tails += 1
            self.put("mh__F[2] = -%d; " % self.tails)
            tag = "2"
        else:
            assert end.pc is not None
            self.put("mh__F[2] = %d; " % end.pc)
            for slot, var in enumerate(self.proto.live[end.pc]):
                self.put("mh__F[%d] = %s; " % (slot + SLOTS + 1, self.names.of(var)))
            tag = "1"
        if isinstance(call, tree.MethodCall):
            obj = "mh__o"
            if isinstance(call.obj, tree.LocalRef) and call.obj.var not in self.boxed:
                obj = self.names.of(call.obj.var)
            else:
                self.put("local mh__o = ")
                self.expr(call.obj)
                self.put("; ")
            self.out.at(end.line)
            self.put("return %s, %s.%s, %s" % (tag, obj, call.name, obj))
        else:
            self.put("return %s, " % tag)
            self.expr(call.func)
        if call.args:
            self.put(", ")
            self.exprs(call.args)
        self.put("; ")

    # ------------------------------------------------------------ statements

    def return_(self, exprs: "list[tree.Expr]") -> None:
        if not self.names.frame:
            StatEmitter.return_(self, exprs)
            return
        self.put("return 0")
        if exprs:
            self.put(", ")
            self.exprs(exprs)
        self.put("; ")

    def stat(self, stat: tree.Stat) -> None:
        """Write a statement; at a block's own level, locals may be declared already."""
        level, self.at_block_level = self.at_block_level, False
        if isinstance(stat, ForPrepare):
            self.for_prepare(stat)
        elif isinstance(stat, OpenClose):
            self.out.at(stat.line)
            self.put("mh__open(mh__F, %s, " % self.local(stat.var))
            self.put('"%s"); ' % stat.var.name)
        elif isinstance(stat, CloseScope):
            self.put("mh__close(mh__F, %d); " % stat.count)
        elif level and isinstance(stat, tree.Local):
            self.out.at(stat.line)
            self.block_level_local(stat)
        elif level and isinstance(stat, tree.LocalFunction):
            self.out.at(stat.line)
            self.local_function(stat, "local " if self.is_block_local(stat.var) else "")
        else:
            StatEmitter.stat(self, stat)
        self.at_block_level = level

    def is_block_local(self, var: tree.LocalVar) -> bool:
        return isinstance(self.names, FrameNames) and var in self.names.local

    def block_level_local(self, stat: tree.Local) -> None:
        inside = [var for var in stat.vars if self.is_block_local(var)]
        if len(inside) == len(stat.vars):
            self.declare(stat.vars, stat.exprs, "local ")
            return
        if inside:
            self.put("local %s; " % ", ".join([self.names.of(var) for var in inside]))
        self.declare(stat.vars, stat.exprs, "")

    def for_prepare(self, stat: ForPrepare) -> None:
        self.out.at(stat.line)
        variables = (stat.index, stat.last, stat.by, stat.count)
        self.put(", ".join([self.names.of(var) for var in variables]))
        self.put(" = mh__forprep(")
        self.expr(stat.start)
        self.put(", ")
        self.expr(stat.limit)
        self.put(", ")
        if stat.step is None:
            self.put("1")
        else:
            self.expr(stat.step)
        self.put("); ")
