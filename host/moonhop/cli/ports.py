"""Tells serial ports from other names that may stand in their place."""


def is_port(target: str) -> bool:
    """Tell whether a serial port is meant, and not a process or a node."""
    return "/" in target or (target.upper().startswith("COM") and target[3:].isdigit())
