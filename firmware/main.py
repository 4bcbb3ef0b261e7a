"""Runs after boot.py: the worker, until it is interrupted (Ctrl-C) or the board resets."""

import moonhop_board

moonhop_board.main()
