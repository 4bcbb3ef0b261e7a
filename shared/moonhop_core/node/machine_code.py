"""Machine code in programs (`lang/native.py`), on boards that have room for it."""

NO_ROOM = "no room for machine code until the node starts again: it runs as bytecode"


def size(pieces: "list[bytes]") -> int:
    """Return the bytes of a compiled module that has machine code in it, 0 for bytecode alone: the
    third byte of its head tells for which machine it is."""
    head = b"".join([piece[:3] for piece in pieces[:3]])
    return sum([len(piece) for piece in pieces]) if len(head) > 2 and head[2] >> 2 else 0
