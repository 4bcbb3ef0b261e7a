"""Runs first on a board and returns at once: main.py does the work, and the prompt stays usable."""

import gc

# Collect early and often: what stays is then packed at the heap's beginning, and there is room in
# one piece at its end. Without, 1 kB in one piece can be missing while 40 kB are free.
gc.threshold(16384)
