"""Lowered prototypes as one Lua chunk (engines lua54 and luajit).

Direct functions are emitted as they stand, nested in each other, with native upvalues: a program
pays nothing for being able to hop. Each function begins on an emitted line of its own, so the line
on which a closure's function is defined tells its prototype. Functions that stand in a frame-form
function are made by factories at the chunk's top level; so is the main chunk.

Only the standard Lua text goes through `load`; the prototypes' properties go beside it, as a table
written in Lua (`LuaText.info`).
"""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_lua_frame import FrameEmitter
from moonhop_core.lang.emit_lua_names import OWN, find_boxed, source_name
from moonhop_core.lang.emit_lua_stat import builtin_name
from moonhop_core.lang.emit_lua_writer import LuaText, LuaWriter, quoted
from moonhop_core.lang.lowered import Suspend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Lowered, Proto

# What the chunk takes, in this order.
HELPERS = (
    "token", "nested", "keep", "frame", "P", "for", "forprep", "open", "close", "rest", "unpack",
    "gmatch",
)  # fmt: skip
JIT_HELPERS = HELPERS + (
    "env", "idiv", "band", "bor", "bxor", "bnot", "shl", "shr", "len", "step", "eq", "lt", "le",
    "mod", "closing",
)  # fmt: skip
DIALECTS = ("lua54", "luajit")


def emit_lua(lowered: "Lowered", dialect: str) -> LuaText:
    """Return the program as text for a dialect, "lua54" or "luajit"."""
    if dialect not in DIALECTS:
        raise ValueError("unknown dialect " + dialect)
    return _Chunk(lowered, dialect).emit()


def header(dialect: str) -> str:
    """Return the text that binds the runtime's helpers; it stands on the chunk's first line."""
    names = JIT_HELPERS if dialect == "luajit" else HELPERS
    return "local " + ", ".join([OWN + name for name in names]) + " = ...; "


class _Chunk(FrameEmitter):
    def __init__(self, lowered: "Lowered", dialect: str):
        self.lowered = lowered
        self.result = LuaText(lowered, dialect)
        self.wraps: "set[str]" = set()
        itself: "dict[tree.Function, tree.LocalVar]" = {}
        named: "set[str]" = set()
        for proto in lowered.protos:
            survey(proto.function.body, itself, named, self.wraps)
        boxed = find_boxed(lowered)
        FrameEmitter.__init__(self, LuaWriter(), dialect, lowered.protos, boxed, itself, named)

    def emit(self) -> LuaText:
        result = self.result
        self.put(header(result.dialect))
        self.queue.extend([part.main for part in self.lowered.parts])
        while self.queue:
            self.factory(self.queue.pop(0))
        self.out.newline()
        result.text = self.out.text()
        result.lines = self.out.lines
        result.info = describe(self)
        return result

    def factory(self, function: tree.Function) -> None:
        """Write the factory of a function: takes what it captures, returns the closure."""
        proto = self.protos[function.number]
        names = [source_name(var) for var in self.captured(proto)]
        self.out.newline()
        self.put("mh__P[%d] = function(%s) " % (proto.number, ", ".join(names)))
        if len(names) == len(proto.upvalues):
            self.put("return ")
            self.function(function)
            self.put(" end; ")
            return
        name = source_name(self.itself[function])
        if proto.frame:
            self.put("local %s; %s = " % (name, name))
            self.function(function)
            self.put("; ")
        else:
            self.function(function, name)
        self.put(" return %s end; " % name)

    def function(self, function: tree.Function, name: str = "") -> None:
        """Write a function as it stands, beginning on a line of its own."""
        proto = self.protos[function.number]
        if proto.frame:
            self.put("mh__frame(%d, " % proto.number)
        self.out.fresh(function.line)
        self.put("local function " + name if name else "function")
        start = self.out.size
        self.result.starts[proto.number] = self.out.line
        if proto.frame:
            self.step(function)
        else:
            self.direct(function)
        self.result.spans[proto.number] = (start, self.out.size)
        self.result.stops[proto.number] = self.out.line
        if proto.frame:
            self.put(")")


# Metamethods whose operators take a detour where a text has the name, or what may begin it.
ASKED = ("__eq", "__lt", "__le", "__len")


def survey(
    node: tree.Node,
    itself: "dict[tree.Function, tree.LocalVar]",
    named: "set[str]",
    wraps: "set[str]",
) -> None:
    """Note which function is the value of which `local function`, which names of metamethods the
    text has, and which variables get what coroutine.wrap gives."""
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.LocalFunction):
            itself[node.func] = node.var
        elif isinstance(node, (tree.Local, tree.Assign)):
            for index, expr in enumerate(node.exprs):
                if isinstance(expr, tree.Call) and builtin_name(expr.func) == "coroutine.wrap":
                    wraps.update(variable_name(node, index))
        elif isinstance(node, tree.Const):
            value = node.value
            if isinstance(value, str) and value.startswith("_"):
                named.update([event for event in ASKED if event.startswith(value)])
        for child in tree.children(node):
            if not isinstance(child, tree.Function):
                todo.append(child)


def variable_name(node: "tree.Local | tree.Assign", index: int) -> "list[str]":
    """Return the name of the variable, if it is one, that gets the value of that number."""
    if isinstance(node, tree.Local):
        return [var.name for var in node.vars[index : index + 1]]
    found = []
    for target in node.targets[index : index + 1]:
        if isinstance(target, tree.LocalRef):
            found.append(target.var.name)
        elif isinstance(target, tree.Global):
            found.append(target.name)
    return found


# ---------------------------------------------------------------- what the loader has to know


def describe(chunk: _Chunk) -> str:
    """Return Lua text of the table {name, header, lines, hints, modules = {[name] = {number of the
    main chunk, file, last number}}, protos = {[number] = …}}."""
    result = chunk.result
    parts = [
        "return {name = %s, header = %s,\n" % (quoted(result.name), quoted(header(result.dialect)))
    ]
    parts.append("lines = {%s},\n" % ",".join([str(line) for line in result.lines]))
    if chunk.hints:
        parts.append("hints = {\n")
        for line in sorted(chunk.hints):
            found = chunk.hints[line]
            fields = ["%s = %s" % (what, quoted(found[what])) for what in sorted(found)]
            parts.append("[%d] = {%s},\n" % (line, ", ".join(fields)))
        parts.append("},\n")
    modules = chunk.lowered.parts[1:]
    for at, part in enumerate(modules):
        last = modules[at + 1].main.number if at + 1 < len(modules) else len(chunk.protos)
        parts.append("" if at else "modules = {")
        parts.append("[%s] = " % quoted(part.module))
        parts.append("{%d, %s, %d},\n" % (part.main.number, quoted(part.name), last - 1))
    if modules:
        parts.append("},\n")
    parts.append("protos = {\n")
    for proto in chunk.protos:
        if proto.number in result.starts:
            parts.append("[%d] = {%s},\n" % (proto.number, describe_proto(chunk, proto)))
    parts.append("}}\n")
    return "".join(parts)


def describe_proto(chunk: _Chunk, proto: "Proto") -> str:
    """One prototype: number, name, line (Lua), start and stop (emitted), first and last character;
    of each upvalue its emitted name, the program's name and kind (v value, c native cell, b box).

    In frame form also slots, and by resume point: kinds of the live values (v value, b box, p
    pack), their names, and calls {line, what is called, what its method is called on}, with tail
    calls under negative numbers.
    """
    function = proto.function
    first, behind = chunk.result.spans[proto.number]
    fields = [
        "number = %d" % proto.number,
        "name = %s" % quoted(function.name),
        "line = %d" % function.line,
        "start = %d" % chunk.result.starts[proto.number],
        "stop = %d" % chunk.result.stops[proto.number],
        "first = %d" % (first + 1),
        "last = %d" % behind,
        "names = {%s}" % ",".join([quoted(source_name(var)) for var, _ in proto.upvalues]),
        "vars = {%s}" % ",".join([quoted(var.name) for var, _ in proto.upvalues]),
        "kinds = %s"
        % quoted(
            "".join(
                [
                    "v" if kind == "value" else "b" if var in chunk.boxed else "c"
                    for var, kind in proto.upvalues
                ]
            )
        ),
    ]
    if proto.frame:
        fields += describe_frame(chunk, proto)
    return ", ".join(fields)


def describe_frame(chunk: _Chunk, proto: "Proto") -> "list[str]":
    """What a prototype in frame form has besides."""
    packs = set()
    if proto.varargs is not None:
        packs.add(proto.varargs)
    calls = []
    tails = 0
    chunk.proto = proto
    for block in proto.blocks:
        end = block.end
        if not isinstance(end, Suspend):
            continue
        if end.pack is not None:
            packs.add(end.pack)
        call = end.call
        pc = end.pc
        if pc is None:
            tails += 1
            pc = -tails
        func = call if isinstance(call, tree.MethodCall) else call.func
        obj = chunk.describe(call.obj) if isinstance(call, tree.MethodCall) else ""
        calls.append(
            "[%d] = {%d, %s, %s}" % (pc, end.line, quoted(chunk.describe(func)), quoted(obj))
        )
    kinds = []
    keys = []
    for pc, live in enumerate(proto.live):
        kinds.append(
            quoted(
                "".join(
                    [
                        "p" if var in packs else "b" if pc and var in chunk.boxed else "v"
                        for var in live
                    ]
                )
            )
        )
        keys.append("{%s}" % ",".join([quoted(var.name) for var in live]))
    return [
        "frame = true",
        "params = %d" % len(proto.function.params),
        "slots = %d" % max([len(live) for live in proto.live]),
        "live = {[0] = %s}" % ",".join(kinds),
        "livenames = {[0] = %s}" % ",".join(keys),
        "calls = {%s}" % ",".join(calls),
    ]
