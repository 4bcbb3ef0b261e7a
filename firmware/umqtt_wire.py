"""MQTT packets by umqtt.simple's client, without a socket.

The client reads from and writes to its socket and waits in between. Here its socket is a `Wire`: it
collects what the client writes, and gives it one packet that has already come whole. Where the
client would wait, the wire raises `Wait`, and the answer is looked for in the packets that come
later. Works with the client of 2017 (1.3.4 in the package registry) and with later ones.
"""

import struct


class Wait(Exception):
    """The client would have to wait for the broker here."""


class Wire:
    """What MQTTClient takes for its socket (and, while it connects, for the socket module)."""

    def __init__(self):
        self.out = bytearray()
        self.packet = b""
        self.at = 0

    def read(self, size):
        """Give the client a part of the packet; raises Wait if there is no more."""
        end = self.at + size
        if end > len(self.packet):
            raise Wait
        data = bytes(self.packet[self.at : end])
        self.at = end
        return data

    def write(self, data, size=None):
        """Take what the client has to send."""
        self.out.extend(data if size is None else data[:size])

    def taken(self):
        """Return what the client wrote since the last time."""
        out = self.out
        self.out = bytearray()
        return out

    def socket(self, *_):
        """Stand where the socket module stands."""
        return self

    def getaddrinfo(self, *_):
        """Stand there as well: the connection is there already."""
        return [(None,)]

    def connect(self, *_):
        """Do nothing, as all else that a client does with its socket."""

    setblocking = settimeout = close = connect


def measure(buffer, at, have):
    """Return where the variable header of the packet at `at` starts, 0 if unknown yet, and the
    number of bytes from there on."""
    size = shift = 0
    i = at + 1
    while i < have and shift < 28:
        byte = buffer[i]
        i += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return i, size
    return 0, 0


def control(kind, number, name, tail):
    """Return a SUBSCRIBE or UNSUBSCRIBE packet: MQTTClient counts their length in one byte, and has
    no UNSUBSCRIBE."""
    size = 4 + len(name) + len(tail)
    head = bytearray([kind])
    while size > 0x7F:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    head.append(size)
    return bytes(head) + struct.pack("!HH", number, len(name)) + name + tail
