"""First-fit meets all needs, never fills a node beyond what it holds, and moves nobody."""

from hypothesis import given
from hypothesis import strategies as st

from moonhop.scheduler.policies import Node, Process, first_fit, unmet_need

TAGS = ["north", "south"]
nodes_of = st.lists(
    st.builds(
        Node,
        id=st.sampled_from("abcdef"),
        engines=st.sampled_from([("lua54", "python"), ("python",), ()]),
        float_bits=st.sampled_from([32, 64]),
        tags=st.sampled_from(TAGS).map(lambda zone: {"zone": zone}),
        memory=st.none() | st.integers(0, 300),
        slots=st.none() | st.integers(0, 4),
    ),
    unique_by=lambda node: node.id,
    max_size=6,
)
processes_of = st.lists(
    st.builds(
        Process,
        pid=st.integers(1, 30).map(lambda n: f"p{n}"),
        engines=st.sampled_from([("lua54",), ("lua54", "python"), ()]),
        needs=st.sampled_from([(), ("float64",), ("zone=north",), ("temperature",)]),
        memory=st.integers(0, 150),
        wanted=st.none() | st.sampled_from("abcdefg"),
    ),
    unique_by=lambda process: process.pid,
    max_size=20,
)


@given(nodes_of, processes_of)
def test_every_process_is_placed_where_it_fits_or_told_why_not(nodes, processes) -> None:
    placement = first_fit(nodes, processes, {})
    assert set(placement.nodes) | set(placement.unplaced) == {p.pid for p in processes}
    assert not set(placement.nodes) & set(placement.unplaced)
    assert all(placement.unplaced.values())
    known = {node.id: node for node in nodes}
    for process in processes:
        if process.pid in placement.nodes:
            assert unmet_need(known[placement.nodes[process.pid]], process) is None


@given(nodes_of, processes_of)
def test_no_node_holds_more_than_it_can(nodes, processes) -> None:
    placement = first_fit(nodes, processes, {})
    for node in nodes:
        mine = [p for p in processes if placement.nodes.get(p.pid) == node.id]
        assert node.memory is None or sum(p.memory for p in mine) <= node.memory
        assert node.slots is None or len(mine) <= node.slots


@given(nodes_of, processes_of)
def test_what_runs_is_not_moved_and_the_same_question_gets_the_same_answer(
    nodes, processes
) -> None:
    first = first_fit(nodes, processes, {})
    again = first_fit(list(reversed(nodes)), processes, dict(first.nodes))
    assert again.nodes == first.nodes


def test_first_node_by_name_is_taken() -> None:
    placement = first_fit([Node("b"), Node("a")], [Process("p1")], {})
    assert placement.nodes == {"p1": "a"}


def test_reason_says_which_need_fails_on_which_node() -> None:
    nodes = [
        Node("a", ("python",)),
        Node("b", ("lua54",), float_bits=32),
        Node("c", ("lua54",), memory=10),
        Node("d", ("lua54",), slots=0),
    ]
    process = Process("p1", ("lua54",), ("float64",), memory=20)
    assert first_fit(nodes, [process], {}).unplaced["p1"] == (
        "a has no engine lua54; b lacks float64; c needs 20 bytes of memory, has 10 left; d is full"
    )
    assert first_fit([], [process], {}).unplaced["p1"] == "no node is ready"
    absent = Process("p2", wanted="z")
    assert first_fit(nodes, [absent], {}).unplaced["p2"] == "node z is not ready"


def test_tag_and_capability_are_needs() -> None:
    node = Node("a", tags={"zone": "north", "roof": ""}, capabilities=frozenset(["temperature"]))
    for needs in (("zone=north",), ("roof",), ("temperature",), ("float32",)):
        assert unmet_need(node, Process("p", needs=needs)) is None
    for needs in (("zone=south",), ("cellar",), ("zone",) * 0 + ("humidity",)):
        assert unmet_need(node, Process("p", needs=needs)) == f"lacks {needs[0]}"
