"""Numbers in a command's options, for argparse."""

import argparse


def positive(text: str) -> int:
    """Return a whole number from 1 on. Raises ArgumentTypeError, which argparse tells."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
