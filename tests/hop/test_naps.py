"""A process whose engine is closed at every rest and made anew prints what it prints anyway."""

from pathlib import Path

import pytest

from moonhop.engines import naps
from moonhop.engines.lupa import make_engine
from moonhop.engines.naps import NappingEngine
from moonhop.execute import load_program
from moonhop_core.process.process import Process
from moonhop_core.process.runner import local_runner, run_program
from tests.language.programs import PROGRAMS, puc_lua_with_shim

PROCESS_PROGRAMS = sorted((PROGRAMS / "process").glob("*.lua"))


class Dozer(Process):
    """Takes a nap after every turn, if it can."""

    naps = 0

    def turn(self) -> bool:
        more = super().turn()
        if self.status == "running":
            assert isinstance(self.engine, NappingEngine)
            Dozer.naps += self.engine.nap()
        return more


@pytest.mark.parametrize("path", PROCESS_PROGRAMS, ids=lambda path: path.stem)
def test_nap_at_every_rest_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naps, "LARGEST", 1 << 30)
    lines: list[str] = []
    Dozer.naps = 0
    program = load_program(path)
    runner = local_runner(
        program, make_engine("lua54"), lambda kind, text: lines.append(text), Dozer
    )
    run_program([runner], virtual=True, root=str(path.parent))
    wanted = puc_lua_with_shim(path).out.splitlines()
    assert [line.encode("latin-1") for line in lines] == [line.encode() for line in wanted]
    assert Dozer.naps > 0 or " load(" in program.source
