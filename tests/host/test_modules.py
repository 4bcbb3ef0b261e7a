"""Modules are linked to a program when it is submitted: those beside it, and the fleet's."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from moonhop.programs import linking
from moonhop.programs.linking import LinkError, beside, link
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.errors import LuaSyntaxError
from moonhop_core.process.bundle import pack, unpack
from moonhop_core.process.program import Program, program_hash
from tests.host.running import FLEET, RunningHost
from tests.host.shell import Shell

DOUBLE = "return function(x) return 2 * x end"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RunningHost]:
    with RunningHost(tmp_path) as running:
        yield running


def linked(source: str, **files: str) -> list[tuple[str, str]]:
    """Link a program with files by path, whose / and . are written __ and _; return the names and
    paths of its modules."""
    found = {name.replace("__", "/").replace("_lua", ".lua"): text for name, text in files.items()}
    text = link(source, "main.lua", lambda path: found[path].encode() if path in found else None)
    return [(module.name, module.path) for module in unpack(text)[1]]


# ---------------------------------------------------------------- what is linked


def test_modules_and_what_they_require_are_linked_once():
    assert linked(
        "require 'a' local x = require('b.c') require 'a'",
        a_lua="require 'b.c' require 'd'",
        b__c_lua="",
        d__init_lua="require 'a'",
    ) == [("a", "a.lua"), ("b.c", "b/c.lua"), ("d", "d/init.lua")]


def test_what_stands_beside_the_program_comes_before_the_file_server():
    files = {"a.lua": b"", "/lib/a.lua": b"", "/lib/b.lua": b"", "/lib/c/init.lua": b""}
    text = link("require 'a' require 'b' require 'c'", "main.lua", files.get)
    assert [module.path for module in unpack(text)[1]] == ["a.lua", "/lib/b.lua", "/lib/c/init.lua"]


def test_modules_of_the_manifest_are_linked():
    source = '--! modules = [\n--!   "a.b",\n--!   "c"]\nrequire(x)'
    assert linked(source, a__b_lua="", c_lua="") == [("a.b", "a/b.lua"), ("c", "c.lua")]
    with pytest.raises(LinkError, match=r"^main\.lua:3: module 'c' not found"):
        linked(source, a__b_lua="")


def test_a_program_without_modules_is_its_own_text():
    source = "print(string.format('%d', 1)) require 'string'"
    assert link(source, "main.lua", lambda path: None) == source


def test_a_module_that_is_missing_is_told_with_line_and_places():
    with pytest.raises(LinkError) as caught:
        linked("print(1)\nlocal a = require 'a'", a_lua="--\n\nrequire 'lib.kalman'")
    assert str(caught.value) == (
        "a.lua:3: module 'lib.kalman' not found: no file 'lib/kalman.lua', "
        "no file 'lib/kalman/init.lua', no file '/lib/lib/kalman.lua', "
        "no file '/lib/lib/kalman/init.lua'"
    )


@pytest.mark.parametrize("name", ["../a", "/a", "a/b", "a..b", "", ".", "a b", "ä"])
def test_a_name_that_could_leave_the_folder_is_refused(name: str):
    def find(path: str) -> bytes:
        raise AssertionError(path)

    with pytest.raises(LinkError, match=r"^main\.lua:1: '.*' cannot be a module's name: use"):
        link(f"require '{name}'", "main.lua", find)


@pytest.mark.parametrize(
    "source",
    [
        "pcall(require, 'a')",
        "package.preload.a = f require 'a'",
        "package.preload['../x'] = f require '../x'",
        "package.loaded.a = 1 require 'a'",
        "for n in pairs(t) do package.preload[n] = f end require 'a'",
        "local p = package p.preload.a = f require 'a'",
        "table.insert(package.searchers, f) require 'a'",
        "require(x .. 'a')",
        "load('package.preload.a = f')() require 'a'",
        "local function require(name) return name end require 'a'",
        "local require = function(name) return name end require 'a'",
        "local require require = f require 'a'",
        "function require(name) return name end require 'a'",
        "(function(require) require 'a' end)(f)",
    ],
)
def test_what_may_be_there_when_the_program_runs_need_not_be_there_before(source: str):
    assert linked(source) == []


@pytest.mark.parametrize(
    "source", ["package.loaded[n] = nil require 'a'", "package.path = '' require 'a'"]
)
def test_other_uses_of_package_excuse_nothing(source: str):
    with pytest.raises(LinkError):
        linked(source)


def test_a_mistake_in_a_module_is_told_with_its_file():
    with pytest.raises(LuaSyntaxError, match=r"^a\.lua:2: "):
        linked("require 'a'", a_lua="require 'b'\nx = = 1", b_lua="")


def test_too_many_modules_and_too_large_ones_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(linking, "MOST_MODULES", 2)
    with pytest.raises(LinkError, match=r"^c\.lua:1: module 'd' is one too many: .* have 2$"):
        linked("require 'b' require 'c'", b_lua="", c_lua="require 'd'", d_lua="")
    monkeypatch.setattr(linking, "LARGEST", 100)
    with pytest.raises(LinkError, match=r"^main\.lua:1: with module 'b' the program is larger"):
        linked("require 'b'", b_lua="-" * 100)


def test_files_beside_a_program_are_found_and_folders_are_not(tmp_path: Path):
    (tmp_path / "a.lua").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "init.lua").write_text("return 1")
    text = link("require 'a'", "main.lua", beside(tmp_path))
    assert unpack(text)[1][0].path == "a/init.lua"


# ---------------------------------------------------------------- bundles


def test_a_bundle_gives_back_source_and_modules_of_any_bytes():
    every = "".join(map(chr, range(256)))
    text = link(
        "require 'a' require 'b'",
        "main.lua",
        {"a.lua": b"--" + bytes(range(14, 256)), "b.lua": b""}.get,
    )
    source, modules = unpack(text)
    assert source == "require 'a' require 'b'"
    assert [module.source for module in modules] == ["--" + every[14:], ""]
    assert pack(source, modules) == text
    assert Program.from_source(text, "main.lua").text == text


def test_the_hash_is_over_source_and_modules():
    texts = [
        link("require 'a'", "main.lua", {"a.lua": b"return 1"}.get),
        link("require 'a'", "main.lua", {"a.lua": b"return 2"}.get),
        link("require 'a'", "main.lua", {"/lib/a.lua": b"return 1"}.get),
        "require 'a'",
    ]
    assert len({program_hash(text) for text in texts}) == 4


@pytest.mark.parametrize(
    "head", ["", '"program": 3}', '"program": "x", "modules": []}', '"program": 99, "modules": []}']
)
def test_a_damaged_bundle_is_refused(head: str):
    with pytest.raises(MoonhopError, match="bundle is damaged"):
        unpack('{"moonhop-bundle": 1, ' + head + "\nreturn")


# ---------------------------------------------------------------- the host


def test_the_host_links_from_the_file_server_and_later_changes_do_not_matter(host: RunningHost):
    http = host.http
    assert http.put("/files/lib/double.lua", content=DOUBLE).status_code in (200, 201)
    source = "print(require 'double'(4))"
    first = http.put("/programs/main.lua", content=source)
    assert first.status_code == 201
    text = http.get(f"/programs/{first.json()['hash']}/source").text
    assert unpack(text)[1][0].source == DOUBLE
    assert program_hash(text) == first.json()["hash"]
    http.put("/files/lib/double.lua", content="return print")
    assert http.get(f"/programs/{first.json()['hash']}/source").text == text
    assert "MODULES = (('double', '/lib/double.lua', 1),)" in (
        http.get(f"/programs/{first.json()['hash']}/python").text
    )
    again = http.put("/programs/main.lua", content=source)
    assert again.json()["hash"] != first.json()["hash"]
    http.delete("/files/lib/double.lua")
    refused = http.put("/programs/main.lua", content=source)
    assert refused.status_code == 400
    assert refused.json()["error"].startswith("main.lua:1: module 'double' not found: no file")


def test_the_host_takes_modules_that_come_with_the_program(host: RunningHost):
    text = link(
        "return require 'a', require 'b'",
        "m.lua",
        {"a.lua": b"return 'near'", "/lib/b.lua": b""}.get,
    )
    host.http.put("/files/lib/a.lua", content="return 'far'")
    added = host.http.put("/programs/m.lua", content=text.encode())
    assert added.json()["hash"] == program_hash(text)


def test_a_program_that_is_submitted_as_text_is_linked(host: RunningHost):
    what = {"name": "p", "source": "require 'nowhere'", "file": "p.lua"}
    refused = host.http.post("/api/processes", json=what)
    assert refused.status_code == 400
    assert refused.json()["error"].startswith("p.lua:1: module 'nowhere' not found")


# ---------------------------------------------------------------- the command line


@pytest.fixture
def moonhop(tmp_path: Path) -> Shell:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "double.lua").write_text(DOUBLE)
    (tmp_path / "parts" / "slow.lua").write_text(
        "local function wait(s)\n  sleep(s)\nend\nreturn wait"
    )
    (tmp_path / "main.lua").write_text(
        "local double = require 'parts.double'\nrequire('parts.slow')(0.01)\nprint(double(21))\n"
    )
    return Shell(tmp_path)


def test_exec_and_check_find_modules_beside_the_file(moonhop: Shell):
    assert moonhop("exec", "main.lua").stdout == b"42\n"
    told = moonhop("check", "main.lua").stdout.decode()
    assert "Module parts.slow comes from parts/slow.lua." in told
    assert "wait (parts/slow.lua, line 1) can suspend because it calls sleep in line 2." in told
    about = json.loads(moonhop("check", "--json", "main.lua").stdout)
    assert [module["file"] for module in about["modules"]] == ["parts/double.lua", "parts/slow.lua"]
    direct = {"name": "a nameless function", "file": "parts/double.lua", "line": 1}
    assert {**direct, "suspends": False, "why": None} in about["functions"]


def test_what_is_wrong_with_a_module_is_one_line(moonhop: Shell):
    (moonhop.home / "bad.lua").write_text("print(1)\nrequire 'parts.none'")
    for verb in ("exec", "check"):
        line = moonhop.complaint(verb, "bad.lua")
        assert line.startswith("moonhop: bad.lua:2: module 'parts.none' not found: no file 'parts/")
    (moonhop.home / "parts" / "none.lua").write_text("x = = 1")
    result = moonhop("check", "bad.lua")
    assert (result.returncode, result.stderr.decode().splitlines()[0]) == (
        1,
        "parts/none.lua:1:5: unexpected symbol near '='",
    )


def test_run_exec_and_check_find_modules_on_the_file_server(moonhop: Shell):
    with RunningHost(moonhop.home) as running:
        moonhop.env["MOONHOP_FLEET"] = FLEET
        running.http.put("/files/lib/triple.lua", content="return function(x) return 3 * x end")
        running.http.put("/files/lib/folder.lua/x", content="")
        (moonhop.home / "far.lua").write_text(
            "print(require 'triple'(require 'parts.double'(7)), pcall(require, 'folder'))"
        )
        assert moonhop("exec", "far.lua").stdout.startswith(b"42\tfalse\tmodule 'folder' not found")
        assert b"Module triple comes from /lib/triple.lua." in moonhop("check", "far.lua").stdout
        submitted = json.loads(moonhop("run", "--json", "far.lua").stdout)
        text = running.http.get(f"/programs/{submitted['program']}/source").text
        assert [module.path for module in unpack(text)[1]] == [
            "/lib/triple.lua",
            "parts/double.lua",
        ]
        (moonhop.home / "bad.lua").write_text("\n\nrequire 'none'")
        assert moonhop.complaint("run", "bad.lua").startswith("moonhop: bad.lua:3: module 'none'")
