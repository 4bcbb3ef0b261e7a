"""Names mean the right local, global or field; captures, assignments and jumps are noted."""

import pytest

from moonhop_core.lang import tree
from moonhop_core.lang.errors import LuaSyntaxError
from moonhop_core.lang.parser import parse


def mentions_of(chunk: tree.Chunk) -> list[str]:
    """What each mention of a name means, in source order: `x:1` a local and its line, `x` a
    global, `_ENV` the environment."""
    found: list[str] = []

    def walk(node: tree.Node) -> None:
        if isinstance(node, tree.LocalRef):
            found.append(f"{node.var.name}:{node.var.line}")
        elif isinstance(node, tree.Global):
            found.append(node.name)
        elif isinstance(node, tree.Env):
            found.append("_ENV")
        for child in tree.children(node):
            walk(child)

    walk(chunk.main)
    return found


def variables_of(chunk: tree.Chunk) -> dict[str, tree.LocalVar]:
    """All locals that are mentioned or captured, by name."""
    found: dict[str, tree.LocalVar] = {}

    def walk(node: tree.Node) -> None:
        if isinstance(node, tree.LocalRef):
            found[node.var.name] = node.var
        for child in tree.children(node):
            walk(child)

    walk(chunk.main)
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("local x\nlocal x = x\nf(x)", ["x:1", "f", "x:2"]),
        ("local x\ndo local y\nlocal x\nf(x)\nend f(x, y)", ["f", "x:3", "f", "x:1", "y"]),
        ("local function f() f() end", ["f:1"]),
        ("local f = function() f() end", ["f"]),
        ("for i = i, 2 do\nlocal i = i end f(i)", ["i", "i:1", "f", "i"]),
        ("for k, v in k do f(v) end", ["k", "f", "v:1"]),
        ("local x\nrepeat\nlocal x\nuntil x f(x)", ["x:3", "f", "x:1"]),
        ("local x\nfunction x.f(\nx)\nreturn x end", ["x:1", "x:3"]),
        ("function a:m() return self end", ["a", "self:1"]),
        ("if x then local x\nelse f(x) end", ["x", "f", "x"]),
    ],
)
def test_a_name_means_the_innermost_local_in_scope(source: str, expected: list[str]) -> None:
    assert mentions_of(parse(source, "chunk")) == expected


def test_captured_and_assigned_locals_are_marked() -> None:
    chunk = parse(
        """
local plain, taken, changed, cell, here = 1, 2, 3, 4, 5
local function f(param, own)
  cell = cell + taken
  own = param
  return function() return param, f end
end
changed = here
for i, loop in f do f(function() return i end) loop = plain end
""",
        "chunk",
    )
    flags = {
        name: ("captured" if var.captured else "") + ("assigned" if var.assigned else "")
        for name, var in variables_of(chunk).items()
    }
    assert flags == {
        **{"plain": "", "here": "", "f": "captured", "taken": "captured", "i": "captured"},
        **{"changed": "assigned", "cell": "capturedassigned", "param": "captured"},
        **{"own": "assigned", "loop": "assigned"},
    }
    assert [name for name, var in variables_of(chunk).items() if var.is_cell] == ["cell"]


def test_upvalues_pass_through_the_functions_between() -> None:
    chunk = parse(
        """
local a, b, c
local function outer(d)
  local function middle()
    local function inner() return d, b, print end
    return a
  end
  return b, c
end
""",
        "chunk",
    )
    names = {f.name: [var.name for var in f.upvalues] for f in chunk.functions}
    assert names == {
        "main chunk": [],
        "outer": ["b", "a", "c"],
        "middle": ["d", "b", "a"],
        "inner": ["d", "b"],
    }
    assert chunk.functions[3].upvalues[0].owner is chunk.functions[1]


def test_a_function_statement_assigns_to_its_local() -> None:
    chunk = parse("local f function f() end local g function g.h() end", "chunk")
    variables = variables_of(chunk)
    assert (variables["f"].assigned, variables["g"].assigned) == (True, False)


def test_assigned_globals_are_listed() -> None:
    chunk = parse("a = 1 b.c = 2 local d d = 3 function e() f, g[1] = 4 end", "chunk")
    assert chunk.globals_assigned == {"a", "e", "f"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("print(x)", False),
        ("x = _ENV", True),
        ("local _ENV = {}", True),
        ("x = _G.y", True),
        ("x = package.loaded._G", True),
        ("x = package.loaded['_G']", True),
        ("x = _Gx", False),
    ],
)
def test_a_chunk_that_can_compute_global_names_says_so(source: str, expected: bool) -> None:
    assert parse(source, "chunk").names_env is expected


def test_globals_are_fields_of_a_local_named_env() -> None:
    chunk = parse("local _ENV = e; x = y\nlocal function f(_ENV) return z end w = 1", "chunk")
    assert mentions_of(chunk) == ["e", "_ENV:1", "_ENV:1", "_ENV:2", "_ENV:1"]
    assert chunk.globals_assigned == set()
    stat = chunk.main.body.stats[1]
    assert isinstance(stat, tree.Assign)
    assert isinstance(stat.targets[0], tree.Index)


def test_an_inner_function_captures_the_env_it_goes_through() -> None:
    chunk = parse("local _ENV <const> = e; function f() return x end", "chunk")
    assert [var.name for var in chunk.functions[1].upvalues] == ["_ENV"]


def test_a_chunk_that_assigns_env_gets_one_of_its_own() -> None:
    chunk = parse("local function f() return x end\n_ENV = {f = f}\ny = 1", "chunk")
    first = chunk.main.body.stats[0]
    assert isinstance(first, tree.Local)
    assert isinstance(first.exprs[0], tree.Env)
    assert mentions_of(chunk) == ["_ENV", "_ENV:0", "_ENV:0", "f:1", "_ENV:0"]
    assert first.vars[0].is_cell
    assert [f.number for f in chunk.functions] == [0, 1]


def test_functions_with_gotos_and_closes_say_so() -> None:
    chunk = parse(
        "local function a() goto x ::x:: end local function b() local c <close> = f end", "chunk"
    )
    assert [(f.has_goto, f.has_close) for f in chunk.functions] == [
        (False, False),
        (True, False),
        (False, True),
    ]


def test_gotos_know_their_labels() -> None:
    chunk = parse("::a::\ngoto a\ndo goto b end\ndo\n::b:: goto b end\n::b::", "chunk")
    found: list[tuple[str, int, int]] = []

    def walk(node: tree.Node) -> None:
        if isinstance(node, tree.Goto):
            assert node.label is not None
            found.append((node.name, node.line, node.label.line))
        for child in tree.children(node):
            walk(child)

    walk(chunk.main)
    assert found == [("a", 2, 1), ("b", 3, 6), ("b", 5, 5)]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("local x <const> = 1; x = 2", "attempt to assign to const variable 'x'"),
        ("local x <close> = f; function x() end", "attempt to assign to const variable 'x'"),
        ("local x <const> = 1; f(function() x = 1 end)", "attempt to assign to const variable 'x'"),
        ("local x <constant> = 1", "unknown attribute 'constant'"),
        ("local a <close>, b <close> = f", "multiple to-be-closed variables in local list"),
        ("goto x", "no visible label 'x' for <goto> at line 1"),
        ("do ::x:: end goto x", "no visible label 'x' for <goto> at line 1"),
        ("::x:: f(function() goto x end)", "no visible label 'x' for <goto> at line 1"),
        ("goto x; local a; ::x:: f()", "<goto x> at line 1 jumps into the scope of local 'a'"),
        ("::x:: ::x::", "label 'x' already defined on line 1"),
        ("f()\nbreak", "break outside loop at line 2"),
        ("while x do f(function() break end) end", "break outside loop at line 1"),
    ],
)
def test_rules_of_scope_are_kept_in_the_words_of_puc_lua(source: str, message: str) -> None:
    with pytest.raises(LuaSyntaxError) as caught:
        parse(source, "chunk")
    assert caught.value.message == message
