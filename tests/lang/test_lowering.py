"""Frame form: what is alive at a resume point was given a value on every way there."""

import textwrap
from pathlib import Path

import pytest

from moonhop_core.lang import tree
from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.liveness import Liveness, successors
from moonhop_core.lang.lowered import Block, ForLoop, ForPrepare, Lowered, Proto, Suspend

PROGRAMS = sorted((Path(__file__).parents[1] / "lua_programs").glob("**/*.lua"))


def lowered(source: str) -> Lowered:
    return compile_lua(textwrap.dedent(source), "test")


def sets(block: Block) -> set[tree.LocalVar]:
    """The locals that have a value once `block` is through."""
    found: set[tree.LocalVar] = set()
    for stat in block.stats:
        if isinstance(stat, tree.Local):
            found.update(stat.vars)
        elif isinstance(stat, tree.LocalFunction):
            found.add(stat.var)
        elif isinstance(stat, ForPrepare):
            found |= {stat.index, stat.last, stat.by, stat.count}
        elif isinstance(stat, tree.Assign):
            found.update(t.var for t in stat.targets if isinstance(t, tree.LocalRef))
    if isinstance(block.end, Suspend):
        found.update(block.end.wants)
        if block.end.pack is not None:
            found.add(block.end.pack)
    elif isinstance(block.end, ForLoop):
        found.add(block.end.var)
    return found


def check_definite(proto: Proto) -> None:
    """Every local live at the start of a block is set on all paths from the entry to it."""
    everything = set().union(*(sets(block) for block in proto.blocks)) | set(proto.live[0])
    known = {block: set(everything) for block in proto.blocks}
    known[proto.blocks[0]] = set(proto.live[0])
    work = [proto.blocks[0]]
    visited = set()
    while work:
        block = work.pop()
        visited.add(block)
        after = known[block] | sets(block)
        for following in successors(block):
            narrowed = known[following] & after
            if narrowed != known[following] or following not in visited:
                known[following] = narrowed
                work.append(following)
    live = Liveness(proto).at_start
    for block in proto.blocks:
        assert live[block] <= known[block], (proto.function.name, block.index)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_what_is_alive_in_a_frame_was_set_on_every_way_there(path: Path):
    source = path.read_bytes().decode("latin-1")
    for proto in compile_lua(source, path.name).protos:
        if proto.frame:
            check_definite(proto)


def live_names(proto: Proto) -> list[list[str]]:
    return [[var.name for var in live if not var.temp] for live in proto.live]


def test_a_frame_keeps_only_what_is_read_again():
    main = lowered("""
        local a, b, c = 1, 2, 3
        sleep(a)
        print(b)
        sleep(1)
        print(c)
    """).protos[0]
    assert live_names(main) == [[], ["b", "c"], ["c"]]


def test_a_function_that_cannot_suspend_keeps_its_tree():
    main, f = lowered("local function f() for i = 1, 3 do print(i) end end sleep(1) f()").protos
    assert main.frame
    assert not f.frame
    assert not f.blocks


def test_a_loop_without_suspension_stays_whole_inside_a_block():
    main = lowered("sleep(1) local s = 0 for i = 1, 9 do s = s + i end sleep(s)").protos[0]
    kinds = [type(stat).__name__ for block in main.blocks for stat in block.stats]
    assert kinds.count("NumericFor") == 1


def test_operands_before_a_suspending_call_are_evaluated_before_it():
    main = lowered("local x = a.b + sleep(1) + c").protos[0]
    first = main.blocks[0]
    assert [type(stat).__name__ for stat in first.stats] == ["Local"]
    assert isinstance(first.end, Suspend)


def test_a_local_that_a_closure_changes_is_read_when_the_operator_runs():
    main = lowered("""
        local x = 1
        local function set() sleep(1) x = 2 return 10 end
        print(x + set())
    """).protos[0]
    assert all(
        not (isinstance(stat, tree.Local) and stat.vars[0].temp and "value" in stat.vars[0].name)
        or not isinstance(stat.exprs[0], tree.LocalRef)
        for block in main.blocks
        for stat in block.stats
    )


def test_a_tail_call_that_suspends_leaves_no_frame():
    _, f = lowered("local function f(n) sleep(0) return f(n - 1) end").protos
    assert [block.end.tail for block in f.blocks if isinstance(block.end, Suspend)] == [False, True]


def test_resume_points_are_numbered_in_the_order_of_the_calls():
    main = lowered("sleep(1) if x then sleep(2) else sleep(3) end sleep(4)").protos[0]
    ends = [block.end for block in main.blocks if isinstance(block.end, Suspend)]
    assert [end.pc for end in ends] == [1, 2, 3, 4]
    assert [block.pc for block in main.resumes] == [0, 1, 2, 3, 4]


def test_the_entry_of_a_loop_at_the_very_start_is_not_the_functions_entry():
    _, f = lowered("local function f() while true do sleep(1) end end").protos
    assert all(f.blocks[0] not in successors(block) for block in f.blocks)


def test_a_goto_makes_a_direct_function_flat_but_continue_does_not():
    protos = lowered("""
        local function a() for i = 1, 3 do if i == 2 then goto continue end ::continue:: end end
        local function b() ::top:: if x then goto top end end
    """).protos
    assert [proto.flat for proto in protos] == [False, False, True]
    assert [proto.frame for proto in protos] == [False, False, False]
