"""One file makes a bare chip a node: read again by LittleFS, by MicroPython, and off a chip."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from esptool import cmds

from moonhop.boards.catalog import load_board
from moonhop.boards.factory import build_image, file_system, open_file_system
from moonhop.boards.firmware_files import read_firmware
from moonhop.boards.sets import build_set
from moonhop.cli import main
from moonhop_core.errors import MoonhopError
from tests.boards.images import firmware, write
from tests.boards.loaders import boot_loaders
from tests.host.running import FLEET, RunningHost
from tests.micropython import run_micropython

STORAGE_AT, STORAGE = 0x200000, 0x200000  # of tests.boards.images.firmware
FILES = {"a.py": b"a = 1\n", "sets/x/b.mpy": bytes(range(256)) * 40, "sets/x/c.mpy": b"c" * 500}
MOUNT = """
import os, vfs
from flash_file import FlashFile

vfs.mount(vfs.VfsLfs2(FlashFile({path!r}), readsize=32, progsize=32, lookahead=32), "/flash")

def show(folder):
    for name, kind, *_ in os.ilistdir(folder):
        if kind == 0x4000:
            show(folder + "/" + name)
        else:
            print(folder[7:] + "/" + name, list(open(folder + "/" + name, "rb").read()))

show("/flash")
with open("/flash/a.py", "a") as file:
    file.write("b = 2")
print(repr(open("/flash/a.py").read()))
"""


def walked(data: bytes) -> dict[str, bytes]:
    """Return the files of a LittleFS."""
    found = {}
    with_files = open_file_system(data)
    for folder, _, names in with_files.walk("/"):
        for name in names:
            path = f"{folder}/{name}".lstrip("/")
            with with_files.open(path, "rb") as file:
                found[path] = file.read()
    return found


def test_micropython_reads_the_file_system_and_writes_to_it(tmp_path: Path) -> None:
    path = tmp_path / "image"
    data = file_system(FILES, 64 * 4096)
    assert (
        data.find(FILES["sets/x/c.mpy"]) % 4096 == 0
    )  # none of more than 128 bytes is in a folder
    path.write_bytes(data)
    result = run_micropython(MOUNT.format(path=str(path)), path=[Path(__file__).parent])
    assert result.returncode == 0, result.stderr
    *lines, last = result.stdout.splitlines()
    read = {
        name.lstrip("/"): bytes(json.loads(data)) for name, data in (x.split(" ", 1) for x in lines)
    }
    assert read == FILES
    assert last == repr("a = 1\nb = 2")


def test_files_that_do_not_fit_are_refused() -> None:
    with pytest.raises(MoonhopError, match="does not fit into the 32 kB that the firmware leaves"):
        file_system({"a": bytes(40000)}, 8 * 4096)


def test_firmware_without_a_file_system_is_refused(tmp_path: Path) -> None:
    data = firmware().replace(b"vfs\0", b"ext\0")
    found = read_firmware(write(tmp_path, data), load_board("esp32"))
    with pytest.raises(MoonhopError, match=r"no partition 'vfs' .* \(it has: nvs, factory, ext\)"):
        build_image(found, "esp32", FILES)


@pytest.mark.parametrize(("name", "offset"), [("esp32", 0x1000), ("esp32c3", 0)])
def test_one_file_holds_firmware_worker_and_configuration(
    running: RunningHost, tmp_path: Path, monkeypatch, capsys, name: str, offset: int
) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    monkeypatch.setenv("MOONHOP_WIFI_PASSWORD", "open sesame")
    source = write(tmp_path, firmware(name), "a.bin")
    target = tmp_path / "shed.img"
    command = ["board", "image", str(target), "--fleet", FLEET, "--board", name]
    command += ["--firmware", str(source), "--host", "10.0.0.2", "--json"]
    assert main([*command, "--wifi", "shed"]) == 1
    assert "name its node with --name" in capsys.readouterr().err
    assert main([*command, "--name", "shed-1"]) == 1
    assert "which Wi-Fi is the board to join" in capsys.readouterr().err
    assert running.host.credentials.nodes == {}
    assert main([*command, "--name", "shed-1", "--wifi", "shed"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["command"] == f"esptool --chip {name} write-flash 0 {target}"
    data = target.read_bytes()
    assert target.stat().st_mode & 0o077 == 0
    assert data[offset : offset + source.stat().st_size] == source.read_bytes()
    files = walked(data[STORAGE_AT : STORAGE_AT + STORAGE])
    starting, worker = build_set(umqtt=True)
    home = f"sets/{told['set']}/"
    config = json.loads(files[home + "moonhop.json"])
    assert config["password"] == running.host.credentials.nodes["shed-1"]
    assert (config["mqtt_host"], config["board"]) == ("10.0.0.2", name)
    assert config["wifi"] == {"ssid": "shed", "password": "open sesame"}
    assert json.loads(files["moonhop_boot.json"])["set"] == told["set"]
    inside = {
        path.removeprefix(home): data for path, data in files.items() if path.startswith(home)
    }
    assert {path: inside[path] for path in worker.files} == worker.files
    assert {path: files[path] for path in starting} == starting


def test_esptool_writes_the_file_in_one_call(tmp_path: Path) -> None:
    storage = 0x10000
    found = read_firmware(write(tmp_path, firmware(storage=storage)), load_board("esp32"))
    data = build_image(found, "esp32", FILES)
    assert len(data) == STORAGE_AT + storage
    image = tmp_path / "all.bin"
    image.write_bytes(data)
    with boot_loaders(tmp_path) as chip:
        port = chip("esp32")
        command = [sys.executable, "-m", "esptool", "--chip", "esp32", "--port", port]
        done = subprocess.run(
            [*command, "write-flash", "0", str(image)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with cmds.detect_chip(port) as esp:
            cmds.attach_flash(esp)
            cmds.read_flash(esp, STORAGE_AT, storage, str(tmp_path / "read"))
    assert walked((tmp_path / "read").read_bytes()) == FILES
