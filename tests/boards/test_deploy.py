"""What a board gets, and that it works from there."""

import asyncio
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from moonhop.boards import deploy
from moonhop.boards.deploy import build_board_files, package_json
from moonhop.boards.slim import Slimmer
from moonhop.resources import folder
from tests.brokers import Broker
from tests.node.fleet import Fleet, run


def test_board_gets_compiled_files_without_the_compiler(tmp_path: Path) -> None:
    files = build_board_files(tmp_path)
    names = {str(path) for path in files}
    assert {"boot.py", "main.py", "moonhop_board.mpy", "umqtt_link.mpy"} <= names
    assert "moonhop_core/node/hop_target.mpy" in names
    assert "moonhop_core/process/process.mpy" in names
    assert not [name for name in names if "lang/parser" in name or "leg" in name]
    assert names == {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}


def test_package_for_mip_lists_what_a_board_gets() -> None:
    written = (folder("firmware") / "package.json").read_text(encoding="utf-8")
    assert written == package_json(), "run: python -m moonhop.boards.deploy"
    for _, source in json.loads(written)["urls"]:
        assert (folder("firmware") / source).is_file()


def test_slim_source_does_the_same() -> None:
    source = '''"""Doc."""
try:
    from typing import TYPE_CHECKING
except ImportError:
    TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
class A:
    """Doc."""
    x: "int"
    y: "int" = 2
    def f(self, a: "int") -> "Any":
        """Doc."""
        raise NotImplementedError
def g(a: "int" = 1, *rest: "Any") -> "list[int]":
    """Doc."""
    b: "list[int]" = [a]
    return b
'''
    slim = Slimmer({"m": source}).text("m")
    assert slim == "class A:\n    _0 = 2\n\ndef g(a0=1, *a1):\n    b = [a0]\n    return b\n"


def test_slimmer_shares_names_and_keeps_what_others_name() -> None:
    one = """
LIMIT = 5
NAMES = ("a",)
_count = 0
class Base:
    def __init__(self, size, unit=1):
        self._size = size
        self._seen = unit
def scaled(value, by=2):
    global _count
    _count += 1
    return lambda more: value * by + more + LIMIT
"""
    two = """
from one import LIMIT, NAMES, Base, scaled
class More(Base):
    def __init__(self, size):
        super().__init__(size, unit=3)
        self._own = LIMIT
    def total(self, times):
        def inner(times):
            return times + self._own
        return inner(scaled(times, by=self._own)(1)) + self._size
result = More(4).total(2)
"""
    slimmer = Slimmer({"one": one, "two": two})
    texts = [slimmer.text("one"), slimmer.text("two")]
    assert not [word for word in ("LIMIT", "_own", "value") if word in "".join(texts)]
    found: dict[str, object] = {}
    exec(texts[0] + texts[1].split("\n", 1)[1], found)
    assert found["result"] == 4 + 5 + 2 * 5 + 1 + 5


def test_virtual_board_joins_as_a_program_and_leaves_when_terminated(
    broker: Broker, tmp_path: Path
) -> None:
    async def body(fleet: Fleet) -> None:
        config = tmp_path / "node-a.json"
        config.write_text(json.dumps({**fleet.config("node-a"), "heap": "192K"}))
        command = [sys.executable, "-m", "moonhop.boards.virtual", "--config", str(config)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        ) as board:
            try:
                await fleet.until(lambda: fleet.births.get("node-a", {}).get("state") == "ready")
                birth = fleet.births["node-a"]
                assert birth["engines"] == ["python"]
                assert birth["mpy"]["version"].startswith("6")
                board.send_signal(signal.SIGTERM)
                await fleet.until(lambda: fleet.births["node-a"]["state"] == "gone")
                assert await asyncio.to_thread(board.wait, 10) == 0
            finally:
                board.kill()

    run(body, broker)


def test_cpython_node_joins_as_a_program_and_leaves_when_terminated(
    broker: Broker, tmp_path: Path
) -> None:
    async def body(fleet: Fleet) -> None:
        config = tmp_path / "node-a.json"
        config.write_text(json.dumps(fleet.config("node-a")))
        command = [sys.executable, "-m", "moonhop.node", "--config", str(config)]
        with subprocess.Popen(command) as node:
            try:
                await fleet.until(lambda: fleet.births.get("node-a", {}).get("state") == "ready")
                assert "lua54" in fleet.births["node-a"]["engines"]
                node.send_signal(signal.SIGTERM)
                await fleet.until(lambda: fleet.births["node-a"]["state"] == "gone")
                assert await asyncio.to_thread(node.wait, 10) == 0
            finally:
                node.kill()

    run(body, broker)


def test_node_with_a_wrong_password_says_so_in_one_line(broker: Broker, tmp_path: Path) -> None:
    config = {"node": "node-a", "fleet": "lab", "password": "wrong", "url": "http://127.0.0.1:1"}
    path = tmp_path / "node.json"
    path.write_text(json.dumps({**config, "mqtt_host": broker.host, "mqtt_port": broker.port}))
    result = subprocess.run(
        [sys.executable, "-m", "moonhop.node", "--config", str(path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("moonhop: the broker at")
    assert "check its name and password" in result.stderr
    assert result.stderr.count("\n") == 1


def test_files_that_several_want_at_once_are_compiled_once(tmp_path, monkeypatch) -> None:
    made = []
    really = deploy._made

    def counted(modules, *rest, **more):
        made.append(list(modules))
        return really(modules, *rest, **more)

    monkeypatch.setattr(deploy, "_made", counted)
    monkeypatch.setattr(deploy, "cache_folder", lambda: tmp_path / "cache")
    wanted = {"a": "x = 1\n"}, {"a": Path("a.py")}, None

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(deploy._compiled, *wanted, joined=False) for _ in range(4)]
        found = [each.result() for each in asked]

    assert made == [["a"]]
    assert all(each == found[0] and each["a"][:1] == b"M" for each in found)
