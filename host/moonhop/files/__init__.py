"""The fleet's files: one tree that programs, people and tools share, over HTTP."""
