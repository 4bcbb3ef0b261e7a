"""A program's manifest: the leading lines of its source that start with `--!`, which are TOML.

MicroPython has no TOML reader, and a manifest needs little of it: `key = value` with strings,
numbers, booleans and flat arrays. Comments start with `#` as in TOML or `--` as in Lua.
"""

from moonhop_core.errors import MoonhopError
from moonhop_core.lang.characters import bytes_of
from moonhop_core.lang.modules import wrong_name

ENGINES = ("lua54", "luajit", "python")
DEFAULT_ENGINES = ("lua54", "python")
ISOLATIONS = ("none", "own")

_PREFIX = "--!"
_BARE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_NAME = _BARE + "."
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_UNITS = {"": 1, "k": 1024, "m": 1024 * 1024, "g": 1024 * 1024 * 1024}


class ManifestError(MoonhopError):
    """A manifest that cannot be used; the message names file and line and says what to do.

    source_name, line   where; message: what, without the place
    """

    def __init__(self, source_name: str, line: int, message: str):
        self.source_name = source_name
        self.line = line
        self.message = message
        super().__init__(source_name + ":" + str(line) + ": " + message)


def parse_manifest(source: str, name: str) -> "dict[str, object]":
    """The keys that the manifest of `source` gives, checked; {} if it has none.

    name         str, one level of a topic
    needs        list of str: capabilities and tags
    memory       int, bytes ("48k" and 49152 both give 49152)
    slice        float, seconds that a turn may take
    checkpoint   float, seconds between two checkpoints
    engines      list of str out of ENGINES; DEFAULT_ENGINES hold when it is not given
    isolation    str out of ISOLATIONS: "own", the process gets an OS process of its own (where
                 the node has such), or "none"; see `isolation`
    modules      list of str: modules that `require` is to find by names made at run time
    native       list of str: functions that are to be machine code on boards (`lang/native.py`)

    `name` stands in messages. Raises ManifestError.
    """
    found: "dict[str, object]" = {}
    reader = _Reader(_manifest_lines(source, name), name)
    while reader.skip_space(True):
        line = reader.line
        key = reader.key()
        if key not in _CHECKS:
            known = ", ".join(sorted(_CHECKS))
            raise ManifestError(name, line, "unknown key '%s'; known are %s" % (key, known))
        if key in found:
            raise ManifestError(name, line, "'%s' is given twice; keep one" % key)
        value = reader.value()
        reader.end_of_line()
        trouble = ""
        try:
            found[key] = _CHECKS[key](value)
        except ValueError as error:
            trouble = str(error)
        if trouble:
            raise ManifestError(name, line, "'%s' %s" % (key, trouble))
    return found


def _manifest_lines(source: str, name: str) -> "list[tuple[int, str]]":
    """(line number, text behind `--!`) of the manifest's lines."""
    lines: "list[tuple[int, str]]" = []
    start = number = 0
    while start < len(source):
        end = source.find("\n", start)
        end = end if end >= 0 else len(source)
        number += 1
        if source[start : start + 3] == _PREFIX:
            text = source[start + 3 : end].rstrip("\r")
            decoded = None
            try:
                decoded = bytes_of(text).decode()
            except ValueError:
                pass
            if decoded is None:
                raise ManifestError(name, number, "is not UTF-8; save the file as UTF-8")
            lines.append((number, decoded))
        elif number > 1 or source[:2] != "#!":
            break
        start = end + 1
    return lines


class _Reader:
    """Reads keys and values off the manifest's lines.

    text, line   the current line's text and number
    pos          the place in it
    """

    def __init__(self, lines: "list[tuple[int, str]]", name: str):
        self.lines = lines
        self.name = name
        self.next_line = 0
        self.line = 0
        self.text = ""
        self.pos = 0

    def error(self, message: str) -> ManifestError:
        return ManifestError(self.name, self.line, message)

    def char(self) -> str:
        """The character here, "" at the line's end."""
        return self.text[self.pos : self.pos + 1]

    def skip_space(self, across_lines: bool) -> bool:
        """Step over space and comments; False if nothing follows."""
        while True:
            while self.char() in (" ", "\t"):
                self.pos += 1
            c = self.char()
            if c and c != "#" and self.text[self.pos : self.pos + 2] != "--":
                return True
            self.pos = len(self.text)
            if not across_lines or self.next_line == len(self.lines):
                return False
            self.line, self.text = self.lines[self.next_line]
            self.next_line += 1
            self.pos = 0

    def word(self, allowed: str) -> str:
        """The longest run of `allowed` characters here."""
        start = self.pos
        while self.char() and self.char() in allowed:
            self.pos += 1
        return self.text[start : self.pos]

    def key(self) -> str:
        """A key and the = behind it."""
        if self.char() == "[":
            raise self.error("tables are not known in a manifest; write key = value")
        key = self.word(_BARE)
        self.skip_space(False)
        if not key or self.char() != "=":
            raise self.error('expected key = value, such as name = "mean"')
        self.pos += 1
        return key

    def end_of_line(self) -> None:
        """Nothing but a comment may follow."""
        if self.skip_space(False):
            raise self.error(
                "'%s' after the value; put each key on a line of its own" % self.rest()
            )

    def rest(self) -> str:
        """What stands from here to the line's end, for messages."""
        return self.text[self.pos :].strip()

    def value(self) -> object:
        """A value: a string, a number, a boolean or an array of strings and numbers."""
        if not self.skip_space(False):
            raise self.error("a value is missing after =")
        if self.char() == "[":
            return self.array()
        return self.scalar()

    def array(self) -> "list[object]":
        """A flat array; it may go over several lines."""
        start = self.line
        found: "list[object]" = []
        self.pos += 1
        while True:
            if not self.skip_space(True):
                break
            if self.char() == "]":
                self.pos += 1
                return found
            if self.char() == "[":
                raise self.error("arrays cannot stand in arrays; write one flat list")
            found.append(self.scalar())
            if not self.skip_space(True):
                break
            if self.char() == ",":
                self.pos += 1
            elif self.char() != "]":
                raise self.error("expected , or ] in the array, not '%s'" % self.rest())
        raise ManifestError(self.name, start, "the array is not closed; add ]")

    def scalar(self) -> object:
        """A string, a number or a boolean."""
        c = self.char()
        if c in ('"', "'"):
            return self.string(c)
        here = self.rest()
        word = self.word(_BARE + ".+:")
        if word in ("true", "false"):
            return word == "true"
        digits = word.replace("_", "")
        if digits[:1] and digits.lstrip("+-")[:1] in tuple("0123456789"):
            try:
                return int(digits)
            except ValueError:
                pass
            try:
                return float(digits)
            except ValueError:
                pass
        raise self.error(
            "'%s' is no value; write \"text\", a number, true, false or [ ... ]" % (word or here)
        )

    def string(self, quote: str) -> str:
        """A string: in double quotes with escapes, in single quotes as it stands."""
        self.pos += 1
        parts: "list[str]" = []
        while True:
            c = self.char()
            if not c:
                raise self.error("the string is not closed; add " + quote)
            self.pos += 1
            if c == quote:
                return "".join(parts)
            if c == "\\" and quote == '"':
                c = self.escape()
            parts.append(c)

    def escape(self) -> str:
        """What the escape whose backslash was just read stands for."""
        c = self.char()
        self.pos += 1
        if c in _ESCAPES:
            return _ESCAPES[c]
        size = {"u": 4, "U": 8}.get(c, 0)
        digits = self.text[self.pos : self.pos + size]
        self.pos += size
        try:
            if len(digits) < size or not size or not digits.strip("+-_ ") == digits:
                raise ValueError
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            pass
        message = "invalid escape '\\%s' in a string; write \\\\ for a backslash"
        raise self.error(message % (c + digits))


# ---------------------------------------------------------------- what the keys may hold


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a text in quotes")
    return value


def _name(value: object) -> str:
    text = _text(value)
    for c in text:
        if c not in _NAME:
            raise ValueError("has '%s' in it; use letters, digits, '-', '_' and '.'" % c)
    return text


def _texts(value: object) -> "list[str]":
    if not isinstance(value, list):
        raise ValueError('must be a list of texts, such as ["temperature"]')
    for item in value:
        if not isinstance(item, str) or not item:
            raise ValueError('must be a list of texts, such as ["temperature"]')
    return value


def _modules(value: object) -> "list[str]":
    names = _texts(value)
    for name in names:
        wrong = wrong_name(name)
        if wrong:
            raise ValueError("names '%s', which is no module's name: %s" % (name, wrong))
    return names


def _engines(value: object) -> "list[str]":
    engines = _texts(value)
    for engine in engines:
        if engine not in ENGINES:
            message = "names '%s', which is no engine; known are %s"
            raise ValueError(message % (engine, ", ".join(ENGINES)))
    if not engines:
        raise ValueError("names no engine; leave it out or name one of " + ", ".join(ENGINES))
    return engines


def memory_in_bytes(value: object) -> int:
    """Return a size ("48k", "2M", a number) in bytes. Raises ValueError: what it must be."""
    if isinstance(value, str):
        number = value.lower().rstrip("b").rstrip("kmg")
        unit = value.lower().rstrip("b")[len(number) :]
        digits = [c for c in number if c not in "0123456789"]
        if number and not digits and unit in _UNITS:
            value = int(number) * _UNITS[unit]
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError('must be a size, such as "48k", "2M" or a number of bytes')
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, bool) and isinstance(value, (int, float)) and 0 < value < 1e9:
        return float(value)
    raise ValueError("must be a number of seconds greater than 0")


def _isolation(value: object) -> str:
    if value not in ISOLATIONS:
        raise ValueError('must be "own" (an OS process of its own) or "none"')
    return _text(value)


_CHECKS = {
    "checkpoint": _seconds,
    "engines": _engines,
    "isolation": _isolation,
    "memory": memory_in_bytes,
    "modules": _modules,
    "name": _name,
    "native": _texts,
    "needs": _texts,
    "slice": _seconds,
}
