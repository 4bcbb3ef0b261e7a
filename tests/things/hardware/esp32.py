"""The thermometers in ESP32 chips."""

# mypy: ignore-errors


def raw_temperature():
    return 122


def mcu_temperature():
    return 41
