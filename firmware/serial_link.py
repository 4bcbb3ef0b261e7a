"""A node's link and its requests over the serial line: MQTT and HTTP as over a network, but for
what carries the bytes. So sessions, acknowledgements and the will are those of UmqttLink."""

from moonhop_core.serial.packets import BROKER, SERVER
from serial_line import SerialLine
from umqtt_connection import Connection

_lines = []  # the board's one line


class SerialConnection(Connection):
    """A connection to the broker that the host's bridge has opened."""

    async def open(self, host, port, context):
        """Connect, when there is a bridge."""
        self._stream = await _lines[0].connect(BROKER)
        self._socket = self._stream.s


async def _to_server():
    stream = await _lines[0].connect(SERVER)
    return stream, stream


def begin(config, http):
    """Begin to listen for a host's bridge, and have the client of the host (Http) go over it; links
    do with SerialConnection."""
    _lines.append(SerialLine({"fleet": config["fleet"], "node": config["node"]}))
    http.connect = _to_server
