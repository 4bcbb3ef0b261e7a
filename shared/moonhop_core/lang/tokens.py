"""Kinds of tokens. Reserved words and symbols are their own text; these are the others."""

EOF = "<eof>"
NAME = "<name>"
STRING = "<string>"
INTEGER = "<integer>"
FLOAT = "<number>"

_WORDS = """and break do else elseif end false for function goto if in local nil not or repeat
return then true until while"""
KEYWORDS = {word: word for word in _WORDS.split()}
