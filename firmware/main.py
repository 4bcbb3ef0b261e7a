"""Runs after boot.py: the worker, until it is interrupted (Ctrl-C) or the board resets."""

import moonhop_start

main, how = moonhop_start.start()
del moonhop_start
if main:
    try:
        main(how)
    except Exception as error:
        import moonhop_start

        moonhop_start.fail(error, True)
