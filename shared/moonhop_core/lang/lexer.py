"""Lua source text to tokens, one at a time (manual 3.1).

A token's kind is a str: reserved words and symbols are their own text, the others are NAME,
STRING, INTEGER, FLOAT and EOF. The lexer works on bytes: indexing a str takes MicroPython time
that grows with the index.
"""

from moonhop_core.lang.characters import HEX_VALUES, bytes_of, text_of, unix_lines
from moonhop_core.lang.errors import LuaSyntaxError
from moonhop_core.lang.escapes import escaped
from moonhop_core.lang.numbers import parse_number
from moonhop_core.lang.tokens import EOF, FLOAT, INTEGER, KEYWORDS, NAME, STRING

try:
    from micropython import const
except ImportError:

    def const(value: int) -> int:
        """Mark a constant; MicroPython's compiler puts its value in place of its name."""
        return value


_ENV_NAMES = ("_ENV", "_G")
_NUL = "<\\0>"  # the token that a zero byte is; messages do not show it

# What a character can start; letters and digits come first, so `<= _DIGIT` means part of a name.
_LETTER = const(0)
_DIGIT = const(1)
_SPACE = const(2)
_NEWLINE = const(3)
_QUOTE = const(4)
_SINGLE = const(5)  # a symbol of one character
_DOUBLE = const(6)  # a symbol of one or two characters
_MINUS = const(7)
_DOT = const(8)
_BRACKET = const(9)
_OTHER = const(10)

_ZERO = const(48)
_EQUALS = const(61)
_OPEN = const(91)
_UNDERSCORE = const(95)


def _classify() -> bytes:
    kinds = bytearray([_OTHER] * 256)
    for characters, kind in (
        (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_", _LETTER),
        (b"0123456789", _DIGIT),
        (b" \t\v\f", _SPACE),
        (b"\n\r", _NEWLINE),
        (b"\"'", _QUOTE),
        (b"+*%^#&|(){}];,", _SINGLE),
        (b"=<>~/:", _DOUBLE),
        (b"-", _MINUS),
        (b".", _DOT),
        (b"[", _BRACKET),
    ):
        for c in characters:
            kinds[c] = kind
    return bytes(kinds)


_KINDS = _classify()
_SYMBOLS = {ord(c): c for c in "+-*/%^#&|~<>=(){}[];:,."}
_PAIRS = {ord(p[0]) << 8 | ord(p[1]): p for p in ("==", "~=", "<=", ">=", "<<", ">>", "//", "::")}


class Lexer:
    """The tokens of a source. `next()` reads one into these attributes:

    token      its kind
    value      of a NAME or STRING its text, of a numeral its number; old otherwise
    line       the line on which it ends, which is the one PUC Lua goes by
    last_line  the line on which the token before it ended
    start      where it starts in the source, in bytes
    names_env  some name or quoted string so far was _ENV or _G
    """

    def __init__(self, source: "str | bytes", name: str):
        data = bytes_of(source) if isinstance(source, str) else source
        self.data = data + b"\0"  # so that looking one character ahead needs no test
        self.size = len(data)
        self.name = name
        self.pos = 3 if data[:3] == b"\xef\xbb\xbf" else 0  # a byte order mark
        if data[self.pos : self.pos + 2] == b"#!":
            self.pos = self._line_end(self.pos)
        self.token = EOF
        self.value: "int | float | str" = ""
        self.line = 1
        self.last_line = 1
        self.start = 0
        self.names_env = False

    def next(self) -> None:
        """Read the next token; at the end of the source it is EOF, again and again."""
        self.last_line = self.line
        data = self.data
        kinds = _KINDS
        pos = self.pos
        while True:
            c = data[pos]
            kind = kinds[c]
            if kind == _SPACE:
                pos += 1
            elif kind == _LETTER:
                self.start = pos
                pos += 1
                while kinds[data[pos]] <= _DIGIT:
                    pos += 1
                self.pos = pos
                word = data[self.start : pos].decode()
                if word in KEYWORDS:
                    self.token = KEYWORDS[word]
                else:
                    self.token = NAME
                    self.value = word
                    if c == _UNDERSCORE and word in _ENV_NAMES:
                        self.names_env = True
                return
            elif kind == _SINGLE:
                self.start = pos
                self.pos = pos + 1
                self.token = _SYMBOLS[c]
                return
            elif kind == _NEWLINE:
                pos = self.after_newline(pos)
            elif kind == _DOUBLE:
                self.start = pos
                pair = _PAIRS.get(c << 8 | data[pos + 1])
                if pair:
                    self.pos = pos + 2
                    self.token = pair
                else:
                    self.pos = pos + 1
                    self.token = _SYMBOLS[c]
                return
            elif kind == _QUOTE:
                self.start = pos
                self._string(c)
                return
            elif kind == _DIGIT:
                self.start = pos
                self._numeral(pos)
                return
            elif kind == _DOT:
                self.start = pos
                if kinds[data[pos + 1]] == _DIGIT:
                    self._numeral(pos)
                elif data[pos + 1] != c:
                    self.pos = pos + 1
                    self.token = "."
                elif data[pos + 2] != c:
                    self.pos = pos + 2
                    self.token = ".."
                else:
                    self.pos = pos + 3
                    self.token = "..."
                return
            elif kind == _MINUS:
                self.start = pos
                if data[pos + 1] != c:
                    self.pos = pos + 1
                    self.token = "-"
                    return
                pos = self._comment(pos + 2)
            elif kind == _BRACKET:
                self.start = pos
                level = self._long_level(pos)
                if level >= 0:
                    self.value = self._long_text(pos, level, "string")
                    self.token = STRING
                elif data[pos + 1] == _EQUALS:
                    while data[pos + 1] == _EQUALS:
                        pos += 1
                    raise self.error(
                        "invalid long string delimiter", text_of(data[self.start : pos + 1])
                    )
                else:
                    self.pos = pos + 1
                    self.token = "["
                return
            elif pos == self.size:
                self.start = self.pos = pos
                self.token = EOF
                return
            else:  # no token of Lua; the parser refuses it where it comes up
                self.start = pos
                self.pos = pos + 1
                self.token = chr(c) if 32 <= c < 127 else "<\\%d>" % c
                return

    def peek(self) -> str:
        """The kind of the token after this one, which stays the current one."""
        saved = (self.token, self.value, self.start, self.line, self.last_line, self.pos)
        self.next()
        ahead = self.token
        self.token, self.value, self.start, self.line, self.last_line, self.pos = saved
        return ahead

    # ------------------------------------------------------------ space and comments

    def after_newline(self, pos: int) -> int:
        """Step over a line's end, which may be one of \\n \\r \\r\\n \\n\\r, and count the line."""
        self.line += 1
        after = self.data[pos + 1]
        if after != self.data[pos] and after in b"\r\n":
            return pos + 2
        return pos + 1

    def _line_end(self, pos: int) -> int:
        """Where the line that `pos` is in ends."""
        data = self.data
        end = data.find(b"\n", pos)
        if end < 0:
            end = self.size
        other = data.find(b"\r", pos, end)
        return other if other >= 0 else end

    def _comment(self, pos: int) -> int:
        """Step over the comment whose text starts at `pos`."""
        if self.data[pos] == _OPEN:
            level = self._long_level(pos)
            if level >= 0:
                self._long_text(pos, level, "comment")
                return self.pos
        return self._line_end(pos)

    # ------------------------------------------------------------ strings

    def _long_level(self, pos: int) -> int:
        """How many = stand in the long bracket that opens at `pos`; -1 if it is none."""
        data = self.data
        end = pos + 1
        while data[end] == _EQUALS:
            end += 1
        return end - pos - 1 if data[end] == _OPEN else -1

    def _long_text(self, pos: int, level: int, what: str) -> str:
        """Read from the long bracket at `pos` to its end; the text, for a comment no matter."""
        data = self.data
        first_line = self.line
        start = pos + level + 2
        close = b"]" + b"=" * level + b"]"
        end = data.find(close, start)
        piece = data[start : end if end >= 0 else self.size]
        if b"\r" in piece:
            piece = unix_lines(piece)
        self.line += piece.count(b"\n")
        if end < 0:
            message = "unfinished long %s (starting at line %d)" % (what, first_line)
            raise self.error(message, EOF)
        self.pos = end + level + 2
        if what == "comment":
            return ""
        return text_of(piece[1:] if piece[:1] == b"\n" else piece)

    def _string(self, quote: int) -> None:
        """Read the quoted string that starts at self.start."""
        data = self.data
        start = self.start + 1
        end = data.find(b'"' if quote == 34 else b"'", start)
        piece = data[start:end] if end >= 0 else b"\n"
        if b"\\" in piece or b"\n" in piece or b"\r" in piece:
            text = escaped(self, quote, start)
        else:
            text = text_of(piece)
            self.pos = end + 1
        self.token = STRING
        self.value = text
        if text in _ENV_NAMES:
            self.names_env = True

    # ------------------------------------------------------------ numerals

    def _numeral(self, start: int) -> None:
        """Read a numeral: all that looks like one is taken, then it must be one, as in PUC Lua."""
        data = self.data
        kinds = _KINDS
        pos = start
        while kinds[data[pos]] == _DIGIT:
            pos += 1
        if kinds[data[pos]] != _LETTER and data[pos] != 46 and pos - start < 19:
            self.pos = pos
            self.value = int(data[start:pos].decode())
            self.token = INTEGER
            return
        pos = start if data[start] != 46 else start + 1
        exponents = b"eE"
        if data[pos] == _ZERO and data[pos + 1] in b"xX":
            exponents = b"pP"
            pos += 2
        while True:
            c = data[pos]
            if c in exponents:
                pos += 2 if data[pos + 1] in b"+-" else 1
            elif c in HEX_VALUES or c == 46:
                pos += 1
            else:
                break
        if kinds[c] == _LETTER:
            pos += 1
        self.pos = pos
        text = data[start:pos].decode()
        value = parse_number(text)
        if value is None:
            raise self.error("malformed number", text)
        self.value = value
        self.token = INTEGER if isinstance(value, int) else FLOAT

    # ------------------------------------------------------------ errors

    def near(self) -> str:
        """The current token as an error message shows it."""
        token = self.token
        if token == STRING:  # with its delimiters, and its escapes already read
            size = 1
            if self.data[self.start] == _OPEN:
                size = self._long_level(self.start) + 2
            first = text_of(self.data[self.start : self.start + size])
            return first + str(self.value) + first.replace("[", "]")
        if token in (NAME, INTEGER, FLOAT):
            return text_of(self.data[self.start : self.pos])
        return token

    def error(self, message: str, near: "str | None" = None, at: int = -1) -> LuaSyntaxError:
        """The error to raise: `message`, near the token text `near` if given.

        `at` is the place at fault in the source, the current token's start if not given.
        """
        if near is not None:
            near = near.split("\0")[0]
            message += " near " + (near if near == EOF else "'" + near + "'")
        line, first = self._line_at(self.start if at < 0 else at)
        text = text_of(self.data[first : min(self._line_end(first), self.size)])
        column = (self.start if at < 0 else at) - first + 1
        return LuaSyntaxError(self.name, line, column, message, text, self.line)

    def unexpected(self, message: str) -> LuaSyntaxError:
        """The error to raise: `message`, near the current token."""
        return self.error(message, None if self.token == _NUL else self.near())

    def _line_at(self, place: int) -> "tuple[int, int]":
        """The line that holds the byte at `place`, and where this line starts."""
        line, first = 1, 0
        while True:
            end = self._line_end(first)
            after = end + 1
            if self.data[end : end + 2] in (b"\r\n", b"\n\r"):
                after = end + 2
            if after > place or end >= self.size:
                return line, first
            line, first = line + 1, after
