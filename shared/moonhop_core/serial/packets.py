"""What is in the packets: streams between a board and the host's broker and server.

A packet is a stream's number, what it is, and perhaps data. The board opens streams; towards the
board no more goes than it has granted, for its memory is small.
"""

OPEN, DATA, CLOSE, GRANT = range(4)
BROKER, SERVER = b"broker", b"server"  # what OPEN names
HEAD = 2  # bytes before the data
GRANTED = 512  # bytes that may come over a stream at first; GRANT (2 bytes, big-endian) adds more


def packet(stream: int, kind: int, data: bytes = b"") -> bytes:
    """Return a packet."""
    return bytes((stream, kind)) + data
