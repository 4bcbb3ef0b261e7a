# mypy: ignore-errors
"""As much of a board's `machine` as sets the clock."""

import time


class RTC:
    def datetime(self, moment):
        time.set(moment)
