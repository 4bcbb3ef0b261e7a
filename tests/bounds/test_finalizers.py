"""No finalizer of a program runs: none would end with its turn."""

from pathlib import Path

import pytest

from tests.language.agent import Agent

AGENT = Agent()
SOURCE = """local function finalizer() print("finalizer") while true do end end
local task = spawn(function() end)
getmetatable(task).__gc = finalizer
for i = 1, 9 do spawn(function() end) sleep(0) end
for i = 1, 9 do setmetatable({}, {__gc = finalizer}) end
task = nil
collectgarbage()
collectgarbage()
sleep(0)
print(getmetatable(spawn(function() end)).__gc == finalizer)"""


@pytest.mark.parametrize("name", ["lua54", "python", "micropython"])
def test_finalizers_of_programs_and_of_objects_of_the_api_never_run(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "finalizers.lua"
    path.write_text(SOURCE)
    assert AGENT.run(path, [name]) == (0, "true\n", "")


@pytest.fixture(autouse=True, scope="module")
def _agent_closed():
    yield
    AGENT.close()
