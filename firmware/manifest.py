"""Freezes the worker into a firmware: make FROZEN_MANIFEST=…/firmware/manifest.py."""

# ruff: noqa: F821 - the names are those of MicroPython's manifest files

require("umqtt.simple")
package(
    "moonhop_core",
    base_path="../shared",
    opt=3,
)
for name in (
    "moonhop_start",
    "black_box",
    "moonhop_board",
    "health",
    "trust",
    "wifi",
    "board_clock",
    "board_things",
    "board_pins",
    "board_buses",
    "board_chips",
    "umqtt_link",
    "umqtt_connection",
    "umqtt_wire",
    "serial_line",
    "serial_link",
    "updating",
    "slots",
):
    module(name + ".py", opt=3)
