"""Boards: what they are, what they need, and how files get onto them."""
