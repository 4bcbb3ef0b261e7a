"""Updates of boards over the air: what a board is given, one board's update, a fleet's roll-out."""
