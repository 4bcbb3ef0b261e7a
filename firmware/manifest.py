"""Freezes the worker into a firmware: make FROZEN_MANIFEST=…/firmware/manifest.py."""

# ruff: noqa: F821 - the names are those of MicroPython's manifest files

require("umqtt.simple")
package(
    "moonhop_core",
    base_path="../shared",
    opt=3,
)
module("umqtt_link.py", opt=3)
module("moonhop_board.py", opt=3)
module("wifi.py", opt=3)
