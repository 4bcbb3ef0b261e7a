"""A process: its tasks, timers, messages and files, its image, and the interface to engines."""
