"""The host's end of a serial line: boards without a network join the fleet over USB."""
