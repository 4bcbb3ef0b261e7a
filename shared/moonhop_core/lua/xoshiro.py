"""The generator of math.random: xoshiro256**, the same sequences as PUC Lua 5.4."""

MASK = 0xFFFFFFFFFFFFFFFF


def signed(value: int) -> int:
    """Return 64 bits as a Lua integer."""
    return value - 0x10000000000000000 if value >> 63 else value


class Xoshiro:
    """A generator with its state of four 64-bit words."""

    def __init__(self, n1: int = 0, n2: int = 0):
        self.s0 = self.s1 = self.s2 = self.s3 = 0
        self.seed(n1, n2)

    def seed(self, n1: int, n2: int) -> None:
        """Start the sequence that belongs to two seeds, as math.randomseed(n1, n2) does."""
        self.s0 = n1 & MASK
        self.s1 = 0xFF
        self.s2 = n2 & MASK
        self.s3 = 0
        for _ in range(16):
            self.next()

    def next(self) -> int:
        """Return the next 64 random bits, unsigned."""
        s0 = self.s0
        s1 = self.s1
        s2 = self.s2 ^ s0
        s3 = self.s3 ^ s1
        result = (s1 * 5) & MASK
        result = (((result << 7) | (result >> 57)) & MASK) * 9 & MASK
        self.s0 = s0 ^ s3
        self.s1 = s1 ^ s2
        self.s2 = s2 ^ ((s1 << 17) & MASK)
        self.s3 = ((s3 << 45) | (s3 >> 19)) & MASK
        return result

    def below(self, most: int) -> int:
        """Return a random integer from 0 to `most` (unsigned, both included)."""
        bits = self.next()
        if most & (most + 1) == 0:
            return bits & most
        mask = most
        shift = 1
        while shift < 64:
            mask |= mask >> shift
            shift *= 2
        bits &= mask
        while bits > most:
            bits = self.next() & mask
        return bits

    def get_state(self) -> "list[int]":
        """Return the state as four signed integers, for images."""
        return [signed(self.s0), signed(self.s1), signed(self.s2), signed(self.s3)]

    def set_state(self, state: "list[int]") -> None:
        """Go on where a generator with this state was."""
        self.s0, self.s1, self.s2, self.s3 = [word & MASK for word in state]
