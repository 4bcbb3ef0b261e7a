"""Lowered prototypes as one Python module (engine python).

The module has `load(R)`, which ties it to a machine (for good) and returns its factories: factory n
takes the cells of prototype n and returns the Python function of a closure (in frame form: the
step function). `PROTOS` describes the prototypes, `LINES` maps Python lines to Lua lines, `STARTS`
tells where each prototype starts, `ABOUT` names the variables that may be at fault on a line; these
are read when an error is caught or shown. `USES` tells which builtins it may want, `MODULES` which
modules are in it: their names, those of their files, and the numbers of their main chunks. On
MicroPython `DEEP` describes the deep forms (lua/depth.py) of prototypes by their numbers; d3 is the
factory of that of prototype 3.

A function that is to be machine code (`native.py`) has a decorator that MicroPython's compiler
knows, and lets errors out through a function `e` of bytecode: native code leaves no trace in a
traceback, and its caller would be taken for it. Such a `try` costs nothing measurable.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.checks import CHECK, calls, metamethods
from moonhop_core.lang.compact import compact
from moonhop_core.lang.emit_python_absent import absent_fields
from moonhop_core.lang.emit_python_frame import FrameEmitter
from moonhop_core.lang.emit_python_sections import SectionEmitter, too_long
from moonhop_core.lang.emit_python_tail import find_circles
from moonhop_core.lang.errors import not_too_deep
from moonhop_core.lang.flatten import Flattener
from moonhop_core.lang.heavy import cut, mark_heavy
from moonhop_core.lang.literals import quoted
from moonhop_core.lang.lowering import deep_form
from moonhop_core.lang.marking import Marks, mark
from moonhop_core.lang.program_facts import ProgramFacts
from moonhop_core.lang.recursion import recurring
from moonhop_core.lang.uses import uses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Lowered, Proto

NATIVE = "@micropython.native"  # alone on its line
BUILTINS = (
    "type",
    "tuple",
    "int",
    "str",
    "len",
    "float",
    "range",
)  # bound in the module: found at once


def emit_python(lowered: "Lowered", checked: bool = False) -> str:
    """Return the text of the module. checked: it asks at every turn of a loop whether its own turn
    is over (`checks.py`), for Pythons that nothing else can interrupt; numbers and resume
    points are the same. Raises MoonhopError for what is nested too deep.
    """
    text: str = compact(not_too_deep, lowered.name, _text, lowered, checked)
    return text


def _text(lowered: "Lowered", checked: bool) -> str:
    return _Module(lowered, checked).text()


class _Module:
    def __init__(self, lowered: "Lowered", checked: bool):
        self.lowered = lowered
        self.checked = checked
        self.operators_call = checked and metamethods(lowered)
        self.absent = absent_fields(lowered)
        self.known = ProgramFacts(lowered)
        self.out: "list[str]" = []
        self.lua: "list[int]" = []
        self.count = 0  # lines of what is in `done`
        self.done: "list[str]" = []
        self.codes: "list[str]" = []  # of their Lua lines
        self.before = 0  # the last one of these
        self.about: "list[str]" = []
        self.starts: "list[int]" = []
        self.protos: "list[str]" = []
        self.constants: "list[str]" = []
        self.deep: "list[str]" = []  # of second prototypes: number and description
        self.sectioned = False
        self.tails = False  # some function is in tail form

    def text(self) -> str:
        self.put("from moonhop_core.lua.support import *")
        bound = ["%s = %s" % (name, name) for name in BUILTINS]
        if self.checked:
            bound.append(CHECK + " = None")
        self.put("; ".join(bound))
        names = []
        deep = []
        for proto in self.lowered.protos:
            names.append("p%d" % proto.number)
            found = self.function(proto)
            if found is not None:
                deep.append(found)
            self.pack()
        for proto in deep:
            self.deep_function(proto)
            self.pack()
        if self.sectioned:
            self.put("from moonhop_core.lua.sections import MORE, sectioned")
        if self.tails:
            self.put("from moonhop_core.lua.tail_form import FT, go, tail_call")
        if deep:
            self.put("from moonhop_core.lua.depth import deepen, limit, use; DEPTH = limit()")
        if self.constants:
            self.put("from math import ldexp")
            for at, text in enumerate(self.constants):
                self.put("C%d = %s" % (at, text))
        self.put("def load(R):")
        self.put(" global g, G, P, M, S, method")
        self.put(" G = R.globals; g = G.h; P = R.protos; M = R.machine; method = M.method")
        self.put(" S = M.strings")
        self.put(" return (%s,)" % ", ".join(names))
        self.put("NAME = " + quoted(self.lowered.name))
        used = uses(self.lowered)
        self.put("USES = " + ("None" if used is None else quoted(" ".join(used))))
        modules = [
            "(%s, %s, %d)" % (quoted(part.module), quoted(part.name), part.main.number)
            for part in self.lowered.parts[1:]
        ]
        if modules:
            self.put("MODULES = (%s,)" % ", ".join(modules))
        self.put("PROTOS = (%s,)" % ", ".join(self.protos))
        if deep:
            self.put("DEEP = (%s,)" % ", ".join(self.deep))
        self.put("STARTS = (%s,)" % ", ".join([str(line) for line in self.starts]))
        self.pack()
        self.put("LINES = " + quoted("".join(self.codes)))
        self.codes = []
        about = "\n".join(self.about)
        self.about = []
        self.put("ABOUT = " + quoted(about))
        self.done += self.out
        return "\n".join(self.done) + "\n"

    def pack(self) -> None:
        """Make one text of the lines that came last: single ones take much of a board's heap."""
        if self.out:
            self.count += len(self.out)
            self.done.append("\n".join(self.out))
            self.codes.append(encode_lines(self.lua, self.before))
            self.before = self.lua[-1]
            self.out = []
            self.lua = []

    def put(self, text: str, lua: int = 0) -> None:
        self.out.append(text)
        self.lua.append(lua)

    def emitter(self, made: FrameEmitter) -> FrameEmitter:
        """An emitter that knows the module."""
        made.constants = self.constants
        made.absent = self.absent
        made.protos = self.lowered.protos
        made.known = self.known
        made.checked = self.checked
        made.line = made.function.line or (1 if made.proto.flat else 0)
        return made

    def function(self, proto: "Proto") -> "Proto | None":
        """The factory of one prototype; gives its deep form, if it needs one."""
        deep = deep_form(proto) if self.checked else None
        if not (proto.frame or proto.flat) and too_deep(proto.function.body, 0, 0):
            flatten(proto, True)
        known = len(self.constants)
        emitter = self.emitter(FrameEmitter(proto))
        function = proto.function
        params = [emitter.names.of(var) for var in function.params]
        emitter.find_dicts()
        emitter.indent = 2
        head = "def run(fr, v):"
        if proto.frame:
            emitter.frame_body()
        else:
            arity = -1 if function.is_vararg or len(params) > 4 else len(params)
            if arity < 0:
                params = [name + "=None" for name in params]
                params.append("*va")
            find_circles(emitter)
            no_stack = emitter.rounds | emitter.left  # what these call takes none
            if all(id(call) in no_stack for call in recurring(function.body)):
                deep = None
            if emitter.left:
                params.append("tail=False")
            head = "def run(%s):" % ", ".join(params)
            if deep is not None:
                emitter.way_down = self.way_down(emitter)
            if self.enters(function) and not emitter.rounds:
                emitter.check()
            if proto.flat:
                emitter.flat_body()
            else:
                emitter.direct_body()
        if too_long(emitter.lines):
            del self.constants[known:]
            if not (proto.frame or proto.flat):
                flatten(proto, False)
            deep = None
            sections = SectionEmitter(proto)
            emitter = self.emitter(sections)
            find_circles(sections)
            sections.sections()
            head = ""
            self.sectioned = True
        native = bool(head) and self.checked and proto.number in self.lowered.native
        self.factory("p%d" % proto.number, emitter, head, "%d" % proto.number, native)
        self.tails = self.tails or bool(emitter.left)
        form = 1 if proto.frame else 2 if emitter.left else 0
        form += 4 if deep is not None else 0
        self.protos.append(describe(proto, emitter.tails, form, not head))
        return deep

    def deep_function(self, proto: "Proto") -> None:
        """The factory of a deep form."""
        emitter = self.emitter(FrameEmitter(proto))
        emitter.find_dicts()
        emitter.indent = 2
        emitter.frame_body()
        head = "def run(fr, v):"
        if too_long(emitter.lines):
            sections = SectionEmitter(proto)
            emitter = self.emitter(sections)
            sections.sections()
            head = ""
            self.sectioned = True
        name = "d%d" % proto.number
        self.factory(name, emitter, head, name)
        about = describe(proto, emitter.tails, 5, not head)
        self.deep.append("(%d, %s)" % (proto.number, about))

    def way_down(self, emitter: FrameEmitter) -> str:
        """The statement that goes on in deep form where the stack is nearly used up."""
        names = emitter.names
        function = emitter.function
        cells = "".join([names.of(var) + ", " for var in function.upvalues])
        args = "(%s)" % "".join([names.of(var) + ", " for var in function.params])
        if function.is_vararg:
            args += " + va"
        return "if use() > DEPTH: return deepen(P[%d], (%s), %s)" % (function.number, cells, args)

    def factory(
        self, name: str, emitter: FrameEmitter, head: str, label: str, native: bool = False
    ) -> None:
        """Write a prototype's factory around the lines of its body. label: what the calls that
        leave its frame are noted under. native: it is to be machine code."""
        number = emitter.function.number
        captured = [emitter.names.of(var) for var in emitter.function.upvalues]
        self.starts.append(self.count + len(self.out) + 1)
        if native:
            self.put("def e%d(e): raise e" % number, emitter.function.line or 1)
        self.put("def %s(%s):" % (name, ", ".join(captured)))
        if native:
            self.put(" " + NATIVE)
        if head:
            self.put(" " + head, emitter.function.line)
        if native:
            self.put("  try:")
        for line in emitter.lines:
            self.put(" " * (line.indent + native) + line.text, line.lua)
            if line.about:
                self.about.append("%d %s" % (self.count + len(self.out), "`".join(line.about)))
        if native:
            self.put("  except Exception as e:")
            self.put("   e%d(e)" % number)
        self.put(" return run")
        tail = len(emitter.proto.live)
        for end, about in emitter.sites:
            pc = end.pc
            if pc is None:
                pc = tail
                tail += 1
            if about:
                self.about.append("%s.%d %s" % (label, pc, "`".join(about)))

    def enters(self, function: tree.Function) -> bool:
        """Tell whether a direct function may call itself, by way of others perhaps."""
        if not self.lowered.unit and function in [part.main for part in self.lowered.parts]:
            return False
        return self.operators_call or calls(function)


LOOPS = 14  # nested deeper than this is too much for CPython's compiler (20, `try` counted)
SCOPES = 60  # so many indentations are too many


def too_deep(node: tree.Node, loops: int, scopes: int) -> bool:
    """Are statements nested deeper than Python's compiler takes?"""
    if isinstance(node, tree.GenericFor):
        loops += 3
    elif isinstance(node, (tree.While, tree.Repeat, tree.NumericFor)):
        loops += 1
    elif isinstance(node, tree.If):
        scopes += len(node.conds)
    if loops > LOOPS or scopes + loops > SCOPES:
        return True
    for child in tree.children(node):
        if isinstance(child, (tree.Stat, tree.Block)) and too_deep(child, loops, scopes):
            return True
    return False


def flatten(proto: "Proto", whole: bool) -> None:
    """Turn a direct function into blocks, with all its control structures or the large ones."""
    marks = mark(proto.function)
    if whole:
        mark_all(proto.function.body, marks)
    else:
        mark_heavy(proto.function, marks)
    blocks = Flattener(proto, marks).run()
    for index, block in enumerate(blocks):
        block.index = index
    proto.blocks = cut(blocks)
    proto.flat = True


def mark_all(node: tree.Node, marks: Marks) -> None:
    """Mark all statements that contain others, and jumps."""
    for child in tree.children(node):
        if isinstance(child, (tree.Stat, tree.Block)):
            mark_all(child, marks)
    if isinstance(
        node,
        (
            tree.Do,
            tree.If,
            tree.While,
            tree.Repeat,
            tree.NumericFor,
            tree.GenericFor,
            tree.Break,
            tree.Goto,
        ),
    ):
        marks.flat.add(id(node))


def describe(proto: "Proto", tails: "list[int]", form: int, sectioned: bool) -> str:
    """A prototype for the module's PROTOS: name, line, parameters (-1: any number), kinds of its
    upvalues ("c" or "v" each), form (1 frame, 2 tail; 4 more: it has, or is, a deep form),
    suspends, vararg, number of live values at each resume point, Lua line of each resume point
    and then of each tail call."""
    function = proto.function
    params = len(function.params)
    arity = -1 if function.is_vararg or params > 4 or (form & 3 == 2 and sectioned) else params
    kinds = "".join([kind[0] for _, kind in proto.upvalues])
    live: "list[int]" = []
    lines: "list[int]" = []
    if proto.frame:
        live = [len(variables) for variables in proto.live]
        lines = [function.line] + [0] * (len(live) - 1)
        for block in proto.blocks:
            pc = getattr(block.end, "pc", None)
            if pc:
                lines[pc] = block.end.line  # type: ignore[union-attr]
    return "(%s, %d, %d, '%s', %d, %d, %d, %s, %s)" % (
        quoted(function.name),
        function.line,
        params if proto.frame else arity,
        kinds,
        form,
        1 if proto.suspends else 0,
        1 if function.is_vararg else 0,
        tuple(live),
        tuple(lines + tails),
    )


def encode_lines(lines: "list[int]", before: int) -> str:
    """Code the Lua line of each Python line as the difference to the one before: one character
    for -25 … 60, otherwise `~`, the line, `;`. `lua/proto.py` reads it."""
    out = []
    for line in lines:
        step = line - before
        if -25 <= step <= 60 and step + 60 != 92:
            out.append(chr(step + 60))
        else:
            out.append("~%d;" % line)
        before = line
    return "".join(out)
