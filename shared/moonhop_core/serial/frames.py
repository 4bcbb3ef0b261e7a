"""Frames amid a console's text.

    0xFE  content and its CRC-32 (4 bytes, big-endian), escaped  0xFF

No UTF-8 text has the bytes 0xFD to 0xFF in it (RFC 3629), so text and frames cannot be taken for
each other. Within a frame these three and all control characters are 0xFD and the byte xor 0x40:
Ctrl-C would interrupt a board, XON and XOFF stop a line, a newline be translated; and at a
board's prompt, where a frame may land when no worker runs, it is text that nothing carries out.
"""

import binascii

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable

START, END, ESCAPE = 0xFE, 0xFF, 0xFD
FLIP = 0x40
CRC = 4  # bytes
LONGEST = 160  # bytes of a frame's content and CRC; what is longer is none


def frame(content: bytes) -> bytes:
    """Return the frame of a content."""
    found = bytearray(b"\xfe")
    for part in (content, binascii.crc32(content).to_bytes(CRC, "big")):
        for byte in part:
            if byte < 0x20 or byte == 0x7F or byte >= ESCAPE:
                found.append(ESCAPE)
                byte ^= FLIP
            found.append(byte)
    found.append(END)
    return bytes(found)


class Splitter:
    """Tells frames from text.

    damaged  frames whose CRC was wrong, or that had no end
    """

    def __init__(
        self,
        take_frame: "Callable[[bytes], None]",
        take_text: "Callable[[bytes], None] | None" = None,
    ):
        """`take_frame` gets each whole frame's content, `take_text` what stands between frames."""
        self.damaged = 0
        self._take_frame = take_frame
        self._take_text = take_text
        self._buffer = bytearray(LONGEST)  # one for all frames
        self._have = -1  # bytes in it; -1: amid text
        self._escaped = False

    def feed(self, data: bytes) -> None:
        """Take what came over the line."""
        text = bytearray()
        for byte in data:
            if byte == START:
                self.damaged += self._have >= 0
                self._have = 0
                self._escaped = False
            elif self._have < 0:
                if self._take_text and byte < ESCAPE:
                    text.append(byte)
            elif byte == END:
                if text and self._take_text:
                    self._take_text(bytes(text))
                    text = bytearray()
                self._end()
            elif byte == ESCAPE:
                self._escaped = True
            elif self._have == LONGEST:
                self.damaged += 1
                self._have = -1
            else:
                self._buffer[self._have] = byte ^ FLIP if self._escaped else byte
                self._have += 1
                self._escaped = False
        if text and self._take_text:
            self._take_text(bytes(text))

    def _end(self) -> None:
        size = self._have - CRC
        self._have = -1
        content = bytes(self._buffer[: max(size, 0)])
        crc = int.from_bytes(bytes(self._buffer[max(size, 0) : size + CRC]), "big")
        if size < 0 or binascii.crc32(content) != crc:
            self.damaged += 1
        else:
            self._take_frame(content)
