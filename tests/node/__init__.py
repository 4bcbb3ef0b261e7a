"""Nodes: worker, hop, links; against real brokers and a real MicroPython."""
