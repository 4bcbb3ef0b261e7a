"""Images of values of engine python, on both Pythons."""

# mypy: ignore-errors
# ruff: noqa: B905, PT017, PT018, RUF005 - MicroPython runs it too, and without pytest

import json

from moonhop_core.lua.functions import F0, F1, Bound, builtin, callable_of
from moonhop_core.lua.values import FALSE, TRUE, Coroutine, Table
from moonhop_core.process.image import ImageError, ImageReader, ImageWriter
from moonhop_core.process.names import Names
from moonhop_core.process.python_builder import ImageBuilder
from moonhop_core.process.python_image import ImageWalker, Unwritable
from moonhop_core.process.unwritable import find_path


class Proto:
    def __init__(self, ident, kind, attribute, kinds, make):
        self.ident = ident
        self.kind = kind
        self.attribute = attribute
        self.kinds = kinds
        self.make = make


def counter(cell):
    def run():
        cell[0] += 1
        return cell[0]

    return run


def adder(n):
    return lambda a: a + n


PROTOS = {"1": Proto(1, F0, "c0", "c", counter), "2": Proto(2, F1, "c1", "v", adder)}


def fresh():
    """The builtins of an engine that has run nothing."""
    found = {"print": builtin("print", print, -1), "_G": Table({}), "string": Table({})}
    found["step"] = builtin("step", lambda state, a=None: state.h["at"], -1)
    found["string.len"] = builtin("string.len", len, 1)
    found["_G"].h = {"print": found["print"], "string": found["string"], "_G": found["_G"]}
    found["string"].h = {"len": found["string.len"]}
    return found


class Machine:
    hidden = ("step",)
    listed = ()

    def __init__(self, builtins):
        self.builtins = builtins
        self.constants = {}
        self.tables = {id(builtins[name]): name for name in ("_G", "string")}
        self.string_meta = Table({"__index": builtins["string"]})

    def find(self, name):
        return self.builtins.get(name)


def names_of(builtins):
    return Names(Machine(builtins), PROTOS.get)


def write(values, names):
    lines = []
    writer = ImageWriter(lines.append)
    writer.header({"program": "p"})
    walker = ImageWalker(names, writer.put)
    walker.differences()
    for handle, value in enumerate(values):
        walker.root(["h", handle], [value])
    writer.end()
    return lines


def read(lines, names):
    builder = ImageBuilder(names)
    reader = ImageReader("p", lambda header: None, builder.read)
    for line in lines:
        reader.feed(line)
    reader.finish()
    builder.finish()
    return [builder.kept[handle] for handle in sorted(builder.kept)]


def through(*values):
    return read(write(values, names_of(fresh())), names_of(fresh()))


def same_float(a, b):
    return type(b) is float and (repr(a) == repr(b))


def check_scalars_come_back_as_they_were():
    values = [None, TRUE, FALSE, 0, -1, 2**63 - 1, -(2**63), "", "x", "".join(map(chr, range(256)))]
    for before, after in zip(values, through(*values)):
        assert before is after or (type(before) is type(after) and before == after), before


def check_floats_come_back_bit_by_bit():
    inf = float("inf")
    values = [0.1, -0.0, 0.0, inf, -inf, inf - inf, 1e308, 5e-324, 2.0**53, 3.0, -1.5]
    for before, after in zip(values, through(*values)):
        assert same_float(before, after), (before, after)


def check_tables_keep_keys_of_every_kind():
    key = Table({})
    table = Table({1: "a", "1": "b", 1.5: "c", TRUE: "d", FALSE: "e", key: "f", "": "g", -3: "h"})
    after, key2 = through(table, key)
    assert sorted(after.h.values()) == list("abcdefgh")
    found = [after.h[k] for k in (1, "1", 1.5, TRUE, FALSE, key2, "", -3)]
    assert found == list("abcdefgh"), found


def check_large_tables_span_records():
    table = Table({i: i * i for i in range(1, 301)})
    lines = write([table], names_of(fresh()))
    assert max([len(json.loads(line)) for line in lines[1:]]) <= 3 + 128
    (after,) = read(lines, names_of(fresh()))
    assert after.h == table.h
    assert after.length() == 300


def check_cycles_identity_and_metatables_survive():
    a, b, meta = Table({}), Table({}), Table({})
    a.h = {"b": b, "self": a}
    b.h = {"a": a}
    a.meta = meta
    meta.meta = meta
    meta.h["__index"] = meta
    a2, b2, meta2 = through(a, b, meta)
    assert a2.h["b"] is b2 and b2.h["a"] is a2 and a2.h["self"] is a2
    assert a2.meta is meta2 and meta2.meta is meta2 and meta2.h["__index"] is meta2
    assert b2.meta is None


def check_closures_share_cells():
    cell = [41]
    up = F0(PROTOS["1"], (cell,), counter(cell))
    also = F0(PROTOS["1"], (cell,), counter(cell))
    plus = F1(PROTOS["2"], (5,), adder(5))
    up2, also2, plus2 = through(up, also, plus)
    assert (up2.c0(), also2.c0(), up2.cn(())) == (42, 43, 44)
    assert up2.cells[0] is also2.cells[0] and up2.cells[0][0] == 44
    assert plus2.c2(1, 2) == 6
    assert cell == [41]


def check_a_function_that_captures_itself_comes_back():
    cell = [None]
    function = F0(PROTOS["1"], (cell,), counter(cell))
    cell[0] = function
    (after,) = through(function)
    assert after.cells[0][0] is after


def check_builtins_are_mentioned_by_name():
    builtins = fresh()
    names = names_of(builtins)
    lines = write([builtins["print"], builtins["string"], builtins["_G"]], names)
    assert len(lines) == 5  # nothing but the three roots
    others = fresh()
    after = read(lines, names_of(others))
    assert after[0] is others["print"] and after[1] is others["string"] and after[2] is others["_G"]


def check_changed_builtin_tables_are_written_as_differences():
    builtins = fresh()
    names = names_of(builtins)
    builtins["_G"].h["x"] = Table({1: 2})
    builtins["string"].h["trim"] = builtins["print"]
    del builtins["string"].h["len"]
    builtins["_G"].meta = Table({"__index": builtins["string"]})
    others = fresh()
    read(write([], names), names_of(others))
    assert others["_G"].h["x"].h == {1: 2}
    assert others["string"].h == {"trim": others["print"]}
    assert others["_G"].meta.h["__index"] is others["string"]


def check_bound_builtins_keep_their_state():
    builtins = fresh()
    run = callable_of(builtins["step"])
    state = Table({"at": 7})
    bound, state2 = read(
        write([Bound("step", state, run), state], names_of(builtins)), names_of(fresh())
    )
    assert type(bound) is Bound and bound.state is state2
    assert bound.c0() == 7


def check_coroutines_come_back_with_frames_markers_and_closers():
    inner, outer = Coroutine(None), Coroutine(None)
    cell = ["shared"]
    closable = Table({})
    function = F0(PROTOS["1"], (cell,), counter(cell))
    inner.stack = [[function, 2, None, 1.5, cell, None], ["pcall"], [function, 0, None]]
    outer.stack = [[function, 1, [closable], (1, None, closable), ()], ["resume", inner]]
    outer.status = "normal"
    waiting = Coroutine(function)
    outer2, inner2, waiting2, closable2 = through(outer, inner, waiting, closable)
    assert outer2.status == "normal" and inner2.status == "suspended"
    assert waiting2.function.cells[0] is inner2.stack[0][4]
    assert inner2.stack[0][1:] == [2, None, 1.5, ["shared"], None]
    assert inner2.stack[1] == ["pcall"] and inner2.stack[2][1:] == [0, None]
    frame = outer2.stack[0]
    assert frame[1] == 1 and frame[2] == [closable2] and frame[3][2] is closable2
    assert frame[3][:2] == (1, None) and frame[4] == ()
    assert outer2.stack[1][1] is inner2 and inner2.parent is outer2


def check_ten_thousand_linked_tables_need_no_recursion():
    head = None
    for i in range(10000):
        head = Table({"next": head, "i": i} if head else {"i": i})
    (after,) = through(head)
    count = 0
    while after is not None:
        assert after.h["i"] == 9999 - count
        after = after.h.get("next")
        count += 1
    assert count == 10000


def check_what_cannot_be_written_is_named_by_its_path():
    builtins = fresh()
    names = names_of(builtins)
    stranger = F0(None, (), lambda: 1)
    builtins["_G"].h["cache"] = Table({"list": Table({1: 1, 2: Table({"handle": stranger})})})
    try:
        write([], names)
    except Unwritable as error:
        assert error.value is stranger
        path = find_path(stranger, [("_G", builtins["_G"])], names)
        assert path == "_G.cache.list[2].handle", path
    else:
        raise AssertionError("it was written")


def small_image():
    cell = [1.5]
    table = Table({"a": 1, 2: "b", "f": F0(PROTOS["1"], (cell,), counter(cell)), "c": TRUE})
    table.h["self"] = table
    return write([table, "text \xff\n"], names_of(fresh()))


def shape(values):
    """A text that tells two results of small_image apart."""
    table, text = values
    kinds = [type(v).__name__ for v in table.h.values()]
    plain = [v for v in table.h.values() if type(v) in (int, str, float)]
    function = table.h["f"]
    return repr(
        (list(map(repr, table.h)), kinds, plain, text, function.cells, table.h["self"] is table)
    )


def outcome(data):
    """What reading gives: "refused" or the shape."""
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    try:
        return shape(read(lines, names_of(fresh())))
    except ImageError as error:
        assert "\n" not in str(error)
        return "refused"


def check_every_flipped_byte_is_refused_or_harmless():
    data = ("\n".join(small_image()) + "\n").encode()
    right = outcome(data)
    assert right != "refused"
    refused = 0
    for place in range(len(data)):
        for bit in (1, 0x10, 0x80):
            altered = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
            found = outcome(altered)
            assert found in ("refused", right), (place, bit, found)
            refused += found == "refused"
    assert refused > 2.9 * len(data)


def check_every_cut_is_refused():
    data = ("\n".join(small_image()) + "\n").encode()
    for end in range(len(data) - 1):
        assert outcome(data[:end]) == "refused", end


def check_missing_doubled_and_swapped_lines_are_refused():
    lines = small_image()
    for i in range(len(lines)):
        tries = [lines[:i] + lines[i + 1 :], lines[: i + 1] + lines[i:]]
        if i:
            tries.append(lines[: i - 1] + [lines[i], lines[i - 1]] + lines[i + 1 :])
        for tried in tries:
            assert outcome("\n".join(tried).encode()) == "refused", i


def check_other_programs_and_formats_are_refused():
    lines = small_image()
    for before, after, words in (
        ('"program":"p"', '"program":"q"', "another program"),
        ('"moonhop-image":2', '"moonhop-image":3', "has format 3"),
        ('"moonhop-image"', '"moonhop-picture"', "not the image"),
    ):
        header = lines[0].replace(before, after)
        assert header != lines[0]
        try:
            read([header] + lines[1:], names_of(fresh()))
        except ImageError as error:
            assert words in str(error), error
        else:
            raise AssertionError("it was read")
