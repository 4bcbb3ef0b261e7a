"""What a board is told of the fleet, and what is refused before it gets anything."""

import pytest

from moonhop.boards import configuration
from moonhop.boards.catalog import Catalog, load_board
from moonhop.boards.configuration import Way, Wish, check_wifi, default_name, kind_of, way_to
from moonhop.boards.configuration import configuration as made
from moonhop.boards.repl import About
from moonhop.boards.things import things_of
from moonhop.state import HostAddress
from moonhop_core.errors import MoonhopError


def address(broker: str, server: str = "0.0.0.0") -> HostAddress:
    return HostAddress("lab", f"http://{server}:8080", "token", broker, 1883, 1)


def test_a_board_gets_this_machines_address_where_the_host_listens_on_all(monkeypatch) -> None:
    monkeypatch.setattr(configuration, "own_address", lambda: "192.168.7.2")
    assert way_to(address("0.0.0.0"), None, False) == Way("192.168.7.2", "http://192.168.7.2:8080")
    assert way_to(address("broker.lan"), None, False).mqtt_host == "broker.lan"
    assert way_to(address("10.0.0.1", "10.0.0.1"), None, False).url == "http://10.0.0.1:8080"
    named = way_to(address("0.0.0.0"), "hub.lan", False)
    assert named == Way("hub.lan", "http://hub.lan:8080")


@pytest.mark.parametrize(
    ("broker", "server", "what"),
    [
        ("127.0.0.1", "127.0.0.1", "broker is at 127.0.0.1"),
        ("localhost", "0.0.0.0", "broker is at localhost"),
        ("10.0.0.1", "127.0.0.1", "server is at 127.0.0.1"),
        ("::1", "0.0.0.0", "broker is at ::1"),
    ],
)
def test_loopback_is_for_virtual_boards_only(broker: str, server: str, what: str) -> None:
    with pytest.raises(MoonhopError, match=f"{what}, where no board comes; start the host"):
        way_to(address(broker, server), None, False)
    assert way_to(address(broker, server), None, True).mqtt_host == broker


@pytest.mark.parametrize(
    ("ssid", "password", "says"),
    [
        ("", "", "1 to 32 bytes"),
        ("ä" * 17, "", "1 to 32 bytes"),
        ("shed", "1234567", "this one has 7"),
        ("shed", "x" * 64, "this one has 64"),
    ],
)
def test_what_is_no_wifi_is_refused(ssid: str, password: str, says: str) -> None:
    with pytest.raises(MoonhopError, match=says):
        check_wifi(Wish(wifi=ssid, password=password))


def test_open_networks_and_keys_in_hex_are_fine() -> None:
    for password in ("", "12345678", "a" * 63, "0f" * 32):
        check_wifi(Wish(wifi="shed", password=password))


@pytest.mark.parametrize(
    ("build", "machine", "kind"),
    [
        ("ESP32_GENERIC-SPIRAM", "Generic ESP32 module with SPIRAM with ESP32", "esp32-spiram"),
        ("ESP32_GENERIC_S3", "Generic ESP32S3 module with ESP32S3", "esp32s3"),
        ("", "ESP32C3 module with ESP32C3", "esp32c3"),
        ("MINE", "my own with ESP32-C6", "esp32c6"),
        ("RPI_PICO_W", "Raspberry Pi Pico W with RP2040", "micropython"),
    ],
)
def test_kind_of_a_board_is_what_its_micropython_says(build: str, machine: str, kind: str) -> None:
    about = About((1, 26, 0), 0x2B06, build, machine, "esp32", 1, "a0b1c2d3e4f5", True, True)
    assert kind_of(about) == kind
    assert default_name(kind, about) == f"{kind}-d3e4f5"


def test_a_board_keeps_wifi_and_tags_that_are_not_given_anew() -> None:
    known = {"wifi": {"ssid": "old", "password": "secret-1"}, "tags": ["zone=north"], "user": "x"}
    joining = {"node": "n", "mqtt_host": "127.0.0.1", "url": "http://127.0.0.1:1", "user": "n"}
    way = Way("10.0.0.1", "http://10.0.0.1:1")
    kept = made(joining, way, "esp32", Wish(), known, Catalog())
    assert (kept["wifi"], kept["tags"], kept["user"]) == (known["wifi"], ["zone=north"], "n")
    assert (kept["mqtt_host"], kept["url"], kept["board"]) == (way.mqtt_host, way.url, "esp32")
    fresh = made(joining, way, "esp32", Wish(wifi="new", tags=()), known, Catalog())
    assert fresh["wifi"] == {"ssid": "new", "password": ""}
    assert "tags" not in fresh


def test_a_board_is_told_of_the_pins_sensors_and_actuators_in_its_file() -> None:
    joining = {"node": "n", "mqtt_host": "127.0.0.1", "url": "http://127.0.0.1:1"}
    way = Way("10.0.0.1", "http://10.0.0.1:1")
    assert made(joining, way, "esp32", Wish(), {}, Catalog())["things"] == things_of(
        load_board("esp32")
    )
    assert "things" not in made(joining, way, "virtual", Wish(), {}, Catalog())
    own = {"pins": {"led": 25}}
    assert made(joining, way, "micropython", Wish(), {"things": own}, Catalog())["things"] == own
