"""Every policy meets all needs, never fills a node beyond what it holds, and moves nobody without
gain; each has its own idea of the best node."""

import contextlib
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonhop.scheduler.policies import (
    Node,
    Placement,
    Policy,
    PolicyError,
    Process,
    best_fit,
    first_fit,
    guarded,
    named,
    nearest,
    optimal,
    policy_named,
    spread,
    unmet_need,
)

POLICIES = [first_fit, best_fit, spread, nearest, optimal]
PLACES = st.none() | st.sampled_from([(52.5, 13.4), (48.1, 11.6), (-33.9, 151.2)])
each_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.__name__)
nodes_of = st.lists(
    st.builds(
        Node,
        id=st.sampled_from("abcdef"),
        engines=st.sampled_from([("lua54", "python"), ("python",), ()]),
        float_bits=st.sampled_from([32, 64]),
        tags=st.sampled_from(["north", "south"]).map(lambda zone: {"zone": zone}),
        memory=st.none() | st.integers(0, 300),
        slots=st.none() | st.integers(0, 4),
        place=PLACES,
        drained=st.sampled_from([False, False, False, True]),
    ),
    unique_by=lambda node: node.id,
    max_size=6,
)
processes_of = st.lists(
    st.builds(
        Process,
        pid=st.integers(1, 30).map(lambda n: f"p{n}"),
        engines=st.sampled_from([("lua54",), ("lua54", "python"), ()]),
        needs=st.sampled_from([(), ("float64",), ("zone=north",), ("temperature",), ("place",)]),
        memory=st.integers(0, 150),
        wanted=st.none() | st.sampled_from("abcdefg"),
        app=st.sampled_from(["x", "y"]),
        place=PLACES,
    ),
    unique_by=lambda process: process.pid,
    max_size=20,
)
current_of = st.dictionaries(
    st.integers(1, 30).map(lambda n: f"p{n}"), st.sampled_from("abcdefg"), max_size=12
)


@each_policy
@settings(deadline=None)
@given(nodes_of, processes_of, current_of)
def test_every_process_is_placed_where_it_fits_or_told_why_not(
    policy: Policy, nodes, processes, current
) -> None:
    before = dict(current)
    placement = policy(nodes, processes, current)
    assert current == before
    assert set(placement.nodes) | set(placement.unplaced) == {p.pid for p in processes}
    assert not set(placement.nodes) & set(placement.unplaced)
    assert all(placement.unplaced.values())
    known = {node.id: node for node in nodes}
    for process in processes:
        if process.pid in placement.nodes:
            assert unmet_need(known[placement.nodes[process.pid]], process) is None


@each_policy
@settings(deadline=None)
@given(nodes_of, processes_of, current_of)
def test_no_node_holds_more_than_it_can(policy: Policy, nodes, processes, current) -> None:
    placement = policy(nodes, processes, current)
    assert not named.nonsense(placement, nodes, processes)


@each_policy
@settings(deadline=None)
@given(nodes_of, processes_of)
def test_who_runs_well_is_not_moved_whatever_the_order_of_the_question(
    policy: Policy, nodes, processes
) -> None:
    first = policy(nodes, processes, {})
    again = policy(list(reversed(nodes)), processes, dict(first.nodes))
    assert again.nodes == first.nodes


@each_policy
@settings(deadline=None)
@given(nodes_of, processes_of)
def test_nobody_is_left_out_whom_some_node_still_has_room_for(
    policy: Policy, nodes, processes
) -> None:
    placement = policy(nodes, processes, {})
    for process in processes:
        if process.pid not in placement.unplaced:
            continue
        for node in nodes:
            mine = [p for p in processes if placement.nodes.get(p.pid) == node.id]
            full = node.slots is not None and len(mine) >= node.slots
            used = sum(p.memory for p in mine)
            small = node.memory is not None and used + process.memory > node.memory
            assert full or small or unmet_need(node, process)


@settings(deadline=None)
@given(nodes_of, processes_of, current_of)
def test_optimal_places_at_least_as_many_as_any_other(nodes, processes, current) -> None:
    count = len(optimal(nodes, processes, current).nodes)
    for policy in POLICIES:
        assert count >= len(policy(nodes, processes, current).nodes)


@each_policy
def test_a_drained_node_is_left(policy: Policy) -> None:
    nodes = [Node("a", drained=True), Node("b")]
    placement = policy(nodes, [Process("p1"), Process("p2")], {"p1": "a", "p2": "b"})
    assert placement.nodes == {"p1": "b", "p2": "b"}


@each_policy
def test_a_node_that_is_too_full_keeps_what_it_can_hold(policy: Policy) -> None:
    nodes = [Node("a", slots=2), Node("b")]
    processes = [Process(f"p{n}") for n in range(4)]
    placement = policy(nodes, processes, {process.pid: "a" for process in processes})
    assert Counter(placement.nodes.values()) == {"a": 2, "b": 2}


def test_first_fit_takes_the_first_node_by_name() -> None:
    assert first_fit([Node("b"), Node("a")], [Process("p1")], {}).nodes == {"p1": "a"}


def test_best_fit_takes_the_node_that_is_left_with_least() -> None:
    nodes = [Node("a"), Node("b", memory=500), Node("c", memory=120), Node("d", memory=90)]
    processes = [Process("p1", memory=100), Process("p2", memory=80), Process("p3", memory=300)]
    assert best_fit(nodes, processes, {}).nodes == {"p1": "c", "p2": "d", "p3": "b"}


def test_spread_keeps_the_processes_of_an_application_apart() -> None:
    nodes = [Node("a"), Node("b"), Node("c")]
    processes = [Process(f"x{n}", app="x") for n in range(3)]
    processes += [Process(f"y{n}", app="y") for n in range(3)]
    placement = spread(nodes, processes, {})
    for app in "xy":
        assert {placement.nodes[f"{app}{n}"] for n in range(3)} == {"a", "b", "c"}


def test_nearest_takes_the_closest_node_with_room() -> None:
    berlin, munich, sydney = (52.5, 13.4), (48.1, 11.6), (-33.9, 151.2)
    nodes = [
        Node("a", place=sydney),
        Node("b", place=munich, slots=1),
        Node("c", place=berlin, slots=1),
        Node("d"),
    ]
    processes = [Process(f"p{n}", place=(52.0, 13.0)) for n in range(4)] + [Process("p4")]
    placed = nearest(nodes, processes, {}).nodes
    assert [placed[f"p{n}"] for n in range(5)] == ["c", "b", "a", "a", "a"]


def test_optimal_moves_one_to_make_room_for_another_and_no_more() -> None:
    nodes = [Node("a", slots=1, tags={"zone": "north"}), Node("b", slots=1)]
    runs, comes = Process("p1"), Process("p2", needs=("zone=north",))
    assert optimal(nodes, [runs, comes], {"p1": "a"}).nodes == {"p1": "b", "p2": "a"}
    assert optimal(nodes, [runs], {"p1": "a"}).nodes == {"p1": "a"}
    assert "p2" in first_fit(nodes, [runs, comes], {"p1": "a"}).unplaced


def test_optimal_refuses_what_it_cannot_solve() -> None:
    nodes = [Node(f"n{n}") for n in range(400)]
    processes = [Process(f"p{n}", memory=n) for n in range(400)]
    with pytest.raises(PolicyError, match="too many to solve; use best-fit"):
        optimal(nodes, processes, {})


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


def test_reason_is_short_in_a_large_fleet() -> None:
    nodes = [Node(f"n{n:03}", slots=n % 2) for n in range(100)]
    reason = first_fit(nodes, [Process("p", needs=("rain",))], {}).unplaced["p"]
    assert reason == "n000, n001, n002 and 97 more: lacks rain"


def test_tag_and_capability_and_place_are_needs() -> None:
    node = Node(
        "a",
        tags={"zone": "north", "roof": ""},
        capabilities=frozenset(["temperature"]),
        place=(1.0, 2.0),
    )
    for need in ("zone=north", "roof", "temperature", "float32", "place"):
        assert unmet_need(node, Process("p", needs=(need,))) is None
    for need in ("zone=south", "cellar", "humidity", "float128"):
        assert unmet_need(node, Process("p", needs=(need,))) == f"lacks {need}"
    assert unmet_need(Node("b"), Process("p", needs=("place",))) == "lacks place"


def on_one(nodes, processes, current):
    return Placement({process.pid: nodes[0].id for process in processes}, {})


def failing(nodes, processes, current):
    raise ZeroDivisionError("division\nby  zero")


@pytest.mark.parametrize(
    ("policy", "complaint"),
    [
        (failing, "ZeroDivisionError: division by zero"),
        (lambda *_: None, "it answers NoneType, not Placement"),
        (lambda *_: Placement({"p9": "a"}, {}), "it places 'p9', which is no process"),
        (lambda *_: Placement({"p1": "z"}, {}), "it places p1 on 'z', which is no node that is"),
        (lambda *_: Placement({"p1": "a"}, {}), "it does not say where p2 goes, nor why nowhere"),
        (on_one, "it puts 2 processes on a, which takes 1"),
    ],
)
def test_a_policy_of_somebody_else_that_fails_or_answers_nonsense_is_an_error(
    policy: Policy, complaint: str
) -> None:
    nodes = [Node("a", slots=1), Node("b")]
    with pytest.raises(PolicyError, match=f"policy mine: {complaint}"):
        guarded("mine", policy)(nodes, [Process("p1"), Process("p2")], {})


def test_a_policy_of_somebody_else_that_hangs_is_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hangs(nodes, processes, current):
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.001)

    monkeypatch.setattr(named, "TIME", 0.1)
    for _ in range(3):
        with pytest.raises(PolicyError, match=r"policy mine: it has no answer after 0\.1 s"):
            guarded("mine", hangs)([Node("a")], [Process("p1")], {})
    assert guarded("mine", on_one)([Node("a")], [Process("p1")], {}).nodes == {"p1": "a"}


def test_a_policy_comes_from_another_package_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "mine-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    entries = "one-node = mine:one_node\nlost = mine:lost\n"
    (package / "entry_points.txt").write_text(f"[{named.GROUP}]\n{entries}")
    (tmp_path / "mine.py").write_text(
        "from moonhop.scheduler.policies import Placement\n"
        "def one_node(nodes, processes, current):\n"
        "    return Placement({process.pid: nodes[0].id for process in processes}, {})\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert policy_named("one-node")([Node("b")], [Process("p")], {}).nodes == {"p": "b"}
    assert policy_named("spread") is spread
    with pytest.raises(PolicyError, match=r"policy lost: cannot be loaded: .*'lost'"):
        policy_named("lost")
    with pytest.raises(PolicyError, match=r"no policy 'chaos'; known: first-fit, .*one-node"):
        policy_named("chaos")
