"""Faulty snippets by combination: what is done, to which kind of value, reached through which name.

A snippet is the inside of a function without parameters; it stands in one line unless the line
numbers are what it is about.
"""

from collections.abc import Iterator

VALUES = {
    "nil": "nil",
    "boolean": "true",
    "text": '"abc"',
    "numeral": '"10"',
    "integer": "12",
    "fraction": "1.5",
    "table": "{}",
    "function": "print",
    "coroutine": "CO",
    "named": "NAMED",
}

# @ is the operand
INDEXING = [
    "return @.key",
    "return @[1]",
    "return @[K]",
    "return @.a.b",
    "@.key = 1",
    "@[1] = 1",
    "@[K] = K",
    "T[@] = 1",
]
CALLS = ["@()", "local r = @(1, 2)", "return @(K)", "@:method()", "return (@):method(1)"]
BINARY = ["+", "-", "*", "/", "%", "//", "^", "&", "|", "~", "<<", ">>"]
ARITHMETIC = [form for op in BINARY for form in (f"return @ {op} 2", f"return 2 {op} @")] + [
    "return -@",
    "return ~@",
    "return @ + @",
    "return {} + @",
    "return @ & {}",
    "return @ + N",
    "local r = N * @",
    "return @ << N",
]
TEXTS = ['return @ .. "x"', 'return "x" .. @', 'return "a" .. K .. @ .. "z"', "return #@"]
COMPARISONS = [
    *("return @ < 1", "return 1 < @", 'return @ <= "x"', "return {} > @", "return @ >= @"),
    *("if @ < N then end", "return @ == nil or @ < nil", "while @ > N do break end"),
]
LOOPS = [
    "for i = @, 3 do end",
    "for i = 1, @ do end",
    "for i = 1, 2, @ do end",
    "for i = N, N, @ do end",
    "for a, b in @ do end",
]
OPERATIONS = INDEXING + CALLS + ARITHMETIC + TEXTS + COMPARISONS + LOOPS

# What is done with operands of all the kinds of names, and which kinds of values it fails for.
TYPICAL = {
    "return @.key": ["nil", "function"],
    "@.key = 1": ["nil"],
    "return @[N]": ["nil"],
    "@()": ["nil", "text"],
    "return @(1)": ["table"],
    "@:method()": ["nil", "table"],
    "local r = @ + 1": ["nil", "text"],
    "return 1 - @": ["table"],
    "return -@": ["text", "nil"],
    "return @ & 1": ["fraction", "nil"],
    "return #@": ["nil"],
    'return "x" .. @': ["nil", "table"],
    "return @ < 1": ["nil", "text"],
    "for i = @, 3 do end": ["text"],
    "for i in @ do end": ["nil"],
}

# Where an operand comes from: statements before, and the expression. $ is the value.
PLACES = {
    "parameter": ("", "PARAMETER"),
    "upvalue": ("local x = $; return (function() ", "x", " end)()"),
    "cell": ("local x; x = $; return (function() x = x; ", "x", " end)()"),
    "const": ("local x <const> = $; ", "x"),
    "const upvalue": ("local x <const> = $; return (function() ", "x", " end)()"),
    "global": ("G1 = $; ", "G1"),
    "field": ("local t = {f = $}; ", "t.f"),
    "field of a global": ("T.f = $; ", "T.f"),
    "field of a field": ("local t = {u = {f = $}}; ", "t.u.f"),
    "field by a text": ("local t, k = {f = $}, 'f'; ", "t[k]"),
    "field no name": ("local t = {['a b'] = $}; ", "t['a b']"),
    "element": ("local t = {$}; ", "t[1]"),
    "far element": ("local t = {[1000] = $}; ", "t[1000]"),
    "element by a variable": ("local t, i = {$}, 1; ", "t[i]"),
    "element by a sum": ("local t, i = {$}, 0; ", "t[i + 1]"),
    "element by true": ("local t = {[true] = $}; ", "t[true]"),
    "_ENV": ("_ENV.G1 = $; ", "_ENV.G1"),
    "own _ENV": ("local _ENV = {G1 = $, N = 5}; ", "G1"),
    "result": ("", "ID($)"),
    "result of a method": ("", "OBJ:get($)"),
    "constant": ("", "($)"),
    "vararg": ("return (function(...) ", "(...)", " end)($)"),
    "and or": ("local x = $; ", "(x and x or x)"),
    "several": ("local a, b = 1, $; ", "b"),
    "shadowing": ("local x = 1; local x = $; ", "x"),
    "assigned": ("local x; if N then x = $ end; ", "x"),
    "loop": ("for _, x in ipairs({$}) do ", "x", " end"),
    "inherited": ("local t = setmetatable({}, {__index = {f = $}}); ", "t.f"),
}


def local_operands() -> Iterator[str]:
    """Every operation on every kind of value, in a local."""
    for operation in OPERATIONS:
        for value in VALUES.values():
            yield f"local x = {value}; " + operation.replace("@", "x")


def placed_operands() -> Iterator[str]:
    """Typical operations on operands of all kinds of names."""
    for place in PLACES.values():
        before, name, after = place if len(place) == 3 else (*place, "")
        for operation, kinds in TYPICAL.items():
            for kind in kinds:
                value = VALUES[kind]
                text = before + operation.replace("@", name) + after
                if "(nil)" in text and "{nil})" in text:
                    continue  # a loop over nothing
                if name == "PARAMETER":
                    body = operation.replace("@", "x")
                    yield f"local function f(x) {body} end f({value})"
                else:
                    yield text.replace("$", value)
