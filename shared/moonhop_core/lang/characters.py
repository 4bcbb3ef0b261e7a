"""Characters as Lua has them: its strings are bytes, here a str of code points 0..255."""

HEX_VALUES = {ord(c): int(c, 16) for c in "0123456789abcdefABCDEF"}


def text_of(data: "bytes | bytearray") -> str:
    """A Lua string, code points 0..255, of these bytes."""
    if data and max(data) > 127:
        return "".join([chr(c) for c in data])
    return data.decode()


def bytes_of(source: str) -> bytes:
    """The bytes that a Lua string stands for."""
    data = source.encode()
    if len(data) != len(source):  # UTF-8 made two bytes of a code point above 127
        data = bytes([ord(c) for c in source])
    return data


def utf8_bytes(code: int) -> bytes:
    """`code`, below 2^31, in UTF-8 as it once was: up to six bytes (Lua's \\u and utf8.char)."""
    if code < 0x80:
        return bytes((code,))
    tail: "list[int]" = []
    room = 0x3F  # the greatest value that fits into the first byte
    while code > room:
        tail.append(0x80 | code & 0x3F)
        code >>= 6
        room >>= 1
    tail.append(~room << 1 & 0xFF | code)
    tail.reverse()
    return bytes(tail)


def unix_lines(data: bytes) -> bytes:
    """`data` with each line's end, \\n \\r \\r\\n or \\n\\r, as one \\n."""
    out = bytearray()
    pos = 0
    end = len(data)
    while pos < end:
        c = data[pos]
        pos += 1
        if c in b"\r\n":
            if pos < end and data[pos] != c and data[pos] in b"\r\n":
                pos += 1
            c = 10
        out.append(c)
    return bytes(out)
