"""Programs are files of the fleet that only the host writes."""

from pathlib import Path

import pytest

from moonhop.files.paths import PROGRAMS
from moonhop.files.store import FileStore
from moonhop.programs.forms import RecentForms
from moonhop.programs.store import KEPT, ProgramStore
from moonhop_core.errors import MoonhopError
from tests.host.running import RunningHost

SOURCE = b"print('here')\nsleep(1)\n"


def names(files: FileStore, hash: str) -> set[str]:
    return {entry.name.partition("-")[0] for entry in files.walk(f"{PROGRAMS}/{hash}")}


def test_program_and_its_forms_outlive_the_host(tmp_path: Path) -> None:
    with FileStore(tmp_path) as files:
        hash = ProgramStore(files).add(SOURCE, "here.lua").hash
        made = ProgramStore(files).form(hash, "python")
        assert names(files, hash) == {"name", "source", "python"}
    with FileStore(tmp_path) as files:
        programs = ProgramStore(files)
        assert programs.get(hash).name == "here.lua"
        last = files.last_change()
        assert programs.form(hash, "python") == made
        assert programs.form(hash, "source") == SOURCE
        programs.add(SOURCE, "here.lua")
        assert files.last_change() == last


def test_program_that_is_not_there_or_damaged_is_told(tmp_path: Path) -> None:
    with FileStore(tmp_path) as files:
        hash = ProgramStore(files).add(SOURCE, "here.lua").hash
        files.write(f"{PROGRAMS}/{hash}/source", b"print('elsewhere')")
        for asked, told in ((hash, "is damaged"), ("f" * 64, "submit"), ("../x", "submit")):
            with pytest.raises(MoonhopError, match=told):
                ProgramStore(files).get(asked)
        ProgramStore(files).add(SOURCE, "here.lua")
        assert ProgramStore(files).form(hash, "source") == SOURCE


def test_forms_that_nothing_uses_go_after_a_while_and_are_made_again(tmp_path: Path) -> None:
    with FileStore(tmp_path) as files:
        programs = ProgramStore(files)
        programs.sweep(set())
        used, unused = (programs.add(SOURCE + more, "p.lua").hash for more in (b"", b"\n"))
        for hash in (used, unused):
            programs.form(hash, "lua54")
        made = files.stat(f"{PROGRAMS}/{unused}").modified
        programs.sweep({used}, made + KEPT / 2)
        assert names(files, unused) == {"name", "source", "lua54"}
        programs.sweep({used}, made + KEPT + 60)
        assert names(files, used) == {"name", "source", "lua54"}
        assert names(files, unused) == {"name", "source"}
        assert ProgramStore(files).form(unused, "lua54")
        assert names(files, unused) == {"name", "source", "lua54"}


def test_programs_of_the_old_folder_are_adopted(tmp_path: Path) -> None:
    with FileStore(tmp_path / "before") as files:
        hash = ProgramStore(files).add(SOURCE, "here.lua").hash
    old = tmp_path / "lab" / "programs"
    (old / hash).mkdir(parents=True)
    (old / hash / "source").write_bytes(SOURCE)
    (old / hash / "name").write_bytes(b"here.lua")
    (old / hash / "python-1").write_bytes(b"what an old compiler made")
    with RunningHost(tmp_path) as running:
        assert running.http.get(f"/programs/{hash}/source").content == SOURCE
        assert names(running.host.files, hash) == {"name", "source"}
    assert [path.name for path in tmp_path.glob("lab/programs*")] == ["programs.adopted"]


@pytest.mark.parametrize("path", [PROGRAMS, ".moonhop", f"{PROGRAMS}/x/python", f"/{PROGRAMS}//x/"])
def test_nobody_but_the_host_writes_programs(running, path) -> None:
    program = running.host.programs.add(SOURCE, "here.lua")
    with running.client(running.host.add_node("n1").password) as node:
        node.put("/files/mine", content=b"")
        for client in (node, running.http):
            refused = [
                client.put(f"/files/{path}", content=b"x"),
                client.patch(f"/files/{path}", content=b"x"),
                client.post("/fs/mkdir", json={"path": path}),
                client.post("/fs/rename", json={"from": "mine", "to": path}),
                client.post("/fs/rename", json={"from": path, "to": "mine"}),
                client.post("/fs/copy", json={"from": "mine", "to": path}),
                client.post("/fs/restore", json={"path": path, "version": 1}),
            ]
            assert [answer.status_code for answer in refused] == [403] * len(refused)
        assert node.delete(f"/files/{path}?deep=true").status_code == 403
    assert running.host.programs.form(program.hash, "source") == SOURCE
    assert running.http.delete(f"/files/{PROGRAMS}/{program.hash}?deep=true").status_code == 204


def test_recent_forms_keep_to_their_room() -> None:
    forms = RecentForms(10)
    for name in "abc":
        forms.add((name, "python"), name.encode() * 5)
        assert forms.get(("b", "python")) == (b"bbbbb" if name != "a" else None)
    assert forms.get(("a", "python")) is None
    forms.add(("d", "python"), b"d" * 11)
    assert [forms.get((name, "python")) for name in "abcd"] == [None] * 4
    forms.add(("a", "python"), b"a" * 10)
    forms.add(("a", "python"), b"a")
    forms.add(("b", "python"), b"b" * 9)
    assert forms.get(("a", "python")) == b"a"


NATIVE = (
    b'--! native = ["f"]\nlocal function f(n) for i = 1, n do n = n + i end return n end\nf(9)\n'
)
ESP32, OLDER, NO_MACHINE = 0x2B06, 0x2A06, 6  # sys.implementation._mpy


def test_machine_code_goes_to_boards_that_have_its_format_and_room_for_it(tmp_path: Path) -> None:
    with FileStore(tmp_path) as files:
        programs = ProgramStore(files)
        hash = programs.add(NATIVE, "native.lua").hash
        bytecode = programs.form(hash, "mpy", ESP32)
        assert bytecode[2] == 0
        native = programs.form(hash, "mpy", ESP32, 64 << 10)
        assert native[2] == ESP32 >> 8
        assert len(native) > len(bytecode)
        assert programs.form(hash, "mpy", ESP32, len(native)) == native
        for sys_mpy, room in ((ESP32, len(native) - 1), (OLDER, 64 << 10), (NO_MACHINE, 64 << 10)):
            assert programs.form(hash, "mpy", sys_mpy, room) == bytecode
        plain = programs.add(SOURCE, "plain.lua").hash
        assert programs.form(plain, "mpy", ESP32, 64 << 10)[2] == 0
    with FileStore(tmp_path) as files:
        assert ProgramStore(files).form(hash, "mpy", ESP32, 64 << 10) == native
