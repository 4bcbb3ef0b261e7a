import hashlib
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from moonhop.boards.catalog import load_board, load_boards
from moonhop.boards.firmware_files import fetch_firmware, find_firmware, read_firmware
from moonhop.cli import main
from moonhop_core.errors import MoonhopError
from tests.boards.images import LONG, application, firmware, image, write

REAL = [board.name for board in load_boards() if board.firmware]


@pytest.mark.parametrize("name", REAL)
def test_a_firmware_for_the_board_is_accepted(tmp_path: Path, name: str) -> None:
    read = read_firmware(write(tmp_path, firmware(name), "own-build.bin"), load_board(name))
    assert read.version == "v1.25.0"
    assert read.flash == 4 << 20


@pytest.mark.parametrize("name", REAL)
def test_esptool_too_takes_the_images_that_these_tests_make(tmp_path: Path, name: str) -> None:
    board = load_board(name)
    path = write(tmp_path, firmware(name))
    app = write(tmp_path, application(firmware(name)[12]), "app.bin")
    for file in (path, app):
        command = [sys.executable, "-m", "esptool", "--chip", board.chip, "image-info", str(file)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert "Checksum: 0x" in said
        assert said.count("(valid)") == 2, said  # checksum and hash


def damaged(data: bytes, at: int) -> bytes:
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"<html>", LONG, "it does not begin as an image"),
        (b"", LONG, "it does not begin as an image"),
        (firmware()[:2000], LONG, "its end is missing"),
        (firmware()[:-60], LONG, "its end is missing"),
        (firmware()[:0x7000], LONG, "it has no partition with an application"),
        (damaged(firmware(), 200), LONG, "its checksum is wrong"),
        (damaged(firmware(), len(firmware()) - 1000), LONG, "its checksum is wrong"),
        (damaged(firmware(), len(firmware()) - 1), LONG, "its SHA-256 is wrong"),
        (firmware("esp32s3"), LONG, "is for esp32s3, the board esp32 has esp32; take ESP32_GENER"),
        (firmware(chip_id=18), LONG, "is for chip number 18, the board esp32 has esp32"),
        (application(0), LONG, "is an application alone; take the whole firmware, ESP32_GENERIC-"),
        (firmware(app=image(0, b"code" * 99)), LONG, "is something without a name, not MicroPytho"),
        (firmware(app=application(0, "blink")), LONG, "is blink, not MicroPython; take ESP32_"),
        (
            firmware(app=application(0, version="v1.23.0")),
            LONG,
            "is MicroPython v1.23.0; take 1.2",
        ),
        (firmware(app=application(0, version="abc")), "a.bin", "does not tell MicroPython's versi"),
        (firmware(), "ESP32_GENERIC-SPIRAM-20250415-v1.25.0.bin", "for the board esp32-spiram, as"),
        (firmware(storage=0x600000), LONG, "needs 8 MB of flash, esp32 has 4MB; take a firmware"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_one_line(
    tmp_path: Path, data: bytes, name: str, says: str
) -> None:
    path = write(tmp_path, data, name)
    with pytest.raises(MoonhopError) as caught:
        read_firmware(path, load_board("esp32"))
    assert str(caught.value).startswith(str(path))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MoonhopError, match=r"cannot read .*none.bin: No such file"):
        read_firmware(tmp_path / "none.bin", load_board("esp32"))


def test_the_file_name_tells_the_version_where_the_image_does_not(tmp_path: Path) -> None:
    path = write(tmp_path, firmware(app=application(0, version="1a2b3c")))
    assert read_firmware(path, load_board("esp32")).version == "v1.25.0"


def test_the_newest_kept_firmware_of_the_board_is_found(tmp_path: Path) -> None:
    for name in ("-20240222-v1.9.1", "-20240602-v1.26.0", "-20250415-v1.25.1", "_S3-2025-v1.27.0"):
        write(tmp_path, b"", f"ESP32_GENERIC{name}.bin")
    found = find_firmware(load_board("esp32"), tmp_path)
    assert found.name == "ESP32_GENERIC-20240602-v1.26.0.bin"
    with pytest.raises(MoonhopError, match=r"no firmware for esp32c3 \(ESP32_GENERIC_C3-.* fetch"):
        find_firmware(load_board("esp32c3"), tmp_path)
    with pytest.raises(MoonhopError, match="virtual takes no firmware"):
        find_firmware(load_board("virtual"), tmp_path)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        thread = Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_a_fetched_firmware_is_kept_only_if_its_hash_is_the_one_given(
    tmp_path: Path, server: str
) -> None:
    data = firmware()
    write(tmp_path / "served", data)
    kept = tmp_path / "kept"
    right = hashlib.sha256(data).hexdigest()
    with pytest.raises(MoonhopError, match=f"has SHA-256 {right}, not the one given"):
        fetch_firmware(f"{server}/{LONG}", "0" * 64, kept)
    assert not kept.exists()
    assert fetch_firmware(f"{server}/{LONG}?a=b", right.upper(), kept).read_bytes() == data
    assert find_firmware(load_board("esp32"), kept).name == LONG


@pytest.mark.parametrize(
    ("place", "says"),
    [("/none.bin", "404"), ("/", "does not end in a firmware's name"), ("/a.txt", "does not end")],
)
def test_an_address_without_a_firmware_is_one_line(
    server: str, place: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["board", "fetch", server + place, "--sha256", "0" * 64]) == 1
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
