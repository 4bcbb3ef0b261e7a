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
        try:
            memory(_with(" ".join(map(str, words)) + "\n"))
        except MemoryError:  # it is printed
            pass


def keep(error):
    """Keep an exception's traceback. Raises MemoryError if there is too little."""
    text = io.StringIO()
    sys.print_exception(error, text)
    words = _with(text.getvalue())
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
    """Return the last words, whole lines; "" if there are none."""
    try:
        return _kept().decode()
    except UnicodeError:  # it is not what was written
        return ""


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


def _kept():
    memory = _memory()
    if memory:
        words = memory()
    else:
        try:
            with open(FILE, "rb") as file:
                words = file.read(len(MARK) + KEPT)
        except OSError:
            return b""
    return words[len(MARK) :] if words.startswith(MARK) else b""


def _with(text):
    """Return what is to be kept, with a text at its end: from the beginning of a line."""
    words = _kept() + text.encode()
    if len(words) > KEPT:
        words = words[-KEPT:]
        words = words[words.find(b"\n") + 1 :]
    return MARK + words


def _memory():
    try:
        from machine import RTC

        return RTC().memory
    except (ImportError, AttributeError):
        return None
