"""Which functions can suspend? Decided for the whole program before it runs.

Every place that can hold a function is a node: a local, a global by name, a field by name, the
elements of tables (stored by position or computed key), and everything that is passed around as
an argument or result. Each node carries a mask of WAIT and YIELD: what a function held there may
do when it is called. Function values flow along edges between nodes; a function's own mask is the
union of the masks of what it calls. The least fixpoint is the answer.

Being too careful costs speed only (a function in frame form). Being too bold would be found at
run time: reaching a suspension through a direct function is an error that names both.

A module's outermost function is called by `require`, and what it returns is what that call gives; a
constant name tells which one.

A program that loads text at run time, and such text itself, is an **open world**: a global or field
that nothing here sets may be set by the other text, so calls of it count as suspending.
"""

from moonhop_core.lang import primitives, tree
from moonhop_core.lang.names import ELEMENT, FIELDS, PASSED, RESULT, Names
from moonhop_core.lang.primitives import WAIT, YIELD
from moonhop_core.lang.recursion import mark_recursion
from moonhop_core.lang.requires import GIVEN, Requires
from moonhop_core.lang.tail_calls import mark_circles

TYPE_CHECKING = False

# Nodes that stand for many places at once.
COROUTINE = "(coroutine)"  # bodies of coroutines

if TYPE_CHECKING:
    NodeKey = str | tree.LocalVar | tree.Function


class Suspension:
    """The answer. `mask(function)` is what it may do; `why(function)` the first call that does."""

    def __init__(self, chunk: tree.Chunk, open_world: bool = False) -> None:
        self._masks: "dict[int, int]" = {}
        self._why: "dict[int, tuple[int, str]]" = {}
        analysis = Analysis(chunk, open_world)
        analysis.solve()
        self.framed = mark_circles(analysis)  # functions that need frame form for tail calls
        mark_recursion(analysis)
        for function in chunk.functions:
            found = analysis.effect(function)
            self._masks[function.number] = found[0]
            if found[1] is not None:
                self._why[function.number] = found[1]

    def mask(self, function: tree.Function) -> int:
        return self._masks[function.number]

    def why(self, function: tree.Function) -> "tuple[int, str] | None":
        return self._why.get(function.number)


def analyse(chunk: tree.Chunk, open_world: bool = False) -> Suspension:
    """Find out which functions of `chunk` can suspend and set `suspends` on its calls and loops.

    open_world: other text shares its globals (text given to `load`)."""
    return Suspension(chunk, open_world)


class Analysis:
    """Finds the answer: the graph of places, and what each function calls."""

    def __init__(self, chunk: tree.Chunk, open_world: bool):
        self.chunk = chunk
        self.masks: "dict[NodeKey, int]" = {}
        self.flows: "dict[NodeKey, list[NodeKey]]" = {}
        # Per function number: (call or loop node, callee's nodes, line, description).
        self.calls: "list[list[tuple[tree.Node, list[NodeKey], int, str]]]" = []
        self.names = names = Names(chunk)
        self.requires = Requires(chunk)
        for _ in chunk.functions:
            self.calls.append([])
        loads = open_world or not names.named.isdisjoint(primitives.LOADERS)
        if loads or "package" in names.named:
            self.requires.elsewhere = [PASSED, ELEMENT, FIELDS]
            self.requires.libraries.add("coroutine")  # package.loaded has it
            if loads:
                self.requires.elsewhere.append(GIVEN)
        for main in self.requires.results:
            self._flow(main, "@require")
        for source in self.requires.elsewhere:
            self._flow(source, "@require")
        for source in (ELEMENT, FIELDS):
            self._flow(source, RESULT)
        for function in chunk.functions:
            for param in function.params:
                self._flow(PASSED, param)
            self._visit(function.body, function)
        self._fixed_masks()
        if loads:
            self._open_world(open_world)

    # ------------------------------------------------------------ flows and calls

    def _flow(self, source: "NodeKey", target: "NodeKey") -> None:
        self.flows.setdefault(source, []).append(target)

    def _flow_expr(self, expr: tree.Expr, target: "NodeKey") -> None:
        for source in self.sources(expr):
            self._flow(source, target)

    def _field(self, name: str) -> str:
        """The node of fields called `name`, made on first use."""
        key = "." + name
        if key not in self.masks:
            self.masks[key] = 0
            self._flow(key, FIELDS)
        return key

    def sources(self, expr: tree.Expr) -> "list[NodeKey]":
        """The nodes whose functions may be the value of `expr`."""
        if isinstance(expr, tree.Function):
            return [expr]
        if isinstance(expr, tree.LocalRef):
            return [expr.var]
        if isinstance(expr, tree.Paren):
            return self.sources(expr.expr)
        if isinstance(expr, (tree.And, tree.Or)):
            return self.sources(expr.left) + self.sources(expr.right)
        if isinstance(expr, tree.Vararg):
            return [PASSED]
        if isinstance(expr, (tree.Global, tree.Index)):
            return self._read_sources(expr)
        if isinstance(expr, (tree.Call, tree.MethodCall)):
            return self._result_sources(expr)
        return []

    def _read_sources(self, expr: "tree.Global | tree.Index") -> "list[NodeKey]":
        builtin = self.names.builtin(expr)
        if isinstance(expr, tree.Global):
            found: "list[NodeKey]" = ["=" + expr.name]
            if builtin is not None or expr.name in self.names.changed or expr.name == "require":
                found.append("@" + (builtin or expr.name))
            if expr.name == "require":
                self.requires.note([])  # called under another name
            if self.chunk.names_env:
                found.append(ELEMENT)
                found.append(self._field(expr.name))
            return found
        if builtin is not None and not self.chunk.names_env:
            return ["@" + builtin]
        if isinstance(expr.key, tree.Const) and isinstance(expr.key.value, str):
            found = [self._field(expr.key.value), ELEMENT]
            if self.names.computed_index:
                found.append(PASSED)
            if self.chunk.names_env:
                found.append("=" + expr.key.value)
            return found
        return [ELEMENT, FIELDS]

    def _result_sources(self, call: "tree.Call | tree.MethodCall") -> "list[NodeKey]":
        if isinstance(call, tree.Call):
            name = self.names.builtin(call.func)
            if name is not None:
                if name == "require":
                    return self.requires.gives(call.args)
                if name in primitives.GIVES_SUSPENDING or name in primitives.LOADERS:
                    return ["@()" + name]
                if name == "coroutine.wrap":
                    return ["@()coroutine.wrap"]
                if name in primitives.GIVES_NO_FUNCTION:
                    return []
                if name.split(".")[0] in primitives.PURE_LIBRARIES:
                    return []
                if name == "setmetatable" and call.args:
                    return self.sources(call.args[0])
        elif call.name in primitives.METHODS_GIVE and "fs" in self.names.named:
            return [PASSED, RESULT, "@()" + primitives.METHODS_GIVE[call.name]]
        return [PASSED, RESULT]

    def _visit(self, node: tree.Node, function: tree.Function) -> None:
        if isinstance(node, tree.Local):
            self._bind(node.vars, node.exprs)
        elif isinstance(node, tree.LocalFunction):
            self._flow(node.func, node.var)
        elif isinstance(node, tree.Assign):
            self._assign(node)
        elif isinstance(node, tree.TableItem):
            if isinstance(node.key, tree.Const) and isinstance(node.key.value, str):
                self._flow_expr(node.value, self._field(node.key.value))
            else:
                self._flow_expr(node.value, ELEMENT)
        elif isinstance(node, tree.Return):
            for expr in node.exprs:
                self._flow_expr(expr, PASSED)
            if function in self.requires.results and node.exprs:
                self._flow_expr(node.exprs[0], self.requires.results[function])
        elif isinstance(node, tree.GenericFor):
            self._generic_for(node, function)
        elif isinstance(node, tree.Call):
            self._call(node, function)
        elif isinstance(node, tree.MethodCall):
            nodes: "list[NodeKey]" = [self._field(node.name), ELEMENT]
            if self.names.computed_index:
                nodes.append(PASSED)
            self.calls[function.number].append((node, nodes, node.line, ":" + node.name))
            for arg in node.args:
                self._flow_expr(arg, PASSED)
        for child in tree.children(node):
            if not isinstance(child, tree.Function):
                self._visit(child, function)

    def _bind(self, variables: "list[tree.LocalVar]", exprs: "list[tree.Expr]") -> None:
        for index, var in enumerate(variables):
            if self.names.aliases.get(var) == "require":
                self._flow("@require", var)
            elif index < len(exprs):
                self._flow_expr(exprs[index], var)
            elif exprs and tree.is_multi(exprs[-1]):
                self._flow_expr(exprs[-1], var)

    def _assign(self, node: tree.Assign) -> None:
        for index, target in enumerate(node.targets):
            expr = node.exprs[index] if index < len(node.exprs) else node.exprs[-1]
            if isinstance(target, tree.LocalRef):
                self._flow_expr(expr, target.var)
            elif isinstance(target, tree.Global):
                self._flow_expr(expr, "=" + target.name)
                if self.chunk.names_env:
                    self._flow_expr(expr, self._field(target.name))
            elif (
                isinstance(target, tree.Index)
                and isinstance(target.key, tree.Const)
                and isinstance(target.key.value, str)
            ):
                self._flow_expr(expr, self._field(target.key.value))
                if target.key.value == "__index" and not isinstance(
                    expr, (tree.Table, tree.LocalRef, tree.Global)
                ):
                    self.names.computed_index = True
            else:
                self._flow_expr(expr, ELEMENT)

    def _generic_for(self, node: tree.GenericFor, function: tree.Function) -> None:
        for var in node.vars:
            for source in (PASSED, RESULT):
                self._flow(source, var)
        nodes = self.sources(node.exprs[0])
        self.calls[function.number].append((node, nodes, node.line, "the loop's iterator"))
        node.closes = self._may_close(node.exprs)

    def _may_close(self, exprs: "list[tree.Expr]") -> bool:
        """Can a generic `for` over these values get a fourth one that is not nil?"""
        last = exprs[-1]
        if not tree.is_multi(last):
            return len(exprs) > 3
        if isinstance(last, tree.MethodCall):
            return last.name != "gmatch"
        if isinstance(last, tree.Call):
            return self.names.builtin(last.func) not in primitives.NOTHING_TO_CLOSE
        return True

    def _call(self, node: tree.Call, function: tree.Function) -> None:
        name = self.names.builtin(node.func)
        args = node.args
        if name is None:
            nodes = self.sources(node.func)
            callee = self.names.function(node.func)
            if callee is None:
                nodes.append(self._field("__call"))
            self._pass(args, callee)
        else:
            nodes = ["@" + name, "=" + name]
            if self.chunk.names_env:
                nodes = nodes + self.sources(node.func)
            if name == "require":
                nodes = ["=require"] + self.requires.runs(args)
            elif name in primitives.CALLS_FIRST and args:
                nodes = nodes + self._protected(name, args)
            elif name in primitives.COROUTINE_MAKERS and args:
                self._flow_expr(args[0], COROUTINE)
            elif name in primitives.COROUTINE_RUNNERS:
                nodes.append("@()coroutine.wrap")
                for arg in args[1:]:
                    self._flow_expr(arg, PASSED)
            elif name in primitives.STORES:
                for arg in args:
                    self._flow_expr(arg, ELEMENT)
            elif name not in primitives.KEEPS_TO_ITSELF:
                for arg in args:
                    self._flow_expr(arg, PASSED)
        self.calls[function.number].append((node, nodes, node.line, describe(node.func)))

    def _protected(self, name: str, args: "list[tree.Expr]") -> "list[NodeKey]":
        """The nodes that `pcall(args)` or `xpcall(args)` calls."""
        callee = args[0]
        rest = args[1:]
        if name == "xpcall" and rest:
            self._flow_expr(rest[0], PASSED)  # the handler
            rest = rest[1:]
        inner = self.names.builtin(callee)
        if inner in primitives.CALLS_FIRST and rest:
            return self._protected(inner, rest)  # pcall(pcall, f)
        if inner == "require":
            return ["=require"] + self.requires.runs(rest)
        self._pass(rest, self.names.function(callee))
        nodes = self.sources(callee)
        if not isinstance(callee, tree.Function):
            nodes.append(self._field("__call"))
        return nodes

    def _pass(self, args: "list[tree.Expr]", callee: "tree.Function | None") -> None:
        """Arguments flow into the parameters of a known callee, else to anybody."""
        for index, arg in enumerate(args):
            if callee is not None and index < len(callee.params):
                self._flow_expr(arg, callee.params[index])
                if not (tree.is_multi(arg) and index == len(args) - 1):
                    continue
            self._flow_expr(arg, PASSED)

    # ------------------------------------------------------------ the fixpoint

    def _fixed_masks(self) -> None:
        for name, mask in primitives.SUSPENDING.items():
            self.masks["@" + name] = mask
            parts = name.split(".")
            if len(parts) == 2 and parts[0] in self.names.named:
                # `local y = coroutine; y.yield()` reaches it by field
                self.masks["." + parts[1]] = self.masks.get("." + parts[1], 0)
        for name, mask in primitives.GIVES_SUSPENDING.items():
            self.masks["@()" + name] = mask
        for name, owners in primitives.SUSPENDING_METHODS.items():
            if not self.names.named.isdisjoint(owners):
                self.masks[self._field(name)] = WAIT
        # A library table that goes about as a value is reached by field names.
        for name, mask in primitives.SUSPENDING.items():
            parts = name.split(".")
            if len(parts) == 2 and self._escapes(parts[0]):
                self.masks[self._field(parts[1])] = mask
        for maker in ("pcall", "xpcall", "coroutine.resume"):
            self.masks["@" + maker] = self.masks.get("@" + maker, 0)

    def _open_world(self, unit: bool) -> None:
        """What the other text may set: globals and fields that have no source here; in a unit
        that was loaded, also whatever is passed in."""
        anything = WAIT | YIELD
        inflow = set()
        for targets in self.flows.values():
            inflow.update(targets)
        for name in self.names.named:
            if "=" + name not in inflow and name not in primitives.GLOBALS:
                self.masks["=" + name] = anything
        for key in list(self.masks):
            if not isinstance(key, str) or key in inflow or key == ".__call":
                continue
            if key.startswith("."):
                self.masks[key] = self.masks[key] | anything
        for name in primitives.LOADERS:
            self.masks["@()" + name] = anything
        self.masks[GIVEN] = anything
        if unit:
            self.masks[PASSED] = anything

    def _escapes(self, library: str) -> bool:
        """Does the library's table go about as a value?"""
        return library in self.requires.libraries or self.names.goes_about(library)

    def solve(self) -> None:
        changed = True
        while changed:
            changed = False
            for function in self.chunk.functions:
                mask = self.effect(function)[0]
                if mask & ~self.masks.get(function, 0):
                    self.masks[function] = mask
                    changed = True
            changed = self._propagate() or changed
        for calls in self.calls:
            for node, nodes, _, _ in calls:
                if self._mask(nodes):
                    node.suspends = True  # type: ignore[attr-defined]

    def _propagate(self) -> bool:
        changed = False
        work = [node for node in self.flows if self.masks.get(node, 0)]
        while work:
            node = work.pop()
            mask = self.masks.get(node, 0)
            for target in self.flows.get(node, ()):
                before = self.masks.get(target, 0)
                if mask & ~before:
                    self.masks[target] = before | mask
                    changed = True
                    work.append(target)
        waits = self.masks.get(COROUTINE, 0) & WAIT
        if waits and not self.masks.get("@()coroutine.wrap", 0):
            self.masks["@()coroutine.wrap"] = waits
            changed = True
        return changed

    def _mask(self, nodes: "list[NodeKey]") -> int:
        mask = 0
        for node in nodes:
            mask |= self.masks.get(node, 0)
        return mask

    def effect(self, function: tree.Function) -> "tuple[int, tuple[int, str] | None]":
        mask = 0
        why = None
        for _, nodes, line, description in self.calls[function.number]:
            found = self._mask(nodes)
            if found:
                mask |= found
                if why is None:
                    why = (line, description)
        return mask, why


def describe(expr: tree.Expr) -> str:
    """How a person would name the callee `expr`: `fs.read`, `worker`, "a function value"."""
    if isinstance(expr, tree.LocalRef):
        return expr.var.name
    if isinstance(expr, tree.Global):
        return expr.name
    if (
        isinstance(expr, tree.Index)
        and isinstance(expr.key, tree.Const)
        and isinstance(expr.key.value, str)
    ):
        return describe(expr.obj) + "." + expr.key.value
    return "a function value"
