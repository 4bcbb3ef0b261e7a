"""Dicts that get more room under MicroPython keep what is in them."""

import pytest

from tests.micropython import run_micropython

PROGRAM = """
import gc, random
from moonhop_core.lua.access import assign, put_any
from moonhop_core.lua.room import ROOM
from moonhop_core.lua.room_code import WORD, code
from moonhop_core.lua.values import Table
random.seed(3)
assert ROOM and 24 in ROOM
table, model = Table({}), {}
h = table.h
others = [Table({}) for _ in range(50)]
for turn in range(30000):
    key = random.randint(0, 700)
    key = str(key) if turn % 3 else others[key % 50] if turn % 2 else key
    if random.randint(0, 4) == 0:
        assign(table, key, None)
        model.pop(key, None)
    else:
        (assign if turn % 2 else put_any)(table, key, turn)
        model[key] = turn
    if turn % 3000 == 0:
        gc.collect()
        assert h is table.h and h == model and len(list(h)) == len(model)
assert code["word_of"](h, 2 * WORD) > len(h)
seen = Table({})
for i in range(5000):
    for text in ("a%d" % i, "b%d" % i):
        if text not in seen.h:
            assign(seen, text, i)
    if i in (20, 100, 1000, 4999):
        assert sorted(seen.h.values()) == sorted(list(range(i + 1)) * 2)
        assert code["word_of"](seen.h, 2 * WORD) * 0.8 > len(seen.h)
assert all(seen.h["b%d" % i] == i and "c%d" % i not in seen.h for i in range(5000))
print("well")
"""


@pytest.mark.parametrize("emit", ["bytecode", "native"])
def test_dicts_with_more_room_keep_what_is_in_them(emit: str) -> None:
    result = run_micropython(PROGRAM, heap="4M", emit=emit, timeout=100)
    assert (result.stdout, result.stderr) == ("well\n", "")


def test_dicts_get_no_room_where_memory_is_short() -> None:
    program = """
from moonhop_core.lua.access import assign
from moonhop_core.lua.values import Table
table = Table({})
h = table.h
try:
    for i in range(100000):
        assign(table, "k%d" % i, i)
except MemoryError:
    pass
n = len(h)
assert 500 < n < 50000 and all(h["k%d" % i] == i for i in range(n)), n
print("well")
"""
    result = run_micropython(program, heap="600K", timeout=100)
    assert (result.stdout, result.stderr) == ("well\n", "")
