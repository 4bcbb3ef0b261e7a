"""Fixtures and options of the suite that runs on any board.

    pytest tests/hil                                                     # on a virtual board
    pytest tests/hil --board esp32s3 --port /dev/ttyUSB0 --wifi shed --address 192.168.1.5

The second line erases the board. The password of the Wi-Fi is in MOONHOP_WIFI_PASSWORD.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_embedded_serial import Serial

from tests.hil.bench import Bench
from tests.hil.device import Device, device_of
from tests.hil.dut import BoardDut, open_console

BAUD = 115200


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what a board at --port (an option of pytest-embedded's) needs."""
    group = parser.getgroup("moonhop")
    group.addoption("--board", metavar="KIND", help="of the board at --port: moonhop board list")
    group.addoption("--firmware", metavar="BIN", help="default: the newest that is kept")
    group.addoption("--wifi", metavar="SSID", help="the Wi-Fi for the board at --port")
    group.addoption("--address", metavar="IP", help="of this machine, for the board at --port")


@pytest.fixture(scope="module")
def device(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Device]:
    """The board as it comes: nothing of moonhop is on it."""
    with device_of(request.config, tmp_path_factory.mktemp("device")) as found:
        yield found


@pytest.fixture(scope="module")
def bench(device: Device, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A host, and the board as a node of its fleet."""
    with Bench(device, tmp_path_factory.mktemp("bench")) as made:
        yield made


@pytest.fixture
def dut(
    bench: Bench,
    msg_queue: Any,
    pexpect_proc: Any,
    app: Any,
    _pexpect_logfile: str,
    test_case_name: str,
    _meta: Any,
) -> Iterator[BoardDut]:
    """The console of the board, which is a node already."""
    line = Serial(msg_queue, open_console(bench.device.port, BAUD), meta=_meta)
    board = BoardDut(
        serial=line,
        pexpect_proc=pexpect_proc,
        msg_queue=msg_queue,
        app=app,
        pexpect_logfile=_pexpect_logfile,
        test_case_name=test_case_name,
        meta=_meta,
    )
    yield board
    board.close()
    line.close()


@pytest.fixture(scope="module")
def desk(bench: Bench) -> str:
    """A worker of the host's machine, for programs to hop from and to."""
    running = bench.running
    name = "desk"
    worker = running.do(running.host.workers.start_cpython(running.host.add_node(name)))
    running.do(running.host.wait_for_worker(worker))
    return name
