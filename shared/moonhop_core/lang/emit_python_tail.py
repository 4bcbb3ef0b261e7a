"""Tail calls that may go in circles, as Python text (see tail_calls.py).

A function's tail call of itself is a loop where it can be one. What has other such calls is in
**tail form**: it puts down what is to be called and gives TAIL if its caller knows what to do with
that, which its last parameter says (lua/tail_form.py).
"""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_text import NEAR, Text
from moonhop_core.lang.tail_calls import tail_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.emit_python_stat import StatEmitter
    from moonhop_core.lang.tail_calls import Call

# Where arguments are put down that are few: MicroPython would be slow in finding memory for a tuple
# at every turn, because each function that returns has it look from the beginning again.
PLACES = ("first", "second", "third")


def find_circles(e: "StatEmitter") -> None:
    """Decide which tail calls are a loop, and whether the function is in tail form."""
    whole = not e.proto.flat
    for call, looped in tail_calls(e.function.body):
        if call.circular:
            own = whole and not looped and known(call) is e.function
            (e.rounds if own else e.left).add(id(call))


def go_round(e: "StatEmitter", call: "Call") -> None:
    """Start anew with other arguments."""
    e.line = call.line or e.line
    names = [e.names.of(var) for var in e.function.params]
    count = len(names)
    args = call.args
    extra = e.function.is_vararg
    if extra and len(args) == count + 1 and isinstance(args[-1], tree.Vararg):
        args = args[:-1]  # the same extra arguments
        extra = False
    if args and e.gives_several(args[-1]) and not e.takes_one(call):
        name = e.temp()
        given = e.several(args)
        e.put("%s = %s" % (name, given), e.take_about())
        if count == 1:
            e.put("%s = %s[0] if %s else None" % (names[0], name, name))
        elif names:
            e.put("%s = adjust(%s, %d)" % (", ".join(names), name, count))
        if extra:
            e.put("va = %s[%d:]" % (name, count))
    else:
        texts = e.given(args)
        if e.pending:
            e.flush_unless_empty()
        about = e.take_about()
        more = texts[count:]
        values = texts[:count] + ["None"] * (count - len(texts))
        if extra:
            names.append("va")
            values.append("(%s,)" % ", ".join(more) if more else "()")
        else:
            for text in more:
                if NEAR in text:
                    e.put(text, about)
        bind_all(e, names, values, about)
    e.put("continue")


def bind_all(e: "StatEmitter", names: "list[str]", values: "list[str]", about: "list[str]") -> None:
    """Give variables new values, all at once."""
    changed = [at for at in range(len(names)) if names[at] != values[at]]
    names = [names[at] for at in changed]
    values = [values[at] for at in changed]
    if len(changed) > 3:  # as one assignment it would make a tuple
        temps = [e.temp() for _ in values]
        for at, temp in enumerate(temps):
            e.put("%s = %s" % (temp, values[at]), about)
        for at, name in enumerate(names):
            e.put("%s = %s" % (name, temps[at]))
    elif changed:
        e.put("%s = %s" % (", ".join(names), ", ".join(values)), about)


def put_down(e: "StatEmitter", call: "Call") -> None:
    """Put down what is to be called, if that is in tail form; anything else is called."""
    e.line = call.line or e.line
    func, receiver = e.callee(call)
    if func[-1] in ")]":
        name = e.temp()
        e.assign(name, Text(func))
        func = name
    args = call.args
    atoms = [receiver] if receiver else []
    few: "list[str]" = []
    if args and e.gives_several(args[-1]) and not e.takes_one(call):
        given = e.several(args)
        if receiver:
            given = "(%s,) + %s" % (receiver, given)
        form = "%s.cn(%s)" % (func, given)
    else:
        atoms += e.given(args)
        given = "(%s,)" % ", ".join(atoms) if atoms else "()"
        form = "%s.cn(%s)" % (func, given)
        if len(atoms) <= len(PLACES):
            few = atoms
        if len(atoms) <= 4:
            form = "%s.c%d(%s)" % (func, len(atoms), ", ".join(atoms))
    noted = list(e.about)
    if e.pending:
        e.flush()
    if NEAR not in given:
        noted = [note for note in noted if note[:2] == "H="]
    e.about = noted
    e.line = call.line or e.line
    e.note_call(call)
    about = e.take_about()
    sure = in_tail_form(known(call))
    if not sure:
        e.put("if type(%s) is FT:" % func)
        e.indent += 1
    for at, atom in enumerate(few):
        if NEAR in atom:  # it may call what puts down something itself
            few[at] = e.temp()
            e.put("%s = %s" % (few[at], atom), about)
    for at, atom in enumerate(few):
        e.put("M.%s = %s" % (PLACES[at], atom), about)
    if not few:
        e.put("M.args = " + given, about)
    e.put("M.count = %d" % (len(few) or -1))
    e.put("M.func = " + func)
    e.put("return TAIL if tail else go(M)")
    if not sure:
        e.indent -= 1
        if call.by_table:
            form = "tail_call(M, %s, %s, tail) if type(%s) is Table else %s" % (
                func,
                given,
                func,
                form,
            )
        e.put("return " + form, about)


def known(call: "Call") -> "tree.Function | None":
    """The function that a call surely calls, or None."""
    if not isinstance(call, tree.Call) or not isinstance(call.func, tree.LocalRef):
        return None
    function: "tree.Function | None" = getattr(call.func.var, "bound", None)
    return None if call.func.var.assigned else function


def in_tail_form(function: "tree.Function | None") -> bool:
    """Is it surely in tail form, having circular calls that are not of itself?"""
    if function is None:
        return False
    for call, _ in tail_calls(function.body):
        if call.circular and known(call) is not function:
            return True
    return False
