"""The worker program of a CPython node: `python -m moonhop.node --config FILE`."""
