"""How much one append may have, and how what is longer is cut into several."""

LARGEST = 1 << 20  # bytes


def cut(content: bytes) -> list[bytes]:
    """Return content in pieces that one append takes, cut at the ends of lines if there are any."""
    found = []
    while len(content) > LARGEST:
        at = content.rfind(b"\n", 0, LARGEST) + 1 or LARGEST
        found.append(content[:at])
        content = content[at:]
    return [*found, content]
