"""The root of all errors that moonhop raises on purpose."""


class MoonhopError(Exception):
    """Something that the person at the keyboard, or the caller, can act on.

    Its message is one line that says what is wrong and what to do. The command line prints it
    without a stack trace and ends with status 1. Parts derive their own errors from it; anything
    else that comes up is a fault in moonhop and shows its stack trace.
    """
