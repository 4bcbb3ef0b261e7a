"""Hardware-in-loop: one suite for boards at ports and for virtual ones."""
