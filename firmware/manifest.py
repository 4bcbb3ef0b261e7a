"""Freezes the worker into a firmware: make FROZEN_MANIFEST=…/firmware/manifest.py."""

# ruff: noqa: F821 - the names are those of MicroPython's manifest files

require("umqtt.simple")
package(
    "moonhop_core",
    base_path="../shared",
    opt=3,
)
for name in ("umqtt_link", "moonhop_board", "moonhop_start", "black_box", "health", "wifi"):
    module(name + ".py", opt=3)
