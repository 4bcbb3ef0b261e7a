"""Tests: one tree that mirrors the house; helpers are imported as ``tests.<module>``."""
