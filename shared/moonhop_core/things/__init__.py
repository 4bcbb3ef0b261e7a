"""The things of a node: its sensors, actuators and pins, real or recorded. Knows no process."""
