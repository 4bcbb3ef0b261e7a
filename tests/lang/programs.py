"""Random Lua programs for tests: most are nearly right, so that errors come late in them."""

from random import Random

_SPELLED = """and break do else elseif end false for function goto if in local nil not or repeat
return then true until while + - * / % ^ # & | ~ << >> // == ~= <= >= < > = ( ) { } [ ] :: ; : , .
.. ... a b c f _ENV x 1 2.5 0x1p4 'str' "q\\n" [[l]] <const> <close> $ 3x 'u [="""
WORDS = [*_SPELLED.split(), "\n", "--c\n", "--[[c\n]]"]
_BINARY = ("+", "-", "*", "..", "==", " and ", " or ", "^", "<<", "~", "//", "<")
_CHARACTERS = "\"'\\\n\r\t \0\x01\xff[]=-{}()xXzu0123456789abcdefpPeE.+~<>:;#$_/"


def expression(random: Random, depth: int) -> str:
    """A valid expression."""
    kind = random.randrange(14 if depth > 0 else 3)
    if kind < 2:
        return random.choice("abcfx")
    if kind == 2:
        return random.choice(("1", "2.5", "nil", "true", "'s'", "[[l]]", "..."))
    one, two = expression(random, depth - 1), expression(random, depth - 1)
    if kind < 7:
        return one + random.choice(_BINARY) + two
    return (
        f"({one})",
        f"{random.choice(('not ', '-', '#', '~'))} {one}",
        f"f({one}, {two})",
        f"{{{one}, x = {two}; [{one}] = {two}}}",
        f"function({random.choice(('', 'a', 'a, b', 'a, ...'))}) {block(random, depth - 1)} end",
        f"a.b[{one}]",
        f"(a):m({one})",
    )[kind - 7]


def statement(random: Random, depth: int) -> str:
    """A statement, valid but for gotos, labels, attributes and varargs out of place."""
    kind = random.randrange(16)
    value = expression(random, depth - 1)
    if kind < 3 or depth <= 0:
        return f"{random.choice('abcx')} = {value}"
    if kind < 6:
        names = random.choice(("a", "b", "c", "x, a", "a <const>", "b <close>", "_ENV"))
        return f"local {names}{random.choice(('', ' = ' + value))}"
    inner = block(random, depth - 1)
    return (
        f"if {value} then {inner} elseif x then {inner} else {block(random, depth - 1)} end",
        f"while {value} do {inner} end",
        f"repeat {inner} until {value}",
        f"for a = 1, {value} do {inner} end",
        f"for a, b in {value} do {inner} end",
        f"do {inner} end",
        random.choice(("break", "goto l1", "goto l2")),
        random.choice(("::l1::", "::l2::", ";", "::l1:: ::l2::")),
        f"local function f(a) {inner} end",
        f"function a.b:c() {inner} end",
    )[kind - 6]


def block(random: Random, depth: int) -> str:
    """Up to three statements, perhaps with a return behind them."""
    stats = [statement(random, depth) for _ in range(random.randrange(4))]
    if random.random() < 0.1:
        stats.append("return " + expression(random, depth - 1))
    return random.choice((" ", "\n", "\n\n")).join(stats)


def mutated(random: Random, text: str) -> str:
    """`text` with one or two words left out, put in or changed."""
    words = text.split(" ")
    for _ in range(random.randrange(1, 3)):
        place = random.randrange(len(words))
        words[place : place + random.randrange(2)] = random.sample(WORDS, random.randrange(2))
        words = words or [""]
    return " ".join(words)


def source(random: Random) -> str:
    """A random source text."""
    kind = random.randrange(10)
    if kind == 0:
        return " ".join(random.choice(WORDS) for _ in range(random.randrange(1, 14)))
    if kind == 1:
        text = "".join(random.choice(_CHARACTERS) for _ in range(random.randrange(12)))
        return "x = " + random.choice(("", "'", '"\\')) + text
    program = "local a\n" + block(random, 4)
    return program if kind < 6 else mutated(random, program)
