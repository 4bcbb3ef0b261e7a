"""Lua's strings (code points 0..255, one for each byte) and text or bytes on the wire."""

from moonhop_core.process.octets import from_bytes, to_bytes


def wire_bytes(text: str) -> bytes:
    """Return the bytes of a Lua string; quick if it is ASCII."""
    data = text.encode()
    return data if len(data) == len(text) else to_bytes(text)


def lua_string(data: bytes) -> str:
    """Return the Lua string of some bytes; quick if they are ASCII."""
    try:
        text = data.decode()
    except UnicodeError:
        return from_bytes(data)
    return text if len(text) == len(data) else from_bytes(data)


def wire_text(text: str) -> str:
    """Return a Lua string as text: its bytes are UTF-8, or each is a character of its own."""
    data = text.encode()
    if len(data) == len(text):
        return text
    try:
        return to_bytes(text).decode()
    except UnicodeError:
        return text


def lua_text(text: str) -> str:
    """Return text as a Lua string: its bytes in UTF-8."""
    data = text.encode()
    return text if len(data) == len(text) else from_bytes(data)
