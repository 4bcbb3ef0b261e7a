"""A fleet in virtual time: the real scheduler over thousands of simulated workers."""
