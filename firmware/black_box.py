"""The board's last words: what it said at its end, for the birth after the next boot.

They are in memory that a reset leaves alone (an ESP32's RTC memory; a power cut takes it). Where
there is none, a file has them, written only when something goes wrong: flash wears out.
"""

import io
import os
import sys

MARK = b"moonhop\n"  # in front of them: such memory may hold anything after a power cut
KEPT = 1000  # bytes of them
FILE = "moonhop_crash.txt"


def say(*words):
    """Print a line, and keep it where that costs no flash."""
    print(*words)
    memory = _memory()
    if memory:
        memory(MARK + _joined(" ".join(map(str, words)) + "\n"))


def keep(error):
    """Keep an exception's traceback."""
    text = io.StringIO()
    sys.print_exception(error, text)
    words = MARK + _joined(text.getvalue())
    memory = _memory()
    if memory:
        memory(words)
        return
    try:
        with open(FILE, "wb") as file:
            file.write(words)
    except OSError:  # flash is full: the console has it
        pass


def read():
    """Return the last words; "" if there are none."""
    memory = _memory()
    if memory:
        words = memory()
    else:
        try:
            with open(FILE, "rb") as file:
                words = file.read(KEPT + len(MARK))
        except OSError:
            return ""
    if not words.startswith(MARK):
        return ""
    return "".join(chr(byte) for byte in words[len(MARK) :] if byte < 128)


def clear():
    """Forget them: they are told, or the board ends in good order."""
    memory = _memory()
    if memory:
        memory(b"")
        return
    try:
        os.remove(FILE)
    except OSError:
        pass


def _joined(text):
    return (read() + text).encode()[-KEPT:]


def _memory():
    try:
        from machine import RTC

        return RTC().memory
    except (ImportError, AttributeError):
        return None
