"""The example whose filters are modules gives the same with hops."""

import pytest

from moonhop.resources import folder
from tests.language.engines import AGENT

SMOOTH = folder("examples") / "smooth.lua"
RESULT = "kalman: 500 rows, at most 0.303 C off, 2016-02-17T21:30:00Z\n"


@pytest.mark.parametrize(
    "engines", [("lua54",), ("python", "micropython"), ("micropython", "lua54", "python")]
)
def test_example_with_modules_gives_the_same_with_hops(engines: tuple[str, ...]) -> None:
    hop_every = 25 if len(engines) > 1 else None
    assert AGENT.run(SMOOTH, engines, hop_every, timeout=60).out == RESULT
