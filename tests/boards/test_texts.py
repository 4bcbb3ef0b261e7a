"""A board's texts are cut out of one when they are needed, and are the same ones."""

from moonhop.boards.texts import FUNCTION, join_texts
from tests.micropython import run_micropython

MODULE = """
HEADING = "a text of the module itself"
def refuse(who, say="a text by default"):
    if who:
        return "the node %s refuses: %s" % (who, say)
    return ["a text — twice", "a text — twice", "and another one"]
class Box:
    def show(self, kind):
        try:
            return {"this is long": 1, "a_long_name_without_spaces": 2}[kind]
        except MemoryError:
            return "no room for this one"
        except KeyError:
            return "there is no %s" % kind
def full():
    return "the memory is full"
"""
ASKED = """
box = Box()
print(HEADING, refuse("n1"), refuse("n2", "no"), refuse("")[1] == refuse("")[0], len(refuse("")[0]))
print(box.show("this is long"), box.show("a_long_name_without_spaces"), box.show("x"), full())
"""


def test_functions_say_the_same_with_their_texts_in_one() -> None:
    small = join_texts(MODULE)
    said = run_micropython(small + ASKED).stdout
    assert said == run_micropython(MODULE + ASKED).stdout
    assert said.endswith("1 2 there is no x the memory is full\n")
    for text in ("refuses: %s", "another one", "there is no %s"):
        assert text in small.split("\n")[1]


def test_texts_for_a_full_heap_and_names_stay_where_they_are() -> None:
    small = join_texts(MODULE)
    for text in ("'the memory is full'", "'no room for this one'", "'a_long_name_without_spaces'"):
        assert text in small
    assert "'a text by default'" in small
    assert "'a text of the module itself'" in small


def test_a_module_with_few_texts_stays_as_it_is() -> None:
    text = "def f():\n    return 'only one text here'\n"
    assert join_texts(text) == text
    assert FUNCTION not in text
