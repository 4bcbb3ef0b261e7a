"""When a process that ended or failed starts again, and when it does not."""

from moonhop.scheduler.rows import ProcessRow

FIRST, MOST = 1.0, 60.0  # seconds before the first start anew, and at most
WELL = 60.0  # seconds after which a process that runs counts as well


def delay(row: ProcessRow, failed: bool, now: float) -> tuple[int, float] | None:
    """Return (attempts, seconds to wait) for a process that came to an end, None if it stays over.

    The wait doubles with each failure in a row; one that ran well for a while begins anew.
    """
    if row.terms.restart == "never" or (not failed and row.terms.restart != "always"):
        return None
    attempts = 0 if now - row.changed > WELL else row.attempts
    if not failed:
        return 0, FIRST
    return attempts + 1, min(FIRST * 2**attempts, MOST)
