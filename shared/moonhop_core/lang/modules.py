"""Modules of a program: what they may be called, and where they are looked for."""

PATH = "?.lua;?/init.lua;/lib/?.lua;/lib/?/init.lua"  # relative: beside the program's file
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
LONGEST = 100  # characters of a name
STANDARD = ("_G", "coroutine", "debug", "math", "os", "package", "string", "table", "utf8")


class Module:
    """A module of a program.

    name    what `require` is given: "lib.kalman"
    path    where it was found, which is its chunk's name: "lib/kalman.lua"
    source  Lua text, code points 0..255
    """

    def __init__(self, name: str, path: str, source: str):
        self.name = name
        self.path = path
        self.source = source


def wrong_name(name: str) -> str:
    """Return what is wrong with a module's name, "" if nothing is."""
    if len(name) > LONGEST:
        return "it is longer than %d characters" % LONGEST
    for part in name.split("."):
        if not part or [char for char in part if char not in SIGNS]:
            return "use letters, digits, '_' and '-', with single dots between folders"
    return ""


def places(name: str) -> "list[str]":
    """Return the paths that a module is looked for under, in order."""
    return [place.replace("?", name.replace(".", "/")) for place in PATH.split(";")]
