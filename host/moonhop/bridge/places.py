"""Where the fleet's broker and server are, as seen from the host's machine."""

from collections.abc import Callable
from urllib.parse import urlsplit

from moonhop.bridge.streams import Place
from moonhop.state import HostAddress
from moonhop_core.serial import packets

LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # where one is that listens everywhere


def places(where: Callable[[], HostAddress]) -> Callable[[bytes], Place]:
    """Return what finds them, anew each time: a host that is started again may be elsewhere.
    ``where`` says where the host is, and raises MoonhopError while there is none."""

    def find(name: bytes) -> Place:
        address = where()
        if name == packets.BROKER:
            host, port = address.mqtt_host, address.mqtt_port
        else:
            server = urlsplit(address.url)
            host, port = server.hostname or "", server.port or 80
        return LOCAL.get(host, host), port

    return find
