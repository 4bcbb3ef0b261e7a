"""Error messages are those of PUC Lua 5.4, word for word, with file and line, on all engines."""

import pytest

from tests.errors.known import known
from tests.errors.program import differing, snippets
from tests.language.engines import Engine

PARTS = snippets()
SLOW = "micropython"
SAMPLE = 5  # MicroPython runs one snippet of so many: it is slow, and its code is CPython's


def compare(part: str, engine: Engine, suspends: bool) -> None:
    """Compare what an engine says of the snippets of a part with what PUC Lua says."""
    texts = PARTS[part]
    if engine.name == SLOW:
        texts = texts[::SAMPLE]
    differ = differing(texts, suspends, engine.name)
    expected = known(engine.name, "suspends" if suspends else "direct")
    worse = {text: both for text, both in differ.items() if text not in expected}
    assert not worse
    assert [text for text in texts if text in expected and text not in differ] == []


@pytest.mark.parametrize("part", PARTS)
def test_pcall_says_what_puc_lua_says(part: str, engine: Engine) -> None:
    compare(part, engine, suspends=False)


@pytest.mark.parametrize("part", ["flow", "lines"])
def test_pcall_says_the_same_in_functions_that_can_suspend(part: str, engine: Engine) -> None:
    compare(part, engine, suspends=True)
