"""What C calls the errors of files, in its words and numbers; loaded with the first error."""

WORDS = {
    2: "No such file or directory",
    9: "Bad file descriptor",
    13: "Permission denied",
    17: "File exists",
    20: "Not a directory",
    21: "Is a directory",
    22: "Invalid argument",
    24: "Too many open files",
    28: "No space left on device",
    29: "Illegal seek",
    39: "Directory not empty",
}
OTHER = 5  # input/output error


def number_of(message: str) -> int:
    """Return the number of an error whose message ends in C's words."""
    for number, words in WORDS.items():
        if message.endswith(words):
            return number
    return OTHER
