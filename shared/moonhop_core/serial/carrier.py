"""Packets whole, once and in order over frames that get lost: go-back-N, both ends alike.

A frame's content is kind, session (2 bytes), number, number that is expected, packet. The receiver
takes the frame whose number it expects and no other, and tells the sender of a gap; the sender
keeps what is not acknowledged and sends all of that again from the gap on, or when nothing has
come back for a while. Nothing here reads a line or waits: see the methods.

Before packets go, the sides agree on a session. The host's side calls (WHO) until it has one. The
board's says HELLO when it starts and when it is called, with a new session's number and who it is,
and has it with the host's WELCOME. Else a board says nothing to nobody: its console may be a
person's.
"""

from moonhop_core.process.clock import RealClock

DATA, ACK, GAP, WHO, HELLO, WELCOME = range(6)
HEAD = 5  # bytes before a packet
PACKET = 112  # most bytes of a packet: some 10 ms at 115200 baud
QUEUE = 12  # packets that may wait, those under way included
PATIENCE = (300000, 2400000)  # microseconds without an answer: the first and the longest
KEEP = 2000000  # microseconds after which a side that has nothing to say says that it is there
SILENCE = 9000000  # microseconds after which the other side is gone; a turn may take two seconds

_clock = RealClock()


def content(
    kind: int, session: int, packet: bytes = b"", number: int = 0, wanted: int = 0
) -> bytes:
    """Return a frame's content."""
    return bytes((kind, session >> 8, session & 255, number, wanted)) + packet


def session_of(content: bytes) -> int:
    """Return the session that a frame's content is of."""
    return content[1] << 8 | content[2]


class Carrier:
    """One side of a session. `window`: how many packets may be under way at once.

    repeated  frames that were sent more than once
    """

    def __init__(self, session: int, window: int):
        self.session = session
        self.repeated = 0
        self._window = window
        self._queue: "list[bytes]" = []  # what is not acknowledged, oldest first
        self._base = 0  # the number of its first packet
        self._at = 0  # place in it of the next to be sent
        self._top = 0  # how many of it have been sent at least once
        self._wanted = 0  # the number that is expected from the other side
        self._answer = 0  # what is due: ACK or GAP
        self._gap = False  # a gap is told already
        self._patience = PATIENCE[0]
        self._moved = self._said = self._heard = _clock.monotonic()

    @property
    def room(self) -> int:
        """How many packets more can wait."""
        return max(QUEUE - len(self._queue), 0)

    @property
    def idle(self) -> bool:
        """Whether all that was put in has arrived."""
        return not self._queue

    @property
    def gone(self) -> bool:
        """Whether the other side has been silent for too long."""
        return _clock.monotonic() - self._heard > SILENCE

    def put(self, packet: bytes) -> None:
        """Have a packet sent, of PACKET bytes at most."""
        self._queue.append(packet)

    def next(self) -> "bytes | None":
        """Return the content of a frame that is to be sent now, None if none is. To be asked after
        `put` and `take`, and a few times a second."""
        now = _clock.monotonic()
        if self._at and now - self._moved > self._patience:
            self._patience = min(2 * self._patience, PATIENCE[1])
            self._moved = now
            self._at = 0
        kind = self._answer
        packet = b""
        number = 0
        if self._at < min(len(self._queue), self._window):
            if kind != GAP:
                kind = DATA
                packet = self._queue[self._at]
                number = (self._base + self._at) & 255
                if self._at == 0 and self._top == 0:
                    self._moved = now
                self._at += 1
                self.repeated += self._at <= self._top
                self._top = max(self._top, self._at)
        elif not kind:
            if now - self._said < KEEP:
                return None
            kind = ACK
        self._answer = 0
        self._said = now
        return content(kind, self.session, packet, number, self._wanted)

    def take(self, content: bytes) -> "bytes | None":
        """Take a frame's content of this session; return the packet that came with it, if it is
        the next one."""
        now = self._heard = _clock.monotonic()
        kind = content[0]
        taken = (content[4] - self._base) & 255
        if 0 < taken <= self._top:
            del self._queue[:taken]
            self._base = content[4]
            self._at = max(self._at - taken, 0)
            self._top -= taken
            self._moved = now
            self._patience = PATIENCE[0]
        if kind == GAP:
            self._at = 0
            self._moved = now
        if kind != DATA:
            return None
        ahead = (content[3] - self._wanted) & 255
        if ahead == 0:
            self._wanted = (self._wanted + 1) & 255
            self._gap = False
            self._answer = ACK
            return content[HEAD:]
        if ahead >= 128:  # it came already
            self._answer = ACK
        elif not self._gap:
            self._gap = True
            self._answer = GAP
        return None
