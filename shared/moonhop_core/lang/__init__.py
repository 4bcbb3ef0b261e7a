"""Lua 5.4 in, code that can migrate out: lexer, parser, scopes, lowering, emitters."""
