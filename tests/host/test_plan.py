"""The plan puts policies' answers together; levelling moves nothing without gain."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from moonhop.scheduler.plan import levelled, make_plan
from moonhop.scheduler.policies import Node, Placement, Process, named, policy_named, unmet_need
from moonhop.scheduler.rows import ProcessRow, Terms

NOW = 1000.0
nodes_of = st.lists(
    st.builds(
        Node,
        id=st.sampled_from("abcdef"),
        tags=st.sampled_from([{}, {"zone": "north"}]),
        memory=st.none() | st.integers(0, 300),
        slots=st.none() | st.integers(1, 9),
        drained=st.sampled_from([False, False, False, True]),
    ),
    unique_by=lambda node: node.id,
    min_size=1,
    max_size=6,
)
processes_of = st.lists(
    st.builds(
        Process,
        pid=st.integers(1, 40).map(lambda n: f"p{n}"),
        needs=st.sampled_from([(), ("zone=north",)]),
        memory=st.integers(0, 60),
    ),
    unique_by=lambda process: process.pid,
    max_size=30,
)


def row(pid: str, state: str = "pending", node: str | None = None, **more: object) -> ProcessRow:
    found = ProcessRow(pid, "x", "0" * 64, [], None, node, 1, state, "", 0.0, 0.0)
    return replace(found, **more)  # type: ignore[arg-type]


def view(found: ProcessRow) -> Process:
    return Process(found.pid, (), found.terms.needs, found.terms.memory or 0, found.wanted)


def plan(rows: list[ProcessRow], nodes: list[Node], now: float = NOW):
    return make_plan(rows, nodes, view, policy_named, now)


def test_what_is_pending_starts_and_what_runs_stays() -> None:
    found = plan([row("p1", "running", "b"), row("p2")], [Node("a"), Node("b")])
    assert found.starts == [("p2", "a", "first-fit chose a")]
    assert found.moves == []


def test_who_has_to_leave_moves_and_is_told_why() -> None:
    nodes = [Node("a", drained=True), Node("b")]
    rows = [row("p1", "running", "a"), row("p2", "starting", "a"), row("p3", "unreachable", "c")]
    assert plan(rows, nodes).moves == [("p1", "b", "a is drained")]


def test_policies_see_the_room_that_processes_of_others_take() -> None:
    rows = [
        row("p1", terms=Terms("best-fit")),
        row("p2", terms=Terms("first-fit")),
        row("p3", "running", "a", terms=Terms("spread")),
    ]
    found = plan(rows, [Node("a", slots=2), Node("b", slots=1)])
    places = {pid: node for pid, node, _ in found.starts}
    assert sorted(places.values()) == ["a", "b"]


def test_a_policy_that_fails_leaves_the_others_alone() -> None:
    rows = [row("p1", terms=Terms("chaos")), row("p2")]
    found = plan(rows, [Node("a")])
    assert [start[0] for start in found.starts] == ["p2"]
    assert found.waits[0][0] == "p1"
    assert found.troubles == [found.waits[0][1]]
    assert "there is no policy 'chaos'" in found.troubles[0]


def test_who_must_rest_waits_for_its_time() -> None:
    rows = [row("p1", not_before=NOW + 5), row("p2", not_before=NOW + 3)]
    found = plan(rows, [Node("a")])
    assert (found.starts, found.again) == ([], NOW + 3)
    assert len(plan(rows, [Node("a")], NOW + 5).starts) == 2


@given(nodes_of, processes_of)
def test_levelling_ends_evens_out_and_breaks_no_need(nodes, processes) -> None:
    placed = policy_named("first-fit")(nodes, processes, {}).nodes
    placed = dict(placed)
    mine = [process for process in processes if process.pid in placed]
    moves = levelled(nodes, mine, placed)
    after = {**placed, **{pid: node for pid, node, _ in moves}}

    def unevenness(places: dict[str, str]) -> int:
        return sum(list(places.values()).count(node.id) ** 2 for node in nodes)

    assert unevenness(after) <= unevenness(placed) - 2 * bool(moves)
    known = {node.id: node for node in nodes}
    assert all(unmet_need(known[after[p.pid]], p) is None for p in mine)
    answer = Placement(after, {p.pid: "none" for p in processes if p.pid not in after})
    assert not named.nonsense(answer, nodes, processes)
    assert levelled(nodes, mine, after) == []
