"""The dual-target core: every file here runs unchanged on CPython and on MicroPython."""

__version__ = "0.1.0"
