"""Whether a heap stays flat: by medians, which single samples cannot move."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEAK = 8  # bytes a message that must not go unnoticed
TOLERANCE = 8192  # bytes that a flat heap may seem to grow by: what is under way, late warm-up


@dataclass(frozen=True)
class Sample:
    """A heap when nothing was under way: bytes after a collection."""

    messages: int  # so far
    used: int
    free: int
    largest: int  # of the pieces that are free

    @property
    def fragmentation(self) -> float:
        """The share of the free heap that is not in its largest piece."""
        return 1 - self.largest / self.free


def growth(samples: Sequence[Sample]) -> int:
    """Return by how many bytes the heap grew, warm-up left out: from the second quarter of the
    messages to their second half, each by its median.

    Raises ValueError if there are too few messages or samples to see a leak of LEAK bytes.
    """
    end = samples[-1].messages
    early = [each for each in samples if end / 4 <= each.messages <= end / 2]
    late = [each for each in samples if each.messages > end / 2]
    if min(len(early), len(late)) < 3:
        raise ValueError("there are too few samples to tell: three a quarter at least")
    apart = median(each.messages for each in late) - median(each.messages for each in early)
    if apart * LEAK < 2 * TOLERANCE:
        raise ValueError(f"a leak of {LEAK} bytes a message does not show in {end} messages")
    return round(median(each.used for each in late) - median(each.used for each in early))


def is_flat(samples: Sequence[Sample]) -> bool:
    """Tell whether the heap stayed flat after its warm-up."""
    return growth(samples) <= TOLERANCE
