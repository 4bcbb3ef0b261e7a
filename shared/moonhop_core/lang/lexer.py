"""Lua source text to tokens, one at a time (manual 3.1).

A token's kind is a str: reserved words and symbols are their own text, the others are NAME,
STRING, INTEGER, FLOAT and EOF. The lexer works on bytes: indexing a str takes MicroPython time
that grows with the index.
"""

from moonhop_core.lang.errors import LuaSyntaxError
from moonhop_core.lang.numbers import parse_number

try:
    from micropython import const
except ImportError:

    def const(value: int) -> int:
        """Mark a constant; MicroPython's compiler puts its value in place of its name."""
        return value


EOF = "<eof>"
NAME = "<name>"
STRING = "<string>"
INTEGER = "<integer>"
FLOAT = "<number>"

_ENV_NAMES = ("_ENV", "_G")
_NUL = "<\\0>"  # the token that a zero byte is; messages do not show it

_WORDS = """and break do else elseif end false for function goto if in local nil not or repeat
return then true until while"""
KEYWORDS = {word: word for word in _WORDS.split()}

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

_TAB = const(9)
_LF = const(10)
_CR = const(13)
_ZERO = const(48)
_EQUALS = const(61)
_OPEN = const(91)
_BACKSLASH = const(92)
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
_ESCAPES = {ord(c): ord(means) for c, means in zip("abfnrtv\\\"'", "\a\b\f\n\r\t\v\\\"'")}
_HEX_VALUES = {ord(c): int(c, 16) for c in "0123456789abcdefABCDEF"}


def text_of(data: "bytes | bytearray") -> str:
    """A Lua string, code points 0..255, of these bytes."""
    if data and max(data) > 127:
        return "".join([chr(c) for c in data])
    return data.decode()


def bytes_of(source: str) -> bytes:
    """The bytes that a Lua string stands for."""
    data = source.encode()
    if len(data) != len(source):  # UTF-8 made two bytes of a code point above 127
        data = bytes([ord(c) for c in source])
    return data


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
                pos = self._newline(pos)
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

    def _newline(self, pos: int) -> int:
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
            piece = _unix_lines(piece)
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
            text = self._escaped(quote, start)
        else:
            text = text_of(piece)
            self.pos = end + 1
        self.token = STRING
        self.value = text
        if text in _ENV_NAMES:
            self.names_env = True

    def _escaped(self, quote: int, pos: int) -> str:
        """The text of a quoted string with escapes (or with something wrong in it)."""
        data = self.data
        out = bytearray()
        while True:
            plain = pos
            c = data[pos]
            while c != quote and c != _BACKSLASH and c != _LF and c != _CR:
                pos += 1
                if pos > self.size:
                    raise self.error("unfinished string", EOF)
                c = data[pos]
            out.extend(data[plain:pos])
            if c == quote:
                self.pos = pos + 1
                return text_of(out)
            if c != _BACKSLASH:
                raise self.error("unfinished string", chr(quote) + text_of(out))
            c = data[pos + 1]
            if c in _ESCAPES:
                out.append(_ESCAPES[c])
                pos += 2
            elif c in b"\r\n":
                out.append(_LF)
                pos = self._newline(pos + 1)
            elif c == 120:  # x
                high = self._hex_digit(out, pos, pos + 2)
                out.append(high << 4 | self._hex_digit(out, pos, pos + 3))
                pos += 4
            elif c == 122:  # z: skips the white space that follows
                pos += 2
                while _SPACE <= _KINDS[data[pos]] <= _NEWLINE:
                    pos = self._newline(pos) if _KINDS[data[pos]] == _NEWLINE else pos + 1
            elif c == 117:  # u
                pos = self._unicode(out, pos)
            elif _KINDS[c] == _DIGIT:
                pos = self._decimal(out, pos)
            elif pos + 1 == self.size:
                raise self.error("unfinished string", EOF)
            else:
                raise self._bad_escape("invalid escape sequence", out, pos, pos + 1)

    def _hex_digit(self, out: bytearray, escape: int, pos: int) -> int:
        value = _HEX_VALUES.get(self.data[pos])
        if value is None:
            raise self._bad_escape("hexadecimal digit expected", out, escape, pos)
        return value

    def _decimal(self, out: bytearray, escape: int) -> int:
        """Read the escape \\ddd: at most three digits; return where it ends."""
        data = self.data
        pos = escape + 1
        value = 0
        while pos < escape + 4 and _KINDS[data[pos]] == _DIGIT:
            value = value * 10 + data[pos] - _ZERO
            pos += 1
        if value > 255:
            raise self._bad_escape("decimal escape too large", out, escape, pos)
        out.append(value)
        return pos

    def _unicode(self, out: bytearray, escape: int) -> int:
        """Read the escape \\u{X…}, below 2^31, into UTF-8; return where it ends."""
        data = self.data
        pos = escape + 2
        if data[pos] != 123:  # {
            raise self._bad_escape("missing '{'", out, escape, pos)
        code = self._hex_digit(out, escape, pos + 1)
        pos += 2
        while data[pos] in _HEX_VALUES:
            if code >= 0x8000000:
                raise self._bad_escape("UTF-8 value too large", out, escape, pos)
            code = code << 4 | _HEX_VALUES[data[pos]]
            pos += 1
        if data[pos] != 125:  # }
            raise self._bad_escape("missing '}'", out, escape, pos)
        out.extend(utf8_bytes(code))
        return pos + 1

    def _bad_escape(self, message: str, out: bytearray, escape: int, pos: int) -> LuaSyntaxError:
        """The error of an escape that goes wrong at `pos`; what was read till then is shown."""
        data = self.data
        near = data[self.start : self.start + 1] + out + data[escape : min(pos + 1, self.size)]
        return self.error(message, text_of(near), pos)

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
            elif c in _HEX_VALUES or c == 46:
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


def utf8_bytes(code: int) -> bytes:
    """`code`, below 2^31, in UTF-8 as it once was: up to six bytes (Lua's \\u and utf8.char)."""
    if code < 0x80:
        return bytes((code,))
    tail: "list[int]" = []
    room = 0x3F  # the greatest value that fits into the first byte
    while code > room:
        tail.append(0x80 | code & 0x3F)
        code >>= 6
        room >>= 1
    tail.append(~room << 1 & 0xFF | code)
    tail.reverse()
    return bytes(tail)


def _unix_lines(data: bytes) -> bytes:
    """`data` with each line's end, \\n \\r \\r\\n or \\n\\r, as one \\n."""
    out = bytearray()
    pos = 0
    end = len(data)
    while pos < end:
        c = data[pos]
        pos += 1
        if c in b"\r\n":
            if pos < end and data[pos] != c and data[pos] in b"\r\n":
                pos += 1
            c = _LF
        out.append(c)
    return bytes(out)
